"""Reactions that rate, as they come and as they are found after the bot was away."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import discord

from bot.discord.scores import Scores
from bot.ratings import value_of
from bot.service import CardService, Person, Post
from generator.errors import BadRequest

log = logging.getLogger(__name__)

LOOK_BACK = timedelta(days=3)  # posts whose reactions are looked at after a start
LOOKED_AT = 200  # of those, the newest; two requests to Discord each


class Reactions:
    """Turns reactions under cards into ratings.

    Args:
        client: looks at messages.
        service: knows which message shows which card, and keeps the ratings.
        scores: is told of messages whose score has changed.
    """

    def __init__(self, client: discord.Client, service: CardService, scores: Scores) -> None:
        self._client = client
        self._service = service
        self._scores = scores

    async def added(self, event: discord.RawReactionActionEvent) -> None:
        value, card_id = await self._rating(event)
        if value is not None and card_id is not None:
            scope = None if event.guild_id is None else str(event.guild_id)
            await self._service.rate(Person("discord", str(event.user_id)), card_id, value, "reaction", scope)
            self._scores.touch(event.channel_id, event.message_id, card_id, event.guild_id)

    async def removed(self, event: discord.RawReactionActionEvent) -> None:
        value, card_id = await self._rating(event)
        if value is not None and card_id is not None:
            await self._service.withdraw(Person("discord", str(event.user_id)), card_id, value)
            self._scores.touch(event.channel_id, event.message_id, card_id, event.guild_id)

    async def cleared(self, event: discord.RawReactionClearEvent | discord.RawReactionClearEmojiEvent) -> None:
        """Take back what was rated by the reactions that a moderator cleared: one emoji or all of them."""
        value = None
        if isinstance(event, discord.RawReactionClearEmojiEvent):
            value = value_of(event.emoji.name) if event.emoji.is_unicode_emoji() else None
            if value is None:
                return
        card_id = await self._card(event)
        if card_id is None:
            return
        for user_id, given in (await self._service.reacted("discord", card_id)).items():
            if value in (None, given):
                await self._service.withdraw(Person("discord", user_id), card_id, given)
        self._scores.touch(event.channel_id, event.message_id, card_id, event.guild_id)

    async def catch_up(self) -> None:
        """Bring the ratings of the last days' posts to what their reactions say now."""
        since = datetime.now(UTC) - LOOK_BACK
        posts: dict[str, list[Post]] = {}  # by card, the card that was shown last coming first
        for post in reversed(await self._service.reply_posts("discord", since)):
            posts.setdefault(post.card_id, []).append(post)
        looked_at = 0
        for card_id, shown in posts.items():
            if looked_at >= LOOKED_AT:
                break
            looked_at += len(shown)
            try:
                await self._compare(card_id, shown, since)
            except BadRequest as error:  # the card was deleted while its reactions were read
                log.info("card %s: %s", card_id, error.message)

    async def _compare(self, card_id: str, posts: Sequence[Post], since: datetime) -> None:
        found = [await self._seen(post) for post in posts]
        seen: dict[str, list[int]] = {}
        for user_id, values in ((user_id, values) for one in found if one for user_id, values in one.items()):
            seen.setdefault(user_id, []).extend(values)
        known = await self._service.reacted("discord", card_id)
        stored = await self._service.card(card_id)
        home = None if stored is None else stored.scope  # where nearly all posts of it are
        for user_id, values in seen.items():
            person = Person("discord", user_id)
            if known.get(user_id) in values:
                continue
            own = (await self._service.summary(card_id, person)).own
            if own is None or user_id in known:  # a rating by button is newer than any reaction that it left standing
                await self._service.rate(person, card_id, values[-1], "reaction", home)
        # A reaction may still stand under a post that was not looked at: an old one, or one out of reach.
        if None not in found and stored is not None and stored.created >= since:
            for user_id in known.keys() - seen.keys():
                await self._service.withdraw(Person("discord", user_id), card_id, known[user_id])

    async def _seen(self, post: Post) -> dict[str, list[int]] | None:
        """Return what each person's reactions to a post say, bots left out; None when it cannot be read."""
        seen: dict[str, list[int]] = {}
        try:
            message = await self._client.get_partial_messageable(int(post.chat_id)).fetch_message(int(post.message_id))
            for reaction in message.reactions:
                value = value_of(reaction.emoji) if isinstance(reaction.emoji, str) else None
                if value is None or reaction.count <= int(reaction.me):
                    continue
                for user_id in await _people(reaction):
                    seen.setdefault(user_id, []).append(value)
        except discord.HTTPException as error:  # gone, or no longer to be read by the bot
            log.info("reactions to message %s cannot be read: %s", post.message_id, error)
            return None
        return seen

    async def _rating(self, event: discord.RawReactionActionEvent) -> tuple[int | None, str | None]:
        """Return what a reaction rates, and which card; bots rate nothing."""
        me = self._client.user
        by_bot = (event.member is not None and event.member.bot) or (me is not None and event.user_id == me.id)
        value = value_of(event.emoji.name) if event.emoji.is_unicode_emoji() and not by_bot else None
        return value, None if value is None else await self._card(event)

    async def _card(
        self,
        event: discord.RawReactionActionEvent | discord.RawReactionClearEvent | discord.RawReactionClearEmojiEvent,
    ) -> str | None:
        return await self._service.card_of_message("discord", str(event.channel_id), str(event.message_id))


async def _people(reaction: discord.Reaction) -> list[str]:
    """Return who gave a reaction, plain or "super", bots left out."""
    kinds = [discord.ReactionType.normal, *([discord.ReactionType.burst] if reaction.burst_count else [])]
    return [str(user.id) for kind in kinds async for user in reaction.users(type=kind) if not user.bot]
