"""Names are invented, distinct, well-formed and as many as asked."""

import numpy as np
import pytest

from generator.text import names
from generator.text.decode import Weights
from generator.text.namer import CAST, Namer, _good, read_names
from generator.text.slots import KINDS, Name
from generator.wordlist import forbidden
from tests.generator.text.tiny import random_arrays


@pytest.fixture(scope="module")
def namer() -> Namer:
    return Namer(Weights.of(random_arrays(names.VOCABULARY, 16, 24, 1)))


def streams(count: int) -> list[np.random.Generator]:
    return [np.random.default_rng(i) for i in range(count)]


def test_every_slot_gets_a_name_of_its_own(namer: Namer) -> None:
    kinds = [["F"], [*KINDS, *KINDS, *KINDS], []]
    casts = namer.invent(["Rain", None, "Rain"], kinds, [0.7] * 3, streams(3), 4)
    assert [len(cast) for cast in casts] == [1, 21, 0] and len(kinds[1]) > CAST
    for cast in casts:
        assert len({name.lower() for name in cast}) == len(cast)
        assert all(_good(name) for name in cast)


def test_a_cast_does_not_depend_on_its_company(namer: Namer) -> None:
    def cast(requests: int) -> list[str]:
        kinds = [["F", "f", "X", "u"]] * requests
        return namer.invent(["Rain"] * requests, kinds, [0.8] * requests, streams(requests), 4)[0]

    assert cast(1) == cast(3)


@pytest.mark.parametrize("name", ["A", "ABBA", "mirelle", "Mi relle", "Averyveryverylongname", "Fucker", "Nazi", ""])
def test_bad_names_are_refused(name: str) -> None:
    assert not _good(name)


@pytest.mark.parametrize("name", ["Mirelle", "Shin'ichi", "Zoë", "Ayō"])
def test_good_names_are_kept(name: str) -> None:
    assert _good(name) and forbidden(name) is None


def test_names_are_coded_behind_their_kinds() -> None:
    ids, targets = names.encode("Ré", [Name("F", "Zoë"), Name("m", "Oda")])
    assert len(ids) == len(targets)
    asked = [i for i, target in enumerate(targets) if target >= 0]
    assert [ids[i] for i in asked if ids[i] > 256] == [names.kind_symbol("F"), names.kind_symbol("m")]
    assert bytes(t for t in targets if 0 <= t < 256).decode() == "ZoëOda"
    assert targets.count(names.END) == 2
    assert targets[: len("Ré".encode()) + 1] == [-1] * 4


def test_read_names_reads_what_stands_between_kind_and_end() -> None:
    row = [names.kind_symbol("F"), *b"Ada", names.END, names.kind_symbol("X"), *b"Om", names.END, -1, -1]
    assert read_names(np.array(row)) == ["Ada", "Om"]
