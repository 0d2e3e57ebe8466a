"""Two or more settings side by side: who gets which is fixed by who they are, so that each person sees one of them."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bot.service.words import Person
from generator.errors import ConfigurationError
from generator.schema import MAX_WEIRDNESS

FILE = "experiment.toml"  # in DATA_DIR

Name = Annotated[str, Field(min_length=1, max_length=30, pattern=r"^[a-z0-9_-]+$")]


class Arm(BaseModel):
    """One of the settings that are compared; what is not given is as the host's settings say.

    Attributes:
        name: in reports.
        share: of the people, in proportion to the other arms' shares.
        taste: whether the taste chooses among candidates.
        explore_share: share of cards that are chosen at random.
        weirdness_shift: added to the weirdness of those who ask for none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: Name
    share: Annotated[float, Field(gt=0, strict=False)] = 1.0
    taste: bool | None = None
    explore_share: Annotated[float, Field(ge=0, le=1, strict=False)] | None = None
    weirdness_shift: Annotated[int, Field(ge=-MAX_WEIRDNESS, le=MAX_WEIRDNESS)] = 0


class Experiment(BaseModel):
    """What `experiment.toml` says."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: Name
    arms: Annotated[list[Arm], Field(min_length=2, max_length=8)]

    @model_validator(mode="after")
    def _different_names(self) -> Self:
        if len({arm.name for arm in self.arms}) < len(self.arms):
            raise ValueError("two arms have the same name; give each its own")
        return self

    def arm_of(self, person: Person) -> Arm:
        """Return the arm that a person belongs to, the same one as long as the experiment has this name."""
        word = f"{self.name}:{person.platform}:{person.user_id}".encode()
        place = int.from_bytes(hashlib.sha256(word).digest()[:8]) / 2**64 * sum(arm.share for arm in self.arms)
        for arm in self.arms:
            place -= arm.share
            if place < 0:
                return arm
        return self.arms[-1]

    def label(self, arm: Arm) -> str:
        """Return what cards of an arm carry, as in "heat:hot"."""
        return f"{self.name}:{arm.name}"


def read_experiment(folder: Path) -> Experiment | None:
    """Return the experiment that a data folder holds, None without one.

    Raises:
        ConfigurationError: its file cannot be read, or says something else; the message says what.
    """
    path = folder / FILE
    try:
        return Experiment.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read ({error}); correct it, or take it away.") from error
    except ValidationError as error:
        raise ConfigurationError(f"{path}: {_sentence(error)} Correct it, or take the file away.") from error


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part + 1) if isinstance(part, int) else part for part in first["loc"])
    what = first["msg"].removeprefix("Value error, ")
    return f"“{where}”: {what}." if where else f"{what[:1].upper()}{what[1:]}."
