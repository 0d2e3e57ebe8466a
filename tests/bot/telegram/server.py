"""A double of the Telegram Bot API on loopback, strict about what a bot may send.

Every request is checked against aiogram's description of the method (a second opinion: the bot itself is built on
python-telegram-bot) and against the limits that Telegram enforces; whatever does not fit is answered as Telegram
would and kept in `violations`, which a test ends by finding empty.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp
from aiogram import methods
from aiogram.methods import TelegramMethod
from aiogram.types import Message, Update, User
from aiohttp import web
from pydantic import BaseModel, ValidationError

from tests.bot.telegram.rules import broken_rules, decoded

TOKEN = "123456:test-token-of-the-double"
BOT = User(id=123456, is_bot=True, first_name="Fakeanime", username="fakeanime_test_bot")

_METHODS: dict[str, type[TelegramMethod[Any]]] = {
    model.__api_method__.lower(): model
    for name in methods.__all__
    if isinstance(getattr(model := getattr(methods, name), "__api_method__", None), str)
}


_GIFTS = {
    "accepted_gift_types": dict.fromkeys(
        "unlimited_gifts limited_gifts unique_gifts premium_subscription gifts_from_channels".split(), True
    )
}


class ApiError(Exception):
    """An answer with `ok: false`."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


@dataclass
class Call:
    """One request of the bot.

    Attributes:
        method: its name.
        params: the parameters, checked, as aiogram's model.
        files: what was uploaded, by field.
        at: when it came, in seconds of the monotonic clock.
        result: what was answered; None as long as it is not, or if it was an error.
    """

    method: str
    params: Any
    files: dict[str, bytes]
    at: float = field(default_factory=time.monotonic)
    result: Any = None


@dataclass
class Chat:
    """A chat that the bot is in."""

    id: int
    type: str = "private"
    bot_is_admin: bool = False
    admins: set[int] = field(default_factory=set)
    blocked: bool = False
    migrated_to: int | None = None
    name: str | None = None  # of a public channel or group, without @
    topics: set[int] = field(default_factory=set)  # of a forum

    @property
    def json(self) -> dict[str, Any]:
        title = {"first_name": "Somebody"} if self.type == "private" else {"title": "A group"}
        name = {"username": self.name} if self.name else {}
        forum = {"is_forum": True} if self.topics else {}
        return {"id": self.id, "type": self.type, **title, **name, **forum}


