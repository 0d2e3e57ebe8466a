"""Telegram as the people in its chats use it, in front of the server that the bot talks to."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from tests.bot.telegram.server import BOT, BotApi, Call, plain, user

PATIENCE = 20.0  # seconds that a test waits for the bot


class TelegramDouble(BotApi):
    """What people do in chats, and what a test looks at afterwards."""

    async def write(self, chat_id: int, user_id: int, text: str, *, language: str = "en", **fields: Any) -> int:
        """A person writes `text`, in channels in the channel's name; return the message's id."""
        chat = self.chat(chat_id)
        if chat.type == "channel":
            fields["sender_chat"] = chat.json
        message = self.new_message(chat_id, user(user_id, language), text=text, **fields)
        if chat.type == "channel":
            del message["from"]
        if text.startswith("/"):
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
        await self.emit("channel_post" if chat.type == "channel" else "message", message)
        return int(message["message_id"])

    async def edit(self, chat_id: int, message_id: int, text: str) -> None:
        """A person changes what they wrote."""
        message = self.messages[chat_id, message_id]
        message |= {"text": text, "edit_date": int(time.time())}
        await self.emit("edited_message", message)

    async def press(
        self, chat_id: int, message_id: int, user_id: int, data: str, *, language: str = "en", old: bool = False
    ) -> str:
        """A person presses the button with `data`; return the query's id. Of `old` messages the text is not told."""
        assert data in self.buttons(chat_id, message_id).values(), f"there is no button with {data}"
        return await self.forge(chat_id, message_id, user_id, data, language=language, old=old)

    async def forge(
        self, chat_id: int, message_id: int, user_id: int, data: str, *, language: str = "en", old: bool = False
    ) -> str:
        """A press with any data, as a client of somebody's own can send it."""
        message = self.messages.get((chat_id, message_id))
        if old or message is None:
            message = {"chat": self.chat(chat_id).json, "message_id": message_id, "date": 0}
        if "reply_to_message" in message:  # Telegram tells one answered message, not what that one answers
            answered = {key: value for key, value in message["reply_to_message"].items() if key != "reply_to_message"}
            message = {**message, "reply_to_message": answered}
        return await self._press(user_id, data, language, message=message)

    async def share(self, user_id: int, result: Any) -> str:
        """A person sends what an inline query has found; return the id of the message."""
        inline_id = f"inline{next(self.numbers)}"
        self.shared[inline_id] = plain(result.reply_markup)
        return inline_id

    async def press_shared(self, inline_id: str, user_id: int, label: str) -> str:
        """A person presses a button of a message sent through inline mode; return the query's id."""
        rows = self.shared[inline_id]["inline_keyboard"]
        data = next(button["callback_data"] for row in rows for button in row if button["text"].startswith(label))
        return await self.forge_shared(inline_id, user_id, data)

    async def forge_shared(self, inline_id: str, user_id: int, data: str) -> str:
        """A press with any data below a message sent through inline mode."""
        return await self._press(user_id, data, "en", inline_message_id=inline_id)

    async def _press(self, user_id: int, data: str, language: str, **where: Any) -> str:
        query_id = f"q{next(self.numbers)}"
        self.queries.add(query_id)
        query = {"id": query_id, "from": user(user_id, language), "chat_instance": "1", "data": data, **where}
        await self.emit("callback_query", query)
        return query_id

    async def ask_inline(self, user_id: int, text: str, *, offset: str = "", language: str = "en") -> Call:
        """A person writes `@bot text` in any chat; return what the bot offers."""
        query_id = f"i{next(self.numbers)}"
        await self.emit(
            "inline_query", {"id": query_id, "from": user(user_id, language), "query": text, "offset": offset}
        )
        await self.wait_until(lambda: any(c.params.inline_query_id == query_id for c in self.made("answerInlineQuery")))
        return self.made("answerInlineQuery")[-1]

    async def migrate(self, old: int, new: int, *, told: bool = True) -> None:
        """A group becomes a supergroup; what the bot sends to its old id is refused from now on."""
        self.chat(new, type="supergroup")
        self.chat(old).migrated_to = new
        if told:
            await self.emit("message", self.new_message(old, user(1), migrate_to_chat_id=new))
            await self.emit("message", self.new_message(new, user(1), migrate_from_chat_id=old))

    async def throw_out(self, chat_id: int, user_id: int) -> None:
        """A person removes the bot from a group, or blocks it."""
        self.chat(chat_id).blocked = True
        robot = BOT.model_dump(exclude_none=True)
        change = {"chat": self.chat(chat_id).json, "from": user(user_id), "date": int(time.time())}
        change |= {"old_chat_member": {"status": "member", "user": robot}}
        change |= {"new_chat_member": {"status": "kicked", "user": robot, "until_date": 0}}
        await self.emit("my_chat_member", change)

    async def react(
        self, chat_id: int, message_id: int, user_id: int, old: list[str], new: list[str], **who: Any
    ) -> None:
        """A person's reactions to a message become `new`; the bot hears of it only where Telegram would tell it."""
        chat = self.chat(chat_id)
        if chat.type == "private" or chat.bot_is_admin:
            await self.emit(
                "message_reaction",
                {
                    "chat": chat.json,
                    "message_id": message_id,
                    "date": int(time.time()),
                    "old_reaction": [_reaction(emoji) for emoji in old],
                    "new_reaction": [_reaction(emoji) for emoji in new],
                    **(who or {"user": user(user_id)}),
                },
            )

    async def react_anonymously(self, chat_id: int, message_id: int, counts: dict[str, int]) -> None:
        """The counts of a message's reactions, in chats where nobody's name is told."""
        reactions = [{"type": _reaction(emoji), "total_count": count} for emoji, count in counts.items()]
        fields = {"chat": self.chat(chat_id).json, "message_id": message_id, "date": int(time.time())}
        await self.emit("message_reaction_count", {**fields, "reactions": reactions})

    def buttons(self, chat_id: int, message_id: int) -> dict[str, str]:
        """Return the callback data of a message's buttons by their label."""
        rows = self.messages[chat_id, message_id].get("reply_markup", {}).get("inline_keyboard", [])
        return {button["text"]: button["callback_data"] for row in rows for button in row if "callback_data" in button}

    def made(self, method: str) -> list[Call]:
        """Return the calls of one method so far."""
        return [call for call in self.calls if call.method == method]

    def posted(self, call: Call) -> tuple[int, int]:
        """Return chat and message id of what a call has sent."""
        return call.result["chat"]["id"], call.result["message_id"]

    async def wait_for(self, method: str, count: int = 1) -> Call:
        """Wait until the bot has called `method` `count` times; return that call."""
        await self.wait_until(lambda: len(self.made(method)) >= count)
        return self.made(method)[count - 1]

    async def wait_until(self, condition: Callable[[], bool]) -> None:
        """Wait until `condition` holds; it is looked at after every request."""
        async with asyncio.timeout(PATIENCE), self.changed:
            await self.changed.wait_for(condition)

    async def answered(self, query_id: str) -> str | None:
        """Wait until the bot has answered a pressed button; return what it said."""
        await self.wait_until(lambda: query_id in self.answers)
        return self.answers[query_id]


def _reaction(emoji: str) -> dict[str, str]:
    if emoji.isascii():
        return {"type": "custom_emoji", "custom_emoji_id": emoji}
    return {"type": "emoji", "emoji": emoji}
