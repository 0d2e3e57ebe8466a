"""Of whom a story speaks, as a machine that reads it token by token: a girl is no boy, nor a town called like her."""

from __future__ import annotations

from dataclasses import dataclass, replace

from generator.text import slots

# In nats. Of held-out stories 0.5 % call a woman a man or a man a woman, 0.2 % introduce a person twice: as good as
# never. One in fifteen of their pronouns is of the other sex than whoever was named last, one in nine than whoever was
# mentioned last; each costs.
NEVER, OTHER_SEX = 12.0, 0.5

CLASSES = tuple(
    """other, woman, man, woman's name, man's name, name, title, place's name, she, he, her, his, person, place, link,
    article, copula, comma, of, named""".replace("\n   ", "").split(", ")
)
# What the text is about to say of somebody: nothing, or of a woman or man: named or mentioned just before, a copula or
# comma behind it, an article behind that; or introduced by name, of whatever sex. Or a place was mentioned, or is
# about to be named.
_PHASES = ("named", "mentioned", "tied", "described", "introduced")
_SUBJECTS = (
    *((None, None), (None, "introduced"), (None, "place"), (None, "of a place")),
    *((sex, phase) for sex in ("woman", "man") for phase in _PHASES),
)
_SEXES = (None, "open", "woman", "man")  # "open" until a pronoun tells it
_OF = {
    **{"woman": "woman", "woman's name": "woman", "she": "woman", "her": "woman"},
    **{"man": "man", "man's name": "man", "he": "man", "his": "man"},
}
_NAMES = {"F": "woman's name", "M": "man's name", "U": "name", "T": "title", "X": "place's name"}
_WORDS = {
    "she": ("she",),
    "he": ("he",),
    "her": ("her", "hers", "herself"),
    "his": ("his", "him", "himself"),
    "article": ("a", "an"),
    "copula": ("is", "was"),
    "comma": (",",),
    "of": ("of",),
    "named": ("named", "called"),
    "place": tuple(
        """town city country world island planet kingdom village land school academy clan empire district forest region
        continent galaxy castle tower""".split()
    ),
    "person": tuple(
        """student classmate teacher friend people someone person child hero doctor master leader warrior knight soldier
        detective ninja samurai robot cat dog animal creature monster demon alien god angel ghost spirit wizard captain
        partner rival enemy scientist professor member family couple pilot idol vampire dragon fox rabbit owner boss
        servant president player actor singer stranger artist worker twin lover killer thief criminal officer
        swordsman hunter baby orphan author""".split()
    ),
    "link": tuple(
        """who also actually just still only now - year years old high school middle elementary young little small
        ordinary beautiful mysterious normal cute strange pretty handsome lonely kind shy poor rich energetic cheerful
        clumsy lazy typical average teenage genius single certain very smart brave innocent quiet popular tall human
        clever talented gifted famous first second third new strong powerful 14 15 16 17 18 half japanese""".split()
    ),
}


def class_of(text: str) -> str:
    """Return the class of a token by its text."""
    if slots.PATTERN.fullmatch(text):
        return _NAMES[slots.slot_kind(text)[0].upper()]
    word = text.strip().lower()
    if text[:1] != " " and word not in (",", "-"):  # within a word
        return "other"
    for name, words in _WORDS.items():
        if word in words or (name == "person" and word.removesuffix("s") in words):
            return name
    return "woman" if word in slots.FEMALE else "man" if word in slots.MALE else "other"


@dataclass(frozen=True)
class Person:
    """Of whom a story speaks.

    Attributes:
        named, mentioned: sex of who was named or mentioned last, one of `_SEXES`.
        sex: of whom something is about to be said.
        phase: one of `_PHASES`, "place", "of a place" or None.
    """

    named: str | None
    mentioned: str | None
    sex: str | None
    phase: str | None

    def after(self, name: str) -> Person:
        """Return the state behind a token of class `name`."""
        sex = _OF.get(name)
        if name in ("woman", "man"):
            return Person(self.named, sex, sex, "mentioned")
        if name in ("woman's name", "man's name"):
            return Person(sex, sex, sex, "named")
        if name in ("name", "title"):
            return Person("open", "open", None, None)
        if name == "person":
            return Person(self.named, "open", None, None)
        if sex is not None:  # a pronoun
            named, mentioned = (sex if known == "open" else known for known in (self.named, self.mentioned))
            subject = {"sex": sex, "phase": "mentioned"} if name in ("she", "he") else {"sex": None, "phase": None}
            return Person(named, mentioned, **subject)
        if name == "place":
            return replace(self, sex=None, phase="place")
        return replace(self, **self._phase_after(name))

    def _phase_after(self, name: str) -> dict[str, str | None]:
        if self.phase == "place" and name in ("of", "named"):
            return {"phase": "of a place"}
        if name == "named":
            return {"phase": "introduced"}
        if self.sex is not None and self.phase != "introduced":
            if name == "link" or (name == "copula" and self.phase == "described"):
                return {}
            if name == "copula" or (name == "comma" and self.phase == "named"):
                return {"phase": "tied"}
            if name == "article" and self.phase == "tied":
                return {"phase": "described"}
        return {"sex": None, "phase": None}

    def cost(self, name: str) -> float:
        """Return what a token of class `name` costs."""
        sex = _OF.get(name)
        other = sex is not None and self.sex is not None and sex != self.sex
        if self.phase == "described" and other and name in ("woman", "man"):
            return NEVER
        if self.phase == "introduced" and ((name.endswith("name") and other) or (name == "place's name" and self.sex)):
            return NEVER
        if self.phase == "of a place" and name in ("woman's name", "man's name", "name"):
            return NEVER
        if name in ("she", "he", "her", "his"):
            return OTHER_SEX * sum(known in ("woman", "man") and known != sex for known in (self.named, self.mentioned))
        return 0.0


STATES = tuple(Person(named, mentioned, *subject) for subject in _SUBJECTS for named in _SEXES for mentioned in _SEXES)
