"""Words that neither a given title nor a written card may hold; matched at word bounds, whatever the case.

A modest list on purpose: it keeps slurs and sexual terms off a public channel and does not try to judge sense.
"""

from __future__ import annotations

import re
import unicodedata

_SLURS = """
nigger niggers nigga niggas faggot faggots fag fags dyke dykes tranny trannies shemale shemales kike kikes chink chinks
spic spics wetback wetbacks gook gooks paki pakis coon coons raghead ragheads towelhead towelheads beaner beaners retard
retards retarded cripple golliwog jap japs mongoloid
"""
_SEXUAL = """
sex sexual sexually sexy porn porno pornography pornographic hentai rape rapes raped raping rapist rapists molest
molests molested molester incest incestuous pedophile pedophiles pedophilia paedophile paedophiles lolicon shotacon loli
lolis shota shotas fuck fucks fucked fucker fuckers fucking cunt cunts cock cocks dick dicks dildo dildos penis penises
vagina vaginas pussy pussies tits titty titties boobs boobies nipple nipples orgasm orgasms masturbate masturbates
masturbated masturbating masturbation blowjob blowjobs handjob handjobs cum cums semen ejaculate ejaculation erection
erections anal anus bukkake gangbang gangbangs milf milfs slut sluts slutty whore whores prostitute prostitutes
prostitution brothel brothels bondage bdsm fetish fetishes nude nudes nudity naked panties panty lewd erotic erotica
eroge ecchi ahegao futanari yiff bestiality necrophilia zoophilia horny aphrodisiac aphrodisiacs genitals genitalia
groping gropes groped virginity
"""
_OTHER = "nazi nazis hitler holocaust kkk suicide suicides suicidal"
_WORDS = frozenset(f"{_SLURS} {_SEXUAL} {_OTHER}".split())
_PHRASES = ("white power", "heil hitler", "sieg heil", "blow job", "hand job", "child porn", "sex slave", "sex slaves")
_PATTERN = re.compile(
    r"(?<![^\W_])(?:" + "|".join(map(re.escape, sorted((*_WORDS, *_PHRASES), key=len, reverse=True))) + r")(?![^\W_])"
)
_DISGUISES: tuple[dict[int, int], ...] = (
    str.maketrans({}),
    str.maketrans("013457@$", "oieastas"),
    str.maketrans("013457@$!|", "oieastasil"),
)


def forbidden(text: str) -> str | None:
    """Return the first listed word in `text`, plain or with the commonest disguises, or None."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if not unicodedata.combining(c))
    plain = " ".join(plain.split())
    for disguise in _DISGUISES:
        match = _PATTERN.search(plain.translate(disguise))
        if match:
            return match.group()
    return None
