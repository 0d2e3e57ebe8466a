"""Who speaks, where and in which language."""

import pytest
from telegram import Chat, InaccessibleMessage, Message, User

from bot.service import Person, Place
from bot.telegram.places import Target, locale_of, person_of, place_of

ANN = User(11, "Ann", False, language_code="pt-br")
GROUP = Chat(-1001, Chat.SUPERGROUP)


@pytest.mark.parametrize(
    "target",
    [
        Target(11),
        Target(-1001, 5, 7, 11, "de", True, "fa:all:abcdefgh:0"),
        Target(-1001, thread_id=7, owner=11),
    ],
)
def test_a_target_is_kept_as_text(target: Target) -> None:
    assert all(isinstance(value, str) for value in target.ref.values())
    assert Target.of_ref(target.ref) == target


@pytest.mark.parametrize("ref", [{}, {"chat_id": "x", "locale": "en"}, {"chat_id": "1"}])
def test_what_is_no_target_is_refused(ref: dict[str, str]) -> None:
    with pytest.raises((KeyError, ValueError)):
        Target.of_ref(ref)


def test_where_a_message_is_answered() -> None:
    message = Message(5, None, GROUP, from_user=ANN, message_thread_id=7, is_topic_message=True)  # type: ignore[arg-type]
    assert Target.of_message(message) == Target(-1001, 5, 7, 11, "pt-br")
    plain = Message(5, None, GROUP, from_user=ANN, message_thread_id=7)  # type: ignore[arg-type]
    assert Target.of_message(plain).thread_id is None
    assert Target.of_message(InaccessibleMessage(GROUP, 5), ANN) == Target(-1001, 5, None, 11, "pt-br")


def test_who_speaks() -> None:
    assert person_of(ANN, None) == Person("telegram", "11")
    assert person_of(ANN, GROUP) == Person("telegram", "chat:-1001")


def test_groups_have_boards_and_private_chats_do_not() -> None:
    assert place_of(GROUP) == Place("telegram", "-1001", "-1001")
    assert place_of(Chat(11, Chat.PRIVATE)) == Place("telegram", "11", None)


def test_without_a_language_it_is_english() -> None:
    assert [locale_of(user) for user in (None, User(1, "X", False), ANN)] == ["en", "en", "pt-br"]
