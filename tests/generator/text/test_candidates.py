"""What the model wrote is judged before it is shown."""

from dataclasses import replace

import pytest

from generator.text import novelty, slots
from generator.text.candidates import (
    Candidate,
    coined,
    keeps_its_people,
    merit,
    people_flaw,
    repetition,
    synopsis_flaw,
    title_flaw,
    unfit,
)
from generator.text.record import Record
from tests.generator.text import tiny

GOOD = (
    "A quiet clerk finds a lantern that shows tomorrow's weather, but only for people who have lied. While the town"
    " prepares its river festival, she must decide whom to warn, and whether the flood is worth the truth."
)
RUNS = novelty.runs(["every evening the old baker counts his loaves and writes their names down"])
TITLES = novelty.titles(["Quiet Rain", "Old Quiet Umbrella"])
SLOTTER = slots.Slotter(tiny.lexicon() | frozenset("a the named her his she he and sings waits".split()))
REFERENCE = slots.slot_symbol("T", 2)


def candidate(text: str = GOOD, complete: bool = True, likelihood: float = -3.0, agreement: float = 0.1) -> Candidate:
    return Candidate(Record(title="A Lantern", synopsis=text), complete, likelihood, agreement)


def _said(times: int) -> str:
    """Return sentences that say one name so often."""
    verbs = ("sings", "waits", "runs", "reads", "paints", "digs", "sails", "hums")
    return "".join(f"{slots.SYMBOLS[70]} {verb}." for verb in verbs[:times])


@pytest.mark.parametrize(
    ("judged", "flaw"),
    [
        (candidate(), None),
        (candidate(complete=False), "no end"),
        (candidate(GOOD[:-1]), "no end"),
        (candidate(GOOD.replace("A quiet", REFERENCE)), "dangling reference"),
        (candidate(GOOD.replace("quiet", '"quiet')), "broken"),
        (candidate(GOOD.replace("quiet", "(quiet")), "broken"),
        (candidate(GOOD.replace("quiet", "quie\ufffd")), "broken"),
        (candidate(GOOD + " Then the river floods the town." * 3), "repetition"),
        (candidate(GOOD.replace("the flood", "the the flood")), "repetition"),
        (candidate(GOOD.replace("a lantern", slots.SYMBOLS[-1] * 2)), "dangling reference"),
        (candidate(GOOD.replace("a lantern", slots.SYMBOLS[70] * 2)), "repetition"),
        (
            candidate(GOOD.replace("a lantern", f"the{slots.SYMBOLS[70]} family, the{slots.SYMBOLS[70]} family")),
            "repetition",
        ),
        (candidate(GOOD + " Every river meets a riverside, rivers of riverboats, a river."), "repetition"),
        (candidate(GOOD + _said(8)), "repetition"),
        (candidate(GOOD + _said(7)), None),
        (candidate(GOOD + " The second season follows the river."), "notes"),
        (candidate("A clerk finds a lantern."), "length"),
        (candidate(" ".join(f"word{i}" for i in range(200)) + "."), "length"),
        (candidate(GOOD + " Every evening the old baker counts his loaves and writes."), "copy"),
    ],
)
def test_flaws_are_named(judged: Candidate, flaw: str | None) -> None:
    assert synopsis_flaw(judged, ["Lantern"], RUNS) == flaw


@pytest.mark.parametrize(
    ("title", "flaw"),
    [
        ("Yuugure no Kikai", None),
        ("Crescendo of the Third Rail", "sequel"),
        ("Kaze no Machi 2", "sequel"),
        ("Kaze no Machi Movie", "sequel"),
        ("quiet rain!", "real title"),
        ("Quiet Rain: The Last Umbrella", "real title"),
        ("Old Quiet Umbrella Rain Song", "real title"),
        ("The Last Umbrella: Quiet Rain", "real title"),
        ("The Last Umbrella: Rain", None),
        ("Quietly It Rains", None),
        (None, "no title"),
        ("  ", "no title"),
        ("1984", "no title"),
        ("Very " * 19 + "Long", "long title"),
        ("one two three four one two three four", "broken title"),
        ("A\ufffdB", "broken title"),
        ("Kaze no (Machi", "broken title"),
        ("Kaze no Machi:", "broken title"),
    ],
)
def test_titles_are_judged(title: str | None, flaw: str | None) -> None:
    assert title_flaw(title, TITLES) == flaw


def test_listed_words_make_a_text_unfit() -> None:
    assert unfit(None, "A fine day", "An erotic comedy")
    assert not unfit(None, GOOD)


def test_repetition_counts_runs_of_four_and_three() -> None:
    assert repetition("a b c d a b c d".split()) == (2, pytest.approx(1 / 3))
    assert repetition("a b".split()) == (0, 0.0)


def test_a_worn_word_is_no_small_one_and_an_echo_is_whole_words() -> None:
    assert (
        synopsis_flaw(candidate(GOOD.replace(".", ", which their friends, their dogs and their cats see.")), [], RUNS)
        is None
    )
    assert synopsis_flaw(candidate(GOOD + " The island, and the land, and the sand."), [], RUNS) is None
    assert synopsis_flaw(candidate(GOOD + " The horrors, horrors of all."), [], RUNS) == "repetition"


def test_likelier_truer_and_less_repetitive_texts_have_more_merit() -> None:
    assert merit(candidate(likelihood=-2.5)) > merit(candidate(likelihood=-3))
    assert merit(candidate(agreement=0.3)) > merit(candidate(agreement=0.0))
    echo = candidate(GOOD + " The town prepares its river festival.")
    assert merit(candidate()) > merit(echo)
    crowd = "".join(slots.slot_symbol(kind, n) for kind in "FM" for n in range(6))
    assert merit(candidate()) > merit(replace(candidate(), record=Record(synopsis=GOOD + crowd)))
    assert merit(candidate()) > merit(replace(candidate(), coined=2))


def test_coined_words_are_counted() -> None:
    known = frozenset("the girl sings softly half open".split())
    assert coined("The girl sings softly, half-open; he's Mirelle.", known) == 0
    assert coined("The girl psings the softling.", known) == 2


def test_people_are_kept_unless_their_pronouns_turn() -> None:
    cast = [("F", "Mirelle"), ("M", "Tobaru"), ("X", "Valdoria")]
    good = "Mirelle sings, and she waits with her drum. Tobaru waits, and he sings."
    assert keeps_its_people(good, None, cast, SLOTTER) is True
    assert keeps_its_people(good.replace("she", "he").replace("her", "his"), None, cast, SLOTTER) is False
    assert keeps_its_people("Valdoria waits.", None, cast[2:], SLOTTER) is None


def test_a_woman_in_slots_may_not_turn_into_a_man() -> None:
    woman, man = slots.slot_symbol("F", 0), slots.slot_symbol("M", 0)
    good = f"{woman} sings, and she waits with her drum. {man} waits, and he sings."
    assert people_flaw(good, None, SLOTTER) is None
    assert people_flaw(good.replace("she", "he").replace("her", "his"), None, SLOTTER) == "people"
    assert people_flaw("The drum waits.", None, SLOTTER) is None
    assert people_flaw(good + REFERENCE, "Kaze", SLOTTER) is None  # whatever a dangling reference stands for
