"""Commands for whoever hosts the bot: backup, restore, and what people have reported."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from generator.errors import BadRequest
from generator.process import leave_on_signals, show, show_progress

app = typer.Typer(add_completion=False)

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="The new tar file.")], as_json: JsonOption = False) -> None:
    """Save the SQLite database and all pictures into one file; the bot may run on."""
    from bot.settings import BotSettings
    from db.backup import BackupError
    from db.backup import backup as write

    settings = BotSettings()
    try:
        manifest = write(settings.database_url, settings.pictures_dir, file, show_progress)
    except BackupError as error:
        raise BadRequest(str(error)) from error
    show(asdict(manifest), as_json)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `backup` wrote.")], as_json: JsonOption = False
) -> None:
    """Put a backup back; the bot may run on. The database of before is kept beside the new one."""
    from bot.settings import BotSettings
    from db.backup import BackupError
    from db.backup import restore as read

    settings = BotSettings()
    try:
        manifest, before = read(settings.database_url, settings.pictures_dir, file, show_progress)
    except BackupError as error:
        raise BadRequest(str(error)) from error
    show({**asdict(manifest), "before": None if before is None else str(before)}, as_json)


@app.command()
def reports(
    clear: Annotated[str | None, typer.Option(help="Show this card again: it is harmless.")] = None,
    delete: Annotated[str | None, typer.Option(help="Delete this card and its picture.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List the cards that people have reported, or decide about one of them."""
    leave_on_signals()
    show(asyncio.run(decide(clear, delete)), as_json)


async def decide(clear: str | None = None, delete: str | None = None) -> dict[str, str]:
    """Clear or delete cards by their id; return the reported ones that are left, id -> title and reasons.

    Raises:
        NoCard: no such card.
    """
    from bot.service import CardService, NoCard
    from bot.settings import BotSettings
    from db import Database
    from generator.client import GeneratorClient

    settings = BotSettings()
    async with Database(settings.database_url) as database, GeneratorClient(settings) as client:
        service = CardService(settings, client, database)
        await service.start()
        if clear is not None and not await service.clear_reports(clear):
            raise NoCard(clear)
        if delete is not None and not await service.delete_card(delete):
            raise NoCard(delete)
        return {
            found.card.id: f"{found.card.card.title} · reported by {found.reports}"
            + ("" if not found.reasons else f": {'; '.join(found.reasons)}")
            for found in await service.reported()
        }
