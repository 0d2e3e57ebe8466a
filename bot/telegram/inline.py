"""Inline mode: `@bot horror` in any chat offers cards that Telegram has already, by their `file_id`."""

from __future__ import annotations

from typing import Any

from telegram import InlineQueryResultCachedPhoto, InlineQueryResultsButton, Update
from telegram.ext import ContextTypes, InlineQueryHandler

from bot.sentences import say
from bot.service import CardService, StoredCard
from bot.telegram.captions import card_caption
from bot.telegram.keyboards import shared_keyboard
from bot.telegram.limits import INLINE_CACHE_SECONDS, INLINE_RESULTS
from bot.telegram.places import locale_of

_START = "inline"  # parameter of `/start` behind the button above the results


class Inline:
    """The handler of inline queries.

    Args:
        service: finds cards.
    """

    def __init__(self, service: CardService) -> None:
        self._service = service

    @property
    def handler(self) -> InlineQueryHandler[ContextTypes.DEFAULT_TYPE, None]:
        """What the application has to be given."""
        return InlineQueryHandler(self._asked)

    async def _asked(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        query = update.inline_query
        assert query is not None
        bot, locale = query.get_bot(), locale_of(query.from_user)
        offset = int(query.offset) if query.offset.isdecimal() else 0
        found = await self._service.inline(str(bot.id), query.query, INLINE_RESULTS, offset)
        await query.answer(
            [_result(stored, file_id, locale, bot.username) for stored, file_id in found],
            cache_time=INLINE_CACHE_SECONDS,
            is_personal=True,  # in the language of whoever asks
            next_offset=str(offset + INLINE_RESULTS) if len(found) == INLINE_RESULTS else "",
            button=InlineQueryResultsButton(say("telegram.button_inline", locale), start_parameter=_START),
        )


def _result(stored: StoredCard, file_id: str, locale: str, bot_name: str) -> InlineQueryResultCachedPhoto:
    caption = card_caption(stored, locale)
    options: dict[str, Any] = {"caption": caption.text, "caption_entities": caption.entities}
    return InlineQueryResultCachedPhoto(
        stored.id, file_id, title=stored.card.title, reply_markup=shared_keyboard(stored, bot_name, locale), **options
    )
