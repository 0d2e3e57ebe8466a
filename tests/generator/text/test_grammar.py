"""Records are written field by field in one order."""

import numpy as np
import pytest

from generator.text import record as record_format
from generator.text.grammar import STATES, WRITTEN_LENGTHS, banned_tokens, make_grammar, unwritten_lengths
from tests.generator.text.tiny import tiny_vocabulary

WORDS = tiny_vocabulary()
GRAMMAR = make_grammar(WORDS)


def walk(seed: int) -> list[int]:
    """Return a record written by lot."""
    random = np.random.default_rng(seed)
    field, ids = 0, []
    while not ids or ids[-1] != GRAMMAR.end:
        choice = np.flatnonzero(GRAMMAR.allowed[field])
        leading = choice[GRAMMAR.next_state[choice] != field]
        token = int(random.choice(leading if len(leading) and random.random() < 0.3 else choice))
        ids.append(token)
        field = field if GRAMMAR.next_state[token] < 0 else int(GRAMMAR.next_state[token])
    return ids


@pytest.mark.parametrize("seed", range(20))
def test_any_way_through_gives_a_whole_record_in_order(seed: int) -> None:
    ids = walk(seed)
    record, complete = record_format.decode(ids, WORDS)
    assert complete and record.genres and record.title is not None and record.synopsis is not None
    assert None not in (record.type, record.episodes, record.year, record.source, record.length, record.story)
    fields = [name for name in map(WORDS.name_of, ids) if name is not None and " " not in name]
    order = ["genres", "themes", "title", "english", "facts", "plan", "story", "synopsis", "end"]
    assert fields == [name for name in order if name in fields]


def test_unused_tokens_may_never_come() -> None:
    unused = [i for i in range(WORDS.pieces, WORDS.size) if WORDS.name_of(i) is None and i not in WORDS.slot_ids()]
    assert unused and not GRAMMAR.allowed[:, unused].any()


def test_slots_stand_in_synopses_alone() -> None:
    assert STATES[GRAMMAR.synopsis_state] == "synopsis"
    open_in = GRAMMAR.allowed[:, WORDS.slot_ids()].any(axis=1)
    assert np.flatnonzero(open_in).tolist() == [GRAMMAR.synopsis_state]


def test_what_no_card_may_show_is_banned() -> None:
    banned = {WORDS.name_of(token) for token in banned_tokens(WORDS)}
    assert {"genre Ecchi", "theme Harem"} <= banned and "genre Drama" not in banned
    lengths = {WORDS.name_of(token) for token in unwritten_lengths(WORDS)}
    assert lengths == {f"length {i}" for i in range(5)} - {f"length {i}" for i in WRITTEN_LENGTHS}
