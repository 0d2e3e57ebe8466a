"""What the buttons below a card do."""

from __future__ import annotations

import logging
from typing import cast, get_args

from telegram import CallbackQuery, Message
from telegram.error import BadRequest as RefusedByTelegram

from bot.ratings import RATINGS
from bot.sentences import say
from bot.service import CardService, NoCard, Part, RatingSummary, StoredCard
from bot.service.errors import Wrong
from bot.telegram.arguments import Wish
from bot.telegram.boards import Boards, Spot
from bot.telegram.buttons import Action
from bot.telegram.captions import rating_sign, whole_story
from bot.telegram.keyboards import Press, more_menu, reroll_menu
from bot.telegram.making import Maker
from bot.telegram.messages import command_of, message_of
from bot.telegram.places import Target, is_moderator, person_of_query, place_of, target_of
from bot.telegram.posting import Poster
from bot.telegram.wishes import MAKING, remix_wish, wish_of

log = logging.getLogger(__name__)

PARTS: tuple[Part, ...] = get_args(Part)


class CardButtons:
    """The presses below cards.

    Args:
        service: knows cards and ratings.
        maker: makes cards in the background.
        poster: posts cards and sentences.
        boards: show how a card stands.
    """

    def __init__(self, service: CardService, maker: Maker, poster: Poster, boards: Boards) -> None:
        self._service = service
        self._maker = maker
        self._poster = poster
        self._boards = boards

    @property
    def actions(self) -> dict[str, Action]:
        """What each press does."""
        return {
            "rate": self._rate,
            "votes": self._votes,
            "favourite": self._favourite,
            "story": self._story,
            "reroll": self._open_rerolls,
            "more": self._open_more,
            "back": self._back,
            **dict.fromkeys(PARTS, self._reroll),
            "sequel": self._sequel,
            "remix": self._remix,
            "retry": self._retry,
            "report": self._report,
            "delete": self._delete,
        }

    async def _rate(self, query: CallbackQuery, press: Press, locale: str) -> str:
        """Count a rating; the same button once more takes it back."""
        person = person_of_query(query)
        if (await self._service.summary(press.subject, person)).own == press.value:
            await self._service.withdraw(person, press.subject, press.value)
            sentence = say("telegram.taken_back", locale, emoji=RATINGS[press.value])
        else:
            scope = place_of(query.message.chat).scope if query.message else None
            summary = await self._service.rate(person, press.subject, press.value, "button", scope)
            sentence = say("telegram.rated", locale, emoji=RATINGS[press.value], rating=_rating(summary, locale))
        self._boards.refresh(_spot(query), press.subject, locale)
        return sentence

    async def _votes(self, query: CallbackQuery, press: Press, locale: str) -> str:
        """Tell how a card stands, and how many gave what."""
        summary = await self._service.summary(press.subject, person_of_query(query))
        self._boards.refresh(_spot(query), press.subject, locale)
        if summary.mean is None:
            return say("telegram.unrated", locale)
        counts = await self._service.histogram(press.subject)
        lines = [
            say("telegram.standing", locale, rating=_rating(summary, locale)),
            "  ".join(f"{emoji} {counts.get(value, 0)}" for value, emoji in sorted(RATINGS.items())),
        ]
        if summary.own is not None:
            lines.append(say("telegram.own", locale, emoji=RATINGS[summary.own]))
        return "\n".join(lines)

    async def _favourite(self, query: CallbackQuery, press: Press, locale: str) -> str:
        """Keep a card among the favourites of whoever presses; the second press takes it out again."""
        person = person_of_query(query)
        if await self._service.add_favourite(person, press.subject):
            return say("telegram.favourite_kept", locale)
        await self._service.remove_favourite(person, press.subject)
        return say("telegram.favourite_dropped", locale)

    async def _story(self, query: CallbackQuery, press: Press, locale: str) -> str:
        await self._poster.tell(await self._target(query), whole_story(await self._stored(press)))
        return ""

    async def _open_rerolls(self, query: CallbackQuery, press: Press, locale: str) -> str:
        stored = await self._stored(press)
        await self._boards.put(_spot(query), reroll_menu(stored.id, locale))
        return ""

    async def _open_more(self, query: CallbackQuery, press: Press, locale: str) -> str:
        stored = await self._stored(press)
        inline = bool(query.get_bot().bot.supports_inline_queries)
        await self._boards.put(_spot(query), more_menu(stored, locale, inline=inline))
        return ""

    async def _back(self, query: CallbackQuery, press: Press, locale: str) -> str:
        await self._boards.renew(_spot(query), press.subject, locale)
        return ""

    async def _reroll(self, query: CallbackQuery, press: Press, locale: str) -> str:
        request = await self._service.reroll(press.subject, cast(Part, press.action))
        return await self._again(query, press, Wish(request, retry=press.data), locale)

    async def _sequel(self, query: CallbackQuery, press: Press, locale: str) -> str:
        request = await self._service.sequel(press.subject)
        return await self._again(query, press, Wish(request, retry=press.data), locale)

    async def _remix(self, query: CallbackQuery, press: Press, locale: str) -> str:
        """Try a remix again that could not be made."""
        one, _, other = press.subject.partition(".")
        return await self._start(
            query, await remix_wish(self._service, (one, other)), await self._target(query), locale
        )

    async def _retry(self, query: CallbackQuery, press: Press, locale: str) -> str:
        """Do the command again that the sentence above the button answers."""
        message = message_of(query)
        asked = message.reply_to_message if isinstance(message, Message) else None
        if asked is None or command_of(asked) not in MAKING:
            raise Wrong("telegram.ask_again")
        target = await target_of(self._service, asked, query.from_user)
        return await self._start(query, await wish_of(self._service, asked), target, locale)

    async def _again(self, query: CallbackQuery, press: Press, wish: Wish, locale: str) -> str:
        """Begin a card from a card, and close the menu that was chosen from."""
        message = message_of(query)
        shown = await self._service.card_of_message("telegram", str(message.chat.id), str(message.message_id))
        if shown is not None:
            self._boards.refresh(_spot(query), shown, locale)
        return await self._start(query, wish, await self._target(query), locale)

    async def _start(self, query: CallbackQuery, wish: Wish, target: Target, locale: str) -> str:
        self._maker.start(person_of_query(query), place_of(message_of(query).chat), wish, target)
        return say("telegram.on_its_way", locale)

    async def _report(self, query: CallbackQuery, press: Press, locale: str) -> str:
        await self._service.report(person_of_query(query), press.subject)
        self._boards.refresh(_spot(query), press.subject, locale)
        return say("telegram.reported", locale)

    async def _delete(self, query: CallbackQuery, press: Press, locale: str) -> str:
        """Delete the card everywhere if it is theirs to delete, else this message if they keep order here."""
        message = message_of(query)
        moderator = await is_moderator(message.chat, query.from_user)
        person, place = person_of_query(query), place_of(message.chat)
        right = await self._service.delete_by(person, place, press.subject, moderator=moderator)
        try:
            await query.get_bot().delete_message(message.chat.id, message.message_id)
        except RefusedByTelegram as error:
            log.info("a message stays without its card: %s", error)
        return say("telegram.deleted" if right == "card" else "telegram.message_deleted", locale)

    async def _stored(self, press: Press) -> StoredCard:
        stored = await self._service.card(press.subject)
        if stored is None:
            raise NoCard(press.subject)
        return stored

    async def _target(self, query: CallbackQuery) -> Target:
        return await target_of(self._service, message_of(query), query.from_user)


def _spot(query: CallbackQuery) -> Spot:
    if query.inline_message_id is not None:
        return query.inline_message_id
    message = message_of(query)
    return message.chat.id, message.message_id


def _rating(summary: RatingSummary, locale: str) -> str:
    return rating_sign(summary.votes, summary.mean, locale)
