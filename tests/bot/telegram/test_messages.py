"""Commands and what follows them."""

import pytest
from telegram import Chat, Message

from bot.telegram.messages import command_of, options_of


@pytest.mark.parametrize(
    ("text", "command", "options"),
    [
        ("/generate", "generate", ""),
        ("/generate horror, seed:4", "generate", "horror, seed:4"),
        ("/Generate@Fakeanime_bot  horror", "generate", "horror"),
        ("/generate\nhorror\ndrama", "generate", "horror\ndrama"),
        ("hello /generate", "", "/generate"),
        ("", "", ""),
        (None, "", ""),
    ],
)
def test_command_and_options(text: str | None, command: str, options: str) -> None:
    message = Message(1, None, Chat(1, Chat.PRIVATE), text=text)  # type: ignore[arg-type]
    assert (command_of(message), options_of(message)) == (command, options)
