"""Makes the text models' training set from the table of real records."""

from __future__ import annotations

import gzip
import io
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import sentencepiece
from tqdm import tqdm

from generator.errors import ConfigurationError
from generator.text import slots
from generator.text.record import Record, from_row, length_class
from generator.text.vocabulary import Vocabulary

PIECES = 5000
SPLITS = ("train", "validation", "test")
_COLUMNS = ("title", "synopsis", "synopsis_alt", "story", "franchise")
_NOTES = re.compile(
    r"\b(?:(?:first|second|third|fourth|fifth|sixth|final|new|\d+(?:st|nd|rd|th))"
    r" (?:season|part|cour|series|ova|film|movie)|seasons?|sequel|prequel|recap|compilation"
    r"|spin-?off|adaptation|adapts|adapted|anime|manga|novels?|ova|ovas|dvds?|blu-ray|episodes?"
    r"|series|trailer|music video|animated|animation|short film|directed|director|studio|broadcast|aired|premiered"
    r"|bundled|released|release|promotional|the film|this film|the movie|based on)\b",
    re.IGNORECASE,
)


def split_of(franchise: int) -> str:
    """Return the part that a franchise belongs to: 90 % train, 5 % validation, 5 % test, the same for ever."""
    place = zlib.crc32(f"franchise {franchise}".encode()) % 100
    return "train" if place < 90 else "validation" if place < 95 else "test"


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table in JSON lines, gzipped or plain.

    Raises:
        ConfigurationError: there is no such file, or it is no JSON lines.
    """
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
        with gzip.open(path, "rt", encoding="utf-8") if packed else path.open(encoding="utf-8") as lines:
            for line in lines:
                if line.strip():
                    yield json.loads(line)
    except (OSError, ValueError, EOFError) as error:
        raise ConfigurationError(
            f"{path} cannot be read as JSON lines ({error}); give a file like anime.jsonl.gz."
        ) from error


def note_words(synopsis: str) -> int:
    """Return how often a synopsis speaks of its production."""
    return len(_NOTES.findall(synopsis))


def is_notes(synopsis: str) -> bool:
    """Whether a synopsis speaks of its production rather than of a plot."""
    return note_words(synopsis) >= 1 + len(synopsis) // 1000


def make_lexicon(texts: Iterable[str]) -> frozenset[str]:
    """Return the words that are words: in lower case at least once in ten times they stand within a sentence."""
    lower: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    for text in texts:
        for match in slots.WORD.finditer(text):
            word, start = match.group(), match.start()
            if word[0].islower():
                lower[word] += 1
            elif start > 1 and text[start - 1] == " " and text[start - 2] not in '.!?:"':
                capital[word.lower()] += 1
    return frozenset(word for word, count in lower.items() if count >= 0.1 * capital[word])


def train_pieces(texts: Iterable[str], size: int) -> bytes:
    """Return a serialised BPE model of `size` pieces that gives every text back to the letter.

    Raises:
        ConfigurationError: there is too little text for so many pieces.
    """
    model = io.BytesIO()
    options: dict[str, Any] = {
        "sentence_iterator": iter(texts),
        "model_writer": model,
        "model_type": "bpe",
        "vocab_size": size,
        "byte_fallback": True,
        "character_coverage": 0.9999,
        "normalization_rule_name": "identity",
        "remove_extra_whitespaces": False,
        "add_dummy_prefix": False,
        "split_digits": True,
        "bos_id": -1,
        "eos_id": -1,
        "pad_id": -1,
        "max_sentence_length": 100_000,
        "minloglevel": 2,
    }
    try:
        sentencepiece.SentencePieceTrainer.train(**options)
    except RuntimeError as error:
        raise ConfigurationError(
            f"A vocabulary of {size} pieces cannot be learnt from so little text; add rows, or lower --pieces."
        ) from error
    return model.getvalue()


def prepare_text(data: Path, out: Path, pieces: int = PIECES) -> dict[str, Any]:
    """Read `data`/anime.jsonl.gz and write the training set to `out`: records, vocabulary, lexicon and a report.

    Returns:
        The report: counts, duplicates, and by split counts and lengths.

    Raises:
        ConfigurationError: the table is missing, unreadable, empty, lacks a column, or holds too little text.
    """
    table = data / "anime.jsonl.gz" if data.is_dir() else data
    rows = list(read_rows(table))
    lacking = [column for column in _COLUMNS if not all(column in row for row in rows)]
    if lacking or not rows:
        raise ConfigurationError(f"{table} " + (f"lacks the column “{lacking[0]}”." if lacking else "holds no rows."))
    training = [row for row in rows if split_of(row["franchise"]) == "train"]
    lexicon = make_lexicon(
        text
        for row in training
        for text in ([row["synopsis"]] if row["synopsis"] else []) + (row["synopsis_alt"] or [])
    )
    slotter = slots.Slotter(lexicon)
    out.mkdir(parents=True, exist_ok=True)
    examples: dict[str, list[dict[str, Any]]] = {split: [] for split in SPLITS}
    for row in tqdm(rows, desc="records", unit="row"):
        examples[split_of(row["franchise"])] += make_examples(row, slotter)
    vocabulary = Vocabulary(train_pieces(_texts(examples["train"]), pieces))
    for split, items in examples.items():
        with gzip.open(out / f"{split}.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(item, ensure_ascii=False) + "\n" for item in items)
    (out / "pieces.model").write_bytes(vocabulary.model)
    (out / "lexicon.txt").write_text("\n".join(sorted(lexicon)), encoding="utf-8")
    report = _overview(rows, examples) | {"lexicon": len(lexicon), "vocabulary": vocabulary.size}
    report |= {split: _describe(items, vocabulary) for split, items in examples.items()}
    (out / "report.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return report


def make_examples(row: dict[str, Any], slotter: slots.Slotter) -> list[dict[str, Any]]:
    """Return the training examples of one row: one per synopsis, or one with the title alone.

    An example holds the record's fields, `names` as pairs of kind and text in the order of appearance, `raw` synopsis,
    `main` (whether it is the row's own synopsis and marked as a story) and the franchise.
    """
    head = from_row(row)
    texts = ([row["synopsis"]] if row["story"] else []) + (row["synopsis_alt"] or [])
    examples = []
    for i, raw in enumerate(texts):
        text = slots.RESERVED.sub("\ufffd", raw)
        words = len(text.split())
        if words < 20:
            continue
        slotted = slotter.slot(text, head.title)
        record = replace(head, length=length_class(words), story=not is_notes(text), synopsis=slotted.text)
        names = [slotted.names[symbol] for symbol in slots.slots_in(slotted.text)]
        main = bool(row["story"]) and i == 0
        examples.append(asdict(record) | {"names": names, "raw": text, "main": main, "franchise": row["franchise"]})
    if not examples and head.title is not None:
        examples = [asdict(head) | {"names": [], "raw": None, "main": False, "franchise": row["franchise"]}]
    return examples


def read_examples(folder: Path, split: str) -> list[dict[str, Any]]:
    """Return the examples of one split, made by `prepare_text`.

    Raises:
        ConfigurationError: they are not there.
    """
    path = folder / f"{split}.jsonl.gz"
    if not path.exists():
        raise ConfigurationError(f"{path} is missing; make it with “fakeanime prepare --data DIR --out {folder}”.")
    return list(read_rows(path))


def example_record(example: dict[str, Any]) -> Record:
    """Return the record of an example."""
    fields = {name: example[name] for name in Record.__dataclass_fields__}
    return Record(**fields | {"genres": tuple(fields["genres"]), "themes": tuple(fields["themes"])})


def _texts(examples: list[dict[str, Any]]) -> Iterator[str]:
    for example in examples:
        for name in ("title", "english"):
            if example[name]:
                yield " " + example[name]
        if example["synopsis"]:
            # Slots part the text: no piece may reach across one.
            yield from (part for part in slots.PATTERN.split(slots.spaced(example["synopsis"])) if part)


def readable(report: dict[str, Any], indent: str = "") -> str:
    """Return a report for people, one figure a line."""
    lines = [
        f"{indent}{name}\n{readable(value, indent + '  ')}" if isinstance(value, dict) else f"{indent}{name}: {value}"
        for name, value in report.items()
    ]
    return "\n".join(lines)


def _overview(rows: list[dict[str, Any]], examples: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """Return what is to be known of the table: how much, what is there twice, and whether a text is in two splits."""
    texts = Counter(row["synopsis"] for row in rows if row["synopsis"])
    ids = Counter(row["mal_id"] for row in rows if row.get("mal_id"))
    franchises = Counter(row["franchise"] for row in rows)
    splits = [{item["raw"] for item in items if item["raw"]} for items in examples.values()]
    return {
        "rows": len(rows),
        "with a synopsis": texts.total(),
        "stories": sum(bool(row["story"]) for row in rows),
        "other wordings": sum(len(row["synopsis_alt"] or ()) for row in rows),
        "franchises": len(franchises),
        "rows of the largest franchise": max(franchises.values()),
        "duplicates": {
            "rows with an id that another has": ids.total() - len(ids),
            "synopses that another row has to the letter": texts.total() - len(texts),
            "synopses marked as nearly another's": sum(bool(row.get("synopsis_dup")) for row in rows),
            "texts in two splits": sum(map(len, splits)) - len(set().union(*splits)),
        },
    }


def _describe(examples: list[dict[str, Any]], vocabulary: Vocabulary) -> dict[str, Any]:
    with_text = [example for example in examples if example["synopsis"]]
    words = [len(example["raw"].split()) for example in with_text]
    sample = with_text[:500]
    return {
        "examples": len(examples),
        "with synopsis": len(with_text),
        "own story": sum(example["main"] for example in examples),
        "notes": sum(example["story"] is False for example in examples),
        "words": sum(words),
        "characters": sum(len(example["raw"]) for example in with_text),
        "words, 5th 50th 95th percentile": [int(q) for q in np.percentile(words, (5, 50, 95))] if words else [],
        "names per synopsis": round(sum(len(example["names"]) for example in with_text) / max(1, len(with_text)), 2),
        "characters per token": round(
            sum(len(e["raw"]) for e in sample) / max(1, sum(len(vocabulary.encode(e["synopsis"])) for e in sample)), 3
        ),
    }
