"""The options of `/generate`, as people type them."""

import pytest

from bot.telegram.arguments import Wish, options_in, parse_generate
from generator.errors import BadRequest
from generator.schema import CardRequest


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("", {}),
        ("horror", {"genres": ("Horror",)}),
        ("HORROR sci-fi", {"genres": ("Horror", "Sci-Fi")}),
        ("slice of life, scifi", {"genres": ("Slice of Life", "Sci-Fi")}),
        ("genre=horror", {"genres": ("Horror",)}),
        ("genres: boys love, horror seed:4", {"genres": ("Boys Love", "Horror"), "seed": 4}),
        ("horror horror", {"genres": ("Horror",)}),
        ("seed:42 art=3 weird: 7", {"seed": 42, "art_seed": 3, "weirdness": 7}),
        ("seed 42 art 3 weird 7", {"seed": 42, "art_seed": 3, "weirdness": 7}),
        ("Weirdness 10 comedy", {"weirdness": 10, "genres": ("Comedy",)}),
        ("horror, seed 42, weird 0", {"genres": ("Horror",), "seed": 42, "weirdness": 0}),
        ("title:Red Moon", {"title": "Red Moon"}),
        ("title: Bad Seed 42 weird:3", {"title": "Bad Seed 42", "weirdness": 3}),
        ('title="Red: Moon" horror', {"title": "Red: Moon", "genres": ("Horror",)}),
        ("title:“Red Moon” horror", {"title": "Red Moon", "genres": ("Horror",)}),
        ("title:„Roter Mond“ horror", {"title": "Roter Mond", "genres": ("Horror",)}),
        ("title:«Lune» seed:1", {"title": "Lune", "seed": 1}),
        ("title:「月」", {"title": "月"}),
        ("title:'Don't Look' drama", {"title": "Don't Look", "genres": ("Drama",)}),
        ("horror，sci-fi、drama", {"genres": ("Horror", "Sci-Fi", "Drama")}),
        ("horror，seed：42、weird 7", {"genres": ("Horror",), "seed": 42, "weirdness": 7}),
        ("title：「月」，horror", {"title": "月", "genres": ("Horror",)}),
        ("b o y s love", {"genres": ("Boys Love",)}),
    ],
)
def test_what_people_write(text: str, fields: dict[str, object]) -> None:
    assert parse_generate(text) == Wish(CardRequest.model_validate(fields))


@pytest.mark.parametrize("text", ["spoiler", "spoiler, horror", "horror SPOILER seed:1", "horror，spoiler、drama"])
def test_a_spoiler(text: str) -> None:
    assert parse_generate(text).spoiler


def test_a_title_may_hold_the_word_spoiler() -> None:
    wish = parse_generate('title:"Spoiler" drama')
    assert (wish.request.title, wish.spoiler) == ("Spoiler", False)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("cooking show", "no genre “cooking show”"),
        ("action drama comedy horror", "At most 3 genres fit"),
        ("weird:11", "weird takes a whole number from 0 to 10"),
        ("weird 11", "weird takes a whole number from 0 to 10"),
        ("seed:4294967296", "seed takes"),
        ("seed:٣", "seed takes"),
        ("seed:", "seed takes"),
        ("art:x", "art takes"),
        ("title:", "1 to 120 characters"),
        ('title:""', "1 to 120 characters"),
        ("title:«Lune", "never closed"),
        ("colour:red", "no option “colour”"),
        ("seed", "no genre “seed”"),
    ],
)
def test_what_cannot_be_understood(text: str, sentence: str) -> None:
    with pytest.raises(BadRequest, match=sentence):
        parse_generate(text)


def test_options_of_other_commands() -> None:
    names = {"limit": "limit", "safe": "safe"}
    found = list(options_in("limit 5 safe=one, two limit:7", names, frozenset({"safe"})))
    assert [pair for pair in found if pair[0]] == [("limit", "5"), ("safe", "one, two"), ("limit", "7")]