class BotApi:
    """The Bot API for one bot; an async context manager that serves on a free port.

    Attributes:
        calls: what the bot asked, in order, without getUpdates.
        violations: everything that a real server would not have taken, in words.
        messages: what stands in the chats, by chat and message id.
        commands: description by command, by scope and language.
        answers: what was said to who pressed a button, by query.
        shared: the buttons of messages that were sent through inline mode, by their id.
        deliveries: HTTP statuses that the web hook answered with.
        webhook: address and secret, as the bot has set them.
        inline_mode: whether the bot's owner has turned it on.
        polls: how often the bot has asked for updates.
        allowed: kinds of updates that the bot asked for; all where it did not say.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.violations: list[str] = []
        self.messages: dict[tuple[int, int], dict[str, Any]] = {}
        self.chats: dict[int, Chat] = {}
        self.commands: dict[tuple[str, str], dict[str, str]] = {}
        self.shared: dict[str, dict[str, Any]] = {}
        self.answers: dict[str, str | None] = {}
        self.deliveries: list[int] = []
        self.webhook: dict[str, Any] = {}
        self.polls = 0
        self.inline_mode = True
        self._pending: dict[int, dict[str, Any]] = {}
        self.allowed: list[str] = []
        self.queries: set[str] = set()
        self._photos: set[str] = set()
        self._failures: dict[str, list[ApiError]] = {}
        self.numbers = itertools.count(1)
        self.changed = asyncio.Condition()
        self._closing = False

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 2**20)
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing = True
        await self.notify()
        await self._runner.cleanup()

    def chat(self, chat_id: int, **options: Any) -> Chat:
        """Return the chat, made on first use; ids below zero are groups."""
        if chat_id not in self.chats:
            self.chats[chat_id] = Chat(chat_id, **{"type": "supergroup" if chat_id < 0 else "private", **options})
        return self.chats[chat_id]

    def fail(self, method: str, code: int, description: str, times: int = 1, **parameters: int) -> None:
        """Answer the next `times` calls of `method` with an error."""
        self._failures.setdefault(method, []).extend([ApiError(code, description, **parameters)] * times)

    def flood(self, method: str, retry_after: int, times: int = 1) -> None:
        """Answer the next `times` calls of `method` with 429."""
        self.fail(method, 429, f"Too Many Requests: retry after {retry_after}", times, retry_after=retry_after)

    def photo(self) -> str:
        """Return the `file_id` of another picture that Telegram has."""
        unique = f"photo{next(self.numbers)}"
        self._photos.add(unique)
        return unique

    def forget_photos(self) -> None:
        """Take no `file_id` any more."""
        self._photos.clear()

    async def _serve(self, request: web.Request) -> web.Response:
        name = request.match_info["method"]
        try:
            if request.match_info["token"] != TOKEN:
                raise ApiError(401, "Unauthorized")
            result = await self._answer(name, *await _read(request))
            body: dict[str, Any] = {"ok": True, "result": result}
            status = 200
        except ApiError as error:
            body = {"ok": False, "error_code": error.code, "description": error.description}
            body |= {"parameters": error.parameters} if error.parameters else {}
            status = error.code
        await self.notify()
        return web.json_response(body, status=status)

    async def _answer(self, name: str, raw: dict[str, str], files: dict[str, bytes]) -> Any:
        model = _METHODS.get(name.lower())
        handler: Callable[[Any], Awaitable[Any]] | None = getattr(self, f"_do_{name.lower()}", None)
        if model is None or handler is None:
            raise self._violation(404, f"{name}: method not found")
        try:
            params = model.model_validate(decoded(model, raw, files))
        except ValidationError as error:
            raise self._violation(400, f"{name}: {error}") from error
        for sentence in broken_rules(params, files):
            raise self._violation(400, f"{name}: {sentence}")
        call = Call(name, params, files)
        if name.lower() != "getupdates":
            self.calls.append(call)
        if failures := self._failures.get(name):
            raise failures.pop(0)
        call.result = await handler(params)
        return call.result

    def _violation(self, code: int, sentence: str) -> ApiError:
        self.violations.append(sentence)
        return ApiError(code, f"Bad Request: {sentence}")

    async def notify(self) -> None:
        """Let those look again who wait for something."""
        async with self.changed:
            self.changed.notify_all()

    async def _do_getme(self, _: methods.GetMe) -> Any:
        abilities = {"can_join_groups": True, "can_read_all_group_messages": False}
        return {**BOT.model_dump(exclude_none=True), **abilities, "supports_inline_queries": self.inline_mode}

    async def _do_getupdates(self, params: methods.GetUpdates) -> list[dict[str, Any]]:
        if self.webhook:
            raise ApiError(409, "Conflict: can't use getUpdates method while webhook is active")
        if params.allowed_updates is not None:
            self.allowed = params.allowed_updates
        for number in [n for n in self._pending if n < (params.offset or 0)]:
            del self._pending[number]
        self.polls += 1
        poll = self.polls
        await self.notify()
        try:
            async with asyncio.timeout(params.timeout or 0), self.changed:
                await self.changed.wait_for(lambda: self._pending or self._closing or self.polls != poll)
        except TimeoutError:
            pass
        if self.polls != poll:
            raise ApiError(409, "Conflict: terminated by other getUpdates request")
        return list(itertools.islice(self._pending.values(), params.limit or 100))

    async def _do_setwebhook(self, params: methods.SetWebhook) -> bool:
        if not params.url.startswith(("https://", "http://127.0.0.1:")):
            raise self._violation(400, "setWebhook: an HTTPS URL must be provided")
        self.webhook = {"url": params.url, "secret": params.secret_token}
        self.allowed = params.allowed_updates or []
        return True

    async def _do_deletewebhook(self, params: methods.DeleteWebhook) -> bool:
        self.webhook = {}
        if params.drop_pending_updates:
            self._pending.clear()
        return True

    async def _do_setmycommands(self, params: methods.SetMyCommands) -> bool:
        scope = params.scope.type if params.scope else "default"
        self.commands[scope, params.language_code or ""] = {c.command: c.description for c in params.commands}
        return True

    async def _do_sendchataction(self, params: methods.SendChatAction) -> bool:
        self._reach(params.chat_id)
        return True

    async def _do_sendmessage(self, params: methods.SendMessage) -> dict[str, Any]:
        return self._post(params, text=params.text, entities=plain(params.entities))

    async def _do_sendphoto(self, params: methods.SendPhoto) -> dict[str, Any]:
        unique = params.photo if isinstance(params.photo, str) else self.photo()
        if unique not in self._photos:
            raise ApiError(400, "Bad Request: wrong file identifier/HTTP URL specified")
        size = {"file_id": unique, "file_unique_id": unique, "width": 800, "height": 1200}
        entities = plain(params.caption_entities)
        return self._post(params, photo=[size], caption=params.caption, caption_entities=entities)

    async def _do_senddocument(self, params: methods.SendDocument) -> dict[str, Any]:
        number = f"document{next(self.numbers)}"
        return self._post(params, document={"file_id": number, "file_unique_id": number})

    async def _do_editmessagecaption(self, params: methods.EditMessageCaption) -> dict[str, Any]:
        entities, markup = plain(params.caption_entities), plain(params.reply_markup)
        return self._edit(params, caption=params.caption, caption_entities=entities, reply_markup=markup)

    async def _do_editmessagetext(self, params: methods.EditMessageText) -> dict[str, Any]:
        markup = plain(params.reply_markup)
        return self._edit(params, text=params.text, entities=plain(params.entities), reply_markup=markup)

    async def _do_editmessagereplymarkup(self, params: methods.EditMessageReplyMarkup) -> dict[str, Any] | bool:
        if params.inline_message_id is not None:
            self.shared[params.inline_message_id] = plain(params.reply_markup)
            return True
        return self._edit(params, reply_markup=plain(params.reply_markup))

    async def _do_deletemessage(self, params: methods.DeleteMessage) -> bool:
        chat = self._reach(params.chat_id)
        if self.messages.pop((chat.id, params.message_id), None) is None:
            raise ApiError(400, "Bad Request: message to delete not found")
        return True

    async def _do_answercallbackquery(self, params: methods.AnswerCallbackQuery) -> bool:
        if params.callback_query_id not in self.queries:
            raise ApiError(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        self.answers[params.callback_query_id] = params.text
        return True

    async def _do_answerinlinequery(self, params: methods.AnswerInlineQuery) -> bool:
        offered: list[Any] = list(params.results)
        if any(result.photo_file_id not in self._photos for result in offered):
            raise ApiError(400, "Bad Request: wrong file identifier/HTTP URL specified")
        return True

    async def _do_getchat(self, params: methods.GetChat) -> dict[str, Any]:
        return {**self._reach(params.chat_id).json, "accent_color_id": 0, "max_reaction_count": 11, **_GIFTS}

    async def _do_getchatmember(self, params: methods.GetChatMember) -> dict[str, Any]:
        chat = self._reach(params.chat_id)
        robot = params.user_id == BOT.id
        if chat.type == "channel" and not chat.bot_is_admin:
            raise ApiError(400, "Bad Request: member list is inaccessible")
        admin = chat.bot_is_admin if robot else params.user_id in chat.admins
        who = {"user": BOT.model_dump(exclude_none=True) if robot else user(params.user_id)}
        if not admin:
            return {"status": "member", **who}
        rights = (
            "can_be_edited is_anonymous can_manage_chat can_delete_messages can_manage_video_chats "
            "can_restrict_members can_promote_members can_change_info can_invite_users can_post_stories "
            "can_edit_stories can_delete_stories"
        )
        return {"status": "administrator", **who, **dict.fromkeys(rights.split(), True)}

    def _reach(self, chat_id: int | str) -> Chat:
        named = (chat for chat in self.chats.values() if chat.name and f"@{chat.name}" == chat_id)
        chat = self.chats.get(chat_id) if isinstance(chat_id, int) else next(named, None)
        if chat is None:
            raise ApiError(400, "Bad Request: chat not found")
        if chat.migrated_to:
            raise ApiError(
                400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to
            )
        if chat.blocked:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        return chat

    def _post(self, params: Any, **content: Any) -> dict[str, Any]:
        chat = self._reach(params.chat_id)
        reply = params.reply_parameters
        if reply is not None:
            replied = self.messages.get((chat.id, reply.message_id))
            if replied is None and not reply.allow_sending_without_reply:
                raise ApiError(400, "Bad Request: message to be replied not found")
            content["reply_to_message"] = replied
        if params.message_thread_id:
            if params.message_thread_id not in chat.topics:
                raise ApiError(400, "Bad Request: message thread not found")
            content |= {"message_thread_id": params.message_thread_id, "is_topic_message": True}
        who = BOT.model_dump(exclude_none=True)
        return self.new_message(chat.id, who, reply_markup=plain(params.reply_markup), **content)

    def _edit(self, params: Any, **changes: Any) -> dict[str, Any]:
        chat = self._reach(params.chat_id)
        message = self.messages.get((chat.id, params.message_id))
        if message is None:
            raise ApiError(400, "Bad Request: message to edit not found")
        if message["from"]["id"] != BOT.id:
            raise ApiError(400, "Bad Request: message can't be edited")
        if all(message.get(key) == value for key, value in changes.items()):
            raise ApiError(400, "Bad Request: message is not modified")
        for key, value in changes.items():
            message.pop(key, None)
            message |= {} if value is None else {key: value}
        return message

    def new_message(self, chat_id: int, sender: dict[str, Any], **content: Any) -> dict[str, Any]:
        """Put a message into a chat."""
        fields = {key: value for key, value in content.items() if value is not None}
        number = next(self.numbers)
        message = {"message_id": number, "date": int(time.time()), "chat": self.chat(chat_id).json, "from": sender}
        message |= fields
        Message.model_validate(message)  # the double's own words are held to the same description
        self.messages[chat_id, number] = message
        return message

    async def emit(self, kind: str, content: dict[str, Any]) -> None:
        """Tell the bot of something, if it has asked for that kind of update."""
        if self.allowed and kind not in self.allowed:
            return
        update = {"update_id": next(self.numbers), kind: json.loads(json.dumps(content))}
        Update.model_validate(update)
        if self.webhook:
            headers = {"X-Telegram-Bot-Api-Secret-Token": self.webhook["secret"]} if self.webhook["secret"] else {}
            async with (
                aiohttp.ClientSession() as session,
                session.post(self.webhook["url"], json=update, headers=headers) as response,
            ):
                self.deliveries.append(response.status)
        else:
            self._pending[update["update_id"]] = update
        await self.notify()


def user(user_id: int, language: str = "en") -> dict[str, Any]:
    """Return a person as Telegram describes one."""
    return {"id": user_id, "is_bot": False, "first_name": f"Person {user_id}", "language_code": language}


def plain(value: Any) -> Any:
    """Return models as JSON knows them; an empty list is nothing."""
    if isinstance(value, list):
        return [plain(item) for item in value] or None
    return value.model_dump(mode="json", exclude_none=True) if isinstance(value, BaseModel) else value


async def _read(request: web.Request) -> tuple[dict[str, str], dict[str, bytes]]:
    """Return a request's text fields and its uploaded files."""
    texts: dict[str, str] = dict(request.query)
    files: dict[str, bytes] = {}
    for key, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            files[key] = value.file.read()
        else:
            texts[key] = value if isinstance(value, str) else bytes(value).decode()
    return texts, files
