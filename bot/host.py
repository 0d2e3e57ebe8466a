"""Commands for whoever hosts the bot: backup, restore, what people have reported, and what ratings have taught."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from generator.errors import BadRequest
from generator.process import leave_on_signals, show, show_progress

if TYPE_CHECKING:
    from db.models import TasteRow

app = typer.Typer(add_completion=False)
taste = typer.Typer(no_args_is_help=True, help="What ratings have taught: look at it, go back, or do without.")
app.add_typer(taste, name="taste")

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


@taste.command("list")
def list_tastes(as_json: JsonOption = False) -> None:
    """List what was learned, newest first, and which version chooses cards."""
    leave_on_signals()
    _show_tastes(asyncio.run(_tastes()), as_json)


@taste.command("use")
def use_taste(version: Annotated[str, typer.Argument(help="As in the list.")], as_json: JsonOption = False) -> None:
    """Let this version choose; while it is the newest, those that are learned later follow it."""
    leave_on_signals()
    _show_tastes(asyncio.run(_tastes(use=version)), as_json)


@taste.command("off")
def no_taste(as_json: JsonOption = False) -> None:
    """Let no version choose, nor later ones: the models judge. `use` with the newest version undoes it."""
    leave_on_signals()
    _show_tastes(asyncio.run(_tastes(off=True)), as_json)


def _show_tastes(known: dict[str, str], as_json: bool) -> None:
    if known or as_json:
        show(known, as_json)
    else:
        typer.echo("Nothing has been learned yet; it takes 20 ratings and a night, or “fakeanime train taste”.")


async def _tastes(*, use: str | None = None, off: bool = False) -> dict[str, str]:
    """Change which taste is used, and return all of them by version.

    Raises:
        BadRequest: no such version.
    """
    from bot.settings import BotSettings
    from db import Database, tastes, upgrade

    url = BotSettings().database_url
    await upgrade(url)
    async with Database(url) as database:
        async with database.write() as session:
            if off:
                await tastes.use_none(session)
            if use is not None and not await tastes.use(session, use):
                raise BadRequest(f"There is no taste “{use}”. See “fakeanime taste list”.")
        async with database.read() as session:
            return {row.version: _described(row, places) for row, places in await tastes.versions(session)}


def _described(row: TasteRow, places: int) -> str:
    figures = row.figures
    return (
        ("in use · " if row.in_use else "")
        + f"learned {row.created:%Y-%m-%d %H:%M} UTC from {row.ratings} ratings"
        + (f", places with their own: {places}" if places else "")
        + f" · foretells unseen ratings to {figures['held_out_error']:.2f} steps (plain mean"
        f" {figures['plain_mean_error']:.2f}), {figures['rank_agreement']:.0%} of pairs in order"
    )


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
