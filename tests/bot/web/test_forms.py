"""What visitors send, right and wrong."""

from collections.abc import AsyncIterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from multidict import MultiDict

from bot.web.forms import MAX_BODY, Filled, card_id, card_request, vote
from generator.errors import BadRequest
from generator.schema import DEFAULT_WEIRDNESS, GENRES, CardRequest
from tests.bot.web.visit import Visitor


def form(*pairs: tuple[str, str]) -> MultiDict[str]:
    return MultiDict(pairs)


def test_an_empty_form_leaves_all_to_the_models() -> None:
    assert card_request(form()) == CardRequest()
    blank = form(("genre", ""), ("title", "  "), ("weirdness", ""), ("seed", " "))
    assert card_request(blank) == CardRequest()


def test_a_full_form_is_a_full_request() -> None:
    wanted = card_request(
        form(
            ("genre", "Sci-Fi"),
            ("genre", "sci fi"),
            ("genre", "horror"),
            ("title", " Fog\tDoor "),
            ("weirdness", "10"),
            ("seed", "0"),
            ("art_seed", "4294967295"),
        )
    )
    assert wanted == CardRequest(
        genres=("Sci-Fi", "Horror"), title="Fog Door", weirdness=10, seed=0, art_seed=4294967295
    )


@pytest.mark.parametrize(
    ("name", "value", "part"),
    [
        ("genre", "Western", "“Western”"),
        ("title", "x" * 121, "1 to 120 characters"),
        ("title", "\u202e", "1 to 120 characters"),
        ("weirdness", "11", "0 to 10"),
        ("weirdness", "-1", "0 to 10"),
        ("seed", "4294967296", "0 to 4294967295"),
        ("seed", "1.5", "whole number"),
        ("seed", "٣", "whole number"),
        ("seed", "9" * 5000, "whole number"),
        ("art_seed", "x", "“Seed”"),
    ],
)
def test_each_mistake_has_its_sentence(name: str, value: str, part: str) -> None:
    with pytest.raises(BadRequest, match=r".\.$") as raised:
        card_request(form((name, value)))
    assert part in raised.value.message


def test_a_fourth_genre_is_too_many() -> None:
    with pytest.raises(BadRequest, match="At most 3"):
        card_request(form(*(("genre", genre) for genre in GENRES[:4])))


@settings(max_examples=200)
@given(
    st.lists(
        st.tuples(st.sampled_from(["genre", "title", "weirdness", "seed", "art_seed", "other"]), st.text()), max_size=8
    )
)
def test_whatever_is_sent_gives_a_request_or_a_sentence(pairs: list[tuple[str, str]]) -> None:
    sent = form(*pairs)
    filled = Filled.of(sent)
    assert len(filled.title) <= 240
    try:
        wanted = card_request(sent)
    except BadRequest as error:
        assert error.message
    else:
        assert CardRequest.model_validate_json(wanted.model_dump_json()) == wanted


def test_the_form_is_filled_again_as_it_was() -> None:
    filled = Filled.of(form(("genre", "Horror"), ("genre", "Western"), ("title", "A <b>"), ("seed", "x")))
    assert filled == Filled(("Horror", "Western"), "A <b>", str(DEFAULT_WEIRDNESS), "x")


@pytest.mark.parametrize(
    "text",
    [
        "abcdefgh",
        " ABCDEFGH ",
        "/c/abcdefgh",
        "https://fake.example/c/abcdefgh",
        "fake.example/c/abcdefgh?archive#rating",
        "http://fake.example/c/abcdefgh.jpg",
    ],
)
def test_a_card_is_known_by_its_letters_or_its_address(text: str) -> None:
    assert card_id(form(("other", text)), "other") == "abcdefgh"


@pytest.mark.parametrize("text", ["", "abcdefg", "abcdefghi", "abcdefg1", "https://fake.example/gallery", "/" * 9000])
def test_anything_else_is_no_card(text: str) -> None:
    with pytest.raises(BadRequest):
        card_id(form(("other", text)), "other")


@pytest.mark.parametrize("value", ["", "6", "-1", "1.0", "five", "٣"])
def test_a_vote_is_a_number_from_0_to_5(value: str) -> None:
    with pytest.raises(BadRequest):
        vote(form(("value", value)))


async def test_only_small_forms_are_read(visitor: Visitor) -> None:
    answers = (
        visitor.http.post("/make", json={"title": "x"}),
        visitor.http.post("/make", data={"title": "x" * MAX_BODY}),
        visitor.http.post("/make", data=b"title=x", headers={"Content-Type": "multipart/form-data; boundary=x"}),
        visitor.http.post("/make", data=_chunks(), headers={"Content-Type": "application/x-www-form-urlencoded"}),
    )
    for pending in answers:
        async with pending as answer:
            assert answer.status == 400
            assert "The form could not be read." in await answer.text()


async def _chunks() -> AsyncIterator[bytes]:
    yield b"title="
    yield b"x" * MAX_BODY * 2
