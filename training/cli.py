"""The training road: prepare, train, export, and look at what came of it. Every step goes on where it was stopped."""

from __future__ import annotations

import asyncio
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import typer

from generator.cli import WeightsOption, weights_folder
from generator.process import quiet_tensorflow, show, show_progress
from generator.schema import MAX_SEED

PictureNetwork = Literal["art", "face", "upscale", "judge", "dcgan-art", "dcgan-face"]
Stage = Annotated[
    Literal["raw", "chosen", "enlarged"],
    typer.Option(help="As the network paints; the critic's favourite of a card's tries; or that, upscaled."),
]
Model = Literal["text", "art", "face", "upscale", "judge", "dcgan-art", "dcgan-face"]

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
train = typer.Typer(no_args_is_help=True, help="Train one model, or go on with a run that was stopped.")
sample = typer.Typer(no_args_is_help=True, help="What the models make, before any picking or polishing.")
evaluate = typer.Typer(no_args_is_help=True, help="Judge the models by numbers.")

Prepared = Annotated[Path, typer.Option("--data", help="Folder that `prepare` wrote.")]
Runs = Annotated[Path, typer.Option("--run", help="Folder of the runs; each model has its own folder in it.")]
Threads = Annotated[int, typer.Option(min=0, help="Cores to use; 0 for all.")]
Minutes = Annotated[float | None, typer.Option(min=0, help="End after so long; else when all steps are done.")]
Count = Annotated[int, typer.Option(min=1, help="How many.")]
Seed = Annotated[int, typer.Option(min=0, max=MAX_SEED, help="Same seed, same samples.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
_DATA, _PREPARED, _RUNS = Path("runs/collected"), Path("runs/prepared"), Path("runs")


@app.command()
def collect(
    contact: Annotated[
        str, typer.Option(envvar="COLLECT_CONTACT", help="Your mail or web address, which every host is told.")
    ],
    accept_terms: Annotated[
        bool, typer.Option("--accept-terms", help="You have read docs/training.md on what the sources allow.")
    ] = False,
    out: Annotated[Path, typer.Option(help="Folder of the collection; an earlier run in it is gone on with.")] = _DATA,
    source: Annotated[
        Literal["jikan", "anilist", "both"], typer.Option(help="Which listings; AniList forbids mass collection.")
    ] = "jikan",
    most: Annotated[int | None, typer.Option("--max", min=1, help="Titles of each source to have in all.")] = None,
    minutes: Minutes = None,
    days: Annotated[float, typer.Option(min=0, help="Ask again for what is older.")] = 30.0,
    posters: Annotated[bool, typer.Option(help="Whether to fetch posters as well.")] = True,
    jikan_url: Annotated[
        str | None, typer.Option(envvar="COLLECT_JIKAN_URL", help="Another server of Jikan v4, such as your own.")
    ] = None,
    anilist_url: Annotated[
        str | None, typer.Option(envvar="COLLECT_ANILIST_URL", help="Another address of AniList's API.")
    ] = None,
    picture_host: Annotated[
        list[str] | None,
        typer.Option(envvar="COLLECT_PICTURE_HOSTS", help="The only hosts of posters; else the sources' own."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Fill a table and posters like ours from Jikan (MyAnimeList) and AniList, slowly; run it again to go on."""
    from generator.errors import BadRequest, FakeanimeError
    from training.collect import anilist, jikan
    from training.collect import run as collecting
    from training.collect.listing import Source
    from training.prepare import readable

    if not accept_terms:
        raise BadRequest(
            "Read “What the sources allow” in docs/training.md, then say --accept-terms if you keep to it."
        )
    if not ("@" in contact or "://" in contact) or not contact.isprintable():
        raise BadRequest("--contact must be a mail or web address where the sources can reach you.")
    addresses: dict[Source, str] = {
        "jikan": (jikan_url or jikan.URL).rstrip("/"),
        "anilist": anilist_url or anilist.URL,
    }
    plan = collecting.Plan(
        folder=out,
        contact=contact,
        sources={name: url for name, url in addresses.items() if source in (name, "both")},
        most=most,
        minutes=minutes,
        days=days,
        pictures=posters,
        picture_hosts=tuple(picture_host or collecting.PICTURE_HOSTS),
    )
    report, troubles = asyncio.run(collecting.collect(plan))
    if as_json:
        show(report, as_json=True)
    else:
        typer.echo(readable(report))
    if troubles:
        raise FakeanimeError(" ".join([*troubles, f"What was collected is kept in {out}."]))


@app.command()
def prepare(
    data: Annotated[
        Path, typer.Option(help="Folder with anime.jsonl.gz and, for pictures, posters/ and faces/.")
    ] = _DATA,
    out: Annotated[Path, typer.Option(help="Folder for the training sets.")] = _PREPARED,
    pieces: Annotated[int, typer.Option(min=300, help="Size of the text models' vocabulary.")] = 5000,
    as_json: AsJson = False,
) -> None:
    """Make the training sets of all models (records, vocabulary, decoded pictures) and report what is in them."""
    from training.art_data import prepare_art
    from training.prepare import prepare_text, readable

    report = {"text": prepare_text(data, out / "text", pieces), **prepare_art(data, out)}
    if as_json:
        show(report, as_json=True)
    else:
        typer.echo(readable(report))


@train.command("text")
def train_text(
    data: Prepared = _PREPARED,
    run: Runs = _RUNS,
    preset: Annotated[str, typer.Option(help="cpu or gpu.")] = "cpu",
    minutes: Minutes = None,
    threads: Threads = 0,
    init: Annotated[Path | None, typer.Option(help="Weights that a new run begins from; else from nothing.")] = None,
    rate: Annotated[float | None, typer.Option(min=0, help="Peak learning rate; else the preset's.")] = None,
    rated: Annotated[
        str | None, typer.Option(metavar="DATABASE_URL", help="Let stories that people liked there join in, a few.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Three steps and a checkpoint, to try it.")] = False,
) -> None:
    """The record model, which writes; once its run is over, the name model as well."""
    quiet_tensorflow()
    from training import text
    from training.text_rated import liked_records

    stories = () if rated is None else asyncio.run(liked_records(rated, data / "text"))
    checkpoint = text.train_text(
        data / "text", run / "text", preset, minutes, threads or None, dry_run, init, rate, stories
    )
    typer.echo(checkpoint)
    if not dry_run and text.is_over(checkpoint, minutes):
        train_names(data, run, threads=threads)


@train.command("names")
def train_names(
    data: Prepared = _PREPARED,
    run: Runs = _RUNS,
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the training set.")] = 48,
    threads: Threads = 0,
) -> None:
    """The name model alone, which invents people and places."""
    quiet_tensorflow()
    from training import names

    typer.echo(names.train_names(data / "text", run / "text", epochs, threads or None))


@train.command("transformer")
def train_transformer(
    data: Prepared = _PREPARED, run: Runs = _RUNS, minutes: Minutes = None, threads: Threads = 0
) -> None:
    """A Transformer of the record model's size, one of the yardsticks of `evaluate text`."""
    quiet_tensorflow()
    from training import baselines_transformer

    typer.echo(baselines_transformer.train_transformer(data / "text", run / "transformer", minutes, threads or None))


@train.command("art")
def train_art(
    network: Annotated[PictureNetwork, typer.Argument(help="Which of the picture networks.")] = "art",
    data: Prepared = _PREPARED,
    run: Runs = _RUNS,
    preset: Annotated[str, typer.Option(help="cpu, gpu, or cpu-small for tests.")] = "cpu",
    minutes: Minutes = None,
    kimg: Annotated[float | None, typer.Option(help="Thousand pictures to show in all; art and face only.")] = None,
    threads: Threads = 0,
    rated: Annotated[
        str | None,
        typer.Option(metavar="DATABASE_URL", help="Let a few that people liked there join in; art and face only."),
    ] = None,
    weights: WeightsOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
) -> None:
    """A picture network: art and face paint, upscale enlarges, judge compares, dcgan-* are the yardsticks of 2020."""
    quiet_tensorflow()
    from generator.errors import BadRequest
    from training import art

    if rated is not None and network not in ("art", "face"):
        raise BadRequest("--rated is for the networks that paint: art and face.")
    folder = weights_folder(weights)
    show(
        art.train_art(network, data, run / network, preset, dry_run, threads, minutes, kimg, rated, folder),
        as_json=True,
    )


@train.command("taste")
def train_taste(
    daily: Annotated[bool, typer.Option("--daily", help="As bots do every night: once a day, politely.")] = False,
    as_json: AsJson = False,
) -> None:
    """What the crowd enjoys, from the ratings in the database; takes no TensorFlow."""
    from db import Database, upgrade
    from db.settings import DatabaseSettings
    from training.taste import train_taste as learn

    url = DatabaseSettings().database_url
    if daily:
        os.nice(10)  # the bots of this machine go first

    async def run() -> dict[str, Any]:
        await upgrade(url)
        async with Database(url) as database:
            return await learn(database, daily=daily) or {"version": None}

    show(asyncio.run(run()), as_json)


@app.command()
def export(
    model: Annotated[Model | None, typer.Argument(help="One model; else all that have a run.")] = None,
    data: Prepared = _PREPARED,
    run: Runs = _RUNS,
    table: Annotated[Path | None, typer.Option(help="anime.jsonl.gz, whose titles no card may have; for text.")] = None,
    preset: Annotated[str, typer.Option(help="With which art or face was trained.")] = "cpu",
    out: Annotated[Path | None, typer.Option(help="Folder of the weights; else the one that commands use.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Even if ratings made the weights worse.")] = False,
) -> None:
    """Pack checkpoints into the weights that cards are made with."""
    quiet_tensorflow()
    from generator.errors import BadRequest, ConfigurationError
    from training.art import export_art
    from training.export import export_text

    names = [model] if model else [name for name in get_args(Model) if (run / name).is_dir()]
    if not names:
        raise ConfigurationError(f"{run} holds no runs; train first, or name their folder with --run.")
    folder = weights_folder(out)
    for name in names:
        if name != "text":
            typer.echo(export_art(name, run / name, folder, data, preset, force))
        elif table is None:
            raise BadRequest("Give --table with the path of anime.jsonl.gz; the text weights hold its hashed titles.")
        else:
            show(export_text(data / "text", run / "text", folder, table, force), as_json=True)


@app.command()
def report(
    days: Annotated[float | None, typer.Option(min=0, help="Cards of the last days alone; else all.")] = None,
    as_json: AsJson = False,
) -> None:
    """Compare ratings by arm of an experiment, model, choice and taste, and say which differences are real."""
    from db import Database, upgrade
    from db.settings import DatabaseSettings
    from training import report as comparison

    url = DatabaseSettings().database_url
    since = None if days is None else datetime.now(UTC) - timedelta(days=days)

    async def run() -> list[comparison.Table]:
        await upgrade(url)
        async with Database(url) as database:
            return await comparison.report(database, since)

    tables = asyncio.run(run())
    if as_json:
        show(comparison.as_json(tables), as_json)
    else:
        typer.echo(comparison.as_text(tables))


@sample.command("text")
def sample_text(
    count: Count,
    out: Annotated[Path, typer.Option(help=".jsonl file to write.")],
    seed: Seed = 0,
    weights: WeightsOption = None,
) -> None:
    """Raw text records, before any picking or filtering."""
    quiet_tensorflow()
    from generator.text import Writer

    writer = Writer.load(weights_folder(weights))
    show_progress(f"writing {count} records")
    records = writer.sample_raw(count, seed)
    part = out.with_name(out.name + ".part")
    try:
        with part.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    typer.echo(out)


@sample.command("art")
def sample_art(
    count: Count,
    out: Annotated[Path, typer.Option(help=".npz file to write.")],
    seed: Seed = 0,
    stage: Stage = "chosen",
    weights: WeightsOption = None,
) -> None:
    """Pictures of the scene network: `images` (N, H, W, 3) uint8, before finishing and lettering."""
    _sample_pictures("art", count, out, seed, stage, weights)


@sample.command("face")
def sample_face(
    count: Count,
    out: Annotated[Path, typer.Option(help=".npz file to write.")],
    seed: Seed = 0,
    stage: Stage = "chosen",
    weights: WeightsOption = None,
) -> None:
    """Pictures of the face network, likewise."""
    _sample_pictures("face", count, out, seed, stage, weights)


def _sample_pictures(
    network: Literal["art", "face"], count: int, out: Path, seed: int, stage: Stage, weights: Path | None
) -> None:
    quiet_tensorflow()
    from training import art

    typer.echo(art.sample_art(network, count, out, weights_folder(weights), seed, stage))


@evaluate.command("text")
def evaluate_text(
    corpus: Annotated[Path, typer.Option(help="File with the columns of anime.jsonl.gz.")],
    data: Annotated[
        Path | None, typer.Option(help="What `prepare` wrote; also measures the yardsticks on its part --split.")
    ] = None,
    split: Annotated[Literal["validation", "test"], typer.Option(help="Part that the yardsticks foretell.")] = (
        "validation"
    ),
    transformer: Annotated[
        Path | None, typer.Option(help="Folder of the runs; with --data, the one of `train transformer` there joins.")
    ] = None,
    as_json: AsJson = False,
    weights: WeightsOption = None,
) -> None:
    """Bits per character and perplexity per word of every story's synopsis, given its genres and title."""
    quiet_tensorflow()
    from training import text_evaluate

    figures: dict[str, Any] = dict(text_evaluate.evaluate_text(corpus, weights_folder(weights)))
    if data is not None:
        from training.baselines import yardsticks

        run = None if transformer is None else transformer / "transformer"
        figures["yardsticks"] = yardsticks(data / "text", corpus, weights_folder(weights), run, split)
    show(figures, as_json)


@evaluate.command("ngram")
def evaluate_ngram(
    data: Prepared = _PREPARED,
    split: Annotated[Literal["validation", "test"], typer.Option(help="Part to foretell.")] = "validation",
    order: Annotated[int, typer.Option(min=2, help="Length of the n-grams.")] = 5,
    as_json: AsJson = False,
) -> None:
    """The yardstick of `evaluate text`: an n-gram model of the training synopses on a part that it has not seen."""
    from training import baselines_ngram

    show(baselines_ngram.evaluate_ngram(data / "text", split, order), as_json)


@evaluate.command("art")
def evaluate_art(
    images: Annotated[Path, typer.Option(help=".npz with images (N, H, W, 3) uint8, or with jpeg and offsets.")],
    network: Annotated[
        Literal["art", "face"] | None, typer.Option(help="Whose held-out pictures to compare with; else by shape.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="What `prepare` wrote; also looks for copies of training pictures.")
    ] = None,
    as_json: AsJson = False,
    weights: WeightsOption = None,
) -> None:
    """Distances of pictures to the held-out ones."""
    quiet_tensorflow()
    from training import art_evaluate

    show(art_evaluate.evaluate_art(images, weights_folder(weights), network, data), as_json)


@evaluate.command("cards")
def evaluate_cards(
    count: Count = 200,
    seed: Seed = 0,
    as_json: AsJson = False,
    weights: WeightsOption = None,
) -> None:
    """Repetition, diversity, novelty and consistency of cards."""
    quiet_tensorflow()
    from training import cards_evaluate

    show(cards_evaluate.evaluate_cards(count, seed, weights_folder(weights)), as_json)


app.add_typer(train, name="train")
app.add_typer(sample, name="sample")
app.add_typer(evaluate, name="evaluate")
