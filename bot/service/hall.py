"""The hall of fame: the best cards of a server or group in a channel of their own, one post each."""

from __future__ import annotations

from dataclasses import dataclass

from bot.service.base import ServicePart
from bot.service.errors import storage
from bot.service.words import Platform, StoredCard
from db import hall


@dataclass(frozen=True)
class HallTask:
    """What is to be done about one card's post.

    Attributes:
        kind: "post", "update" or "withdraw".
        chat_id: where.
        message_id: of the post that is to be updated or withdrawn.
        stored: the card, None when it was deleted.
    """

    kind: hall.Kind
    card_id: str
    platform: Platform
    scope: str
    chat_id: str
    message_id: str | None
    stored: StoredCard | None


class Hall(ServicePart):
    """Hands out what is to be done, and remembers what was."""

    async def hall_due(self, platform: Platform, limit: int = 10) -> list[HallTask]:
        """Return what is to be done now, each to one process; what is not reported comes again in five minutes."""
        with storage():
            async with self._database.write() as session:
                return [
                    HallTask(
                        kind=due.kind,
                        card_id=due.row.card_id,
                        platform=platform,
                        scope=due.row.scope,
                        chat_id=due.chat_id,
                        message_id=due.row.message_id,
                        stored=self._stored(due.card) if due.card else None,
                    )
                    for due in await hall.take_due(session, platform, limit)
                ]

    async def hall_done(self, task: HallTask, message_id: str | None) -> None:
        """Report a task as done.

        Args:
            message_id: of the post; None when it was withdrawn, or when somebody has removed it: it does not come back.
        """
        with storage():
            async with self._database.write() as session:
                if task.kind == "withdraw":
                    await hall.settle(session, task.card_id, None, None, 0, None)
                elif message_id is None or task.stored is None:
                    await hall.dismiss(session, task.card_id)
                else:
                    shown = task.stored
                    await hall.settle(session, task.card_id, task.chat_id, message_id, shown.votes, shown.mean)
