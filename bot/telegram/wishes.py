"""From a command to what it asks for."""

from __future__ import annotations

from telegram import Message

from bot.service import CardService
from bot.service.errors import Wrong
from bot.service.options import split_list
from bot.telegram.arguments import Wish, parse_generate
from bot.telegram.keyboards import Press
from bot.telegram.messages import command_of, options_of

MAKING = ("generate", "fakeanime", "remix")  # the commands that ask for a card


async def wish_of(service: CardService, message: Message) -> Wish:
    """Return what a `/generate` or `/remix` asks for.

    Raises:
        BadRequest: it cannot be understood, or names a card that is not there.
    """
    if command_of(message) == "remix":
        return await remix_wish(service, await _pair(service, message))
    return parse_generate(options_of(message))


async def remix_wish(service: CardService, pair: tuple[str, str]) -> Wish:
    """Return the wish for a remix of two cards.

    Raises:
        BadRequest: one is not there, or both are the same.
    """
    return Wish(await service.remix(*pair), retry=Press("remix", ".".join(pair)).data)


async def _pair(service: CardService, message: Message) -> tuple[str, str]:
    """Return the two cards of a `/remix ID ID`, or of a `/remix ID` that answers a card."""
    ids = " ".join(split_list(options_of(message))).split()
    shown = message.reply_to_message
    if shown is not None and len(ids) == 1:
        answered = await service.card_of_message("telegram", str(message.chat.id), str(shown.message_id))
        ids = [answered, *ids] if answered else ids
    if len(ids) != 2:
        raise Wrong("telegram.which_two")
    if any(len(card_id) > 8 for card_id in ids):
        raise Wrong("common.no_card", card_id=max(ids, key=len)[:40])
    return ids[0].lower(), ids[1].lower()
