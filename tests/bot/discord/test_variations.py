"""Cards from cards."""

import pytest

from bot.discord import limits
from bot.discord.variations import AgainButton, pack, unpack
from bot.service import Part, PlaceSettings
from generator.errors import BadRequest
from generator.schema import GENRES, MAX_SEED, MAX_TITLE, CardRequest
from tests.bot.discord.stage import Stage, card_id, item

pytestmark = pytest.mark.simcord(settle_timeout=8)


@pytest.mark.parametrize(
    ("part", "same_title", "same_text", "same_art"),
    [
        ("all", False, False, False),
        ("title", False, False, True),
        ("synopsis", True, False, True),
        ("poster", True, True, False),
    ],
)
async def test_a_card_is_rerolled_by_part(
    stage: Stage, part: Part, same_title: bool, same_text: bool, same_art: bool
) -> None:
    message = await stage.card(genres="horror", seed=7, weirdness=4)
    old = await stage.service.card(card_id(message))
    await stage.alice.select(message, [part], custom_id=item(message, "reroll"))
    assert stage.shown.id != message.id
    new = await stage.service.card(card_id(stage.shown))
    assert old is not None
    assert new is not None
    assert new.card.genres == ("Horror",)
    assert new.card.weirdness == 4
    assert (new.card.title == old.card.title) is same_title
    assert (new.card.seed == old.card.seed) is same_text
    assert (new.card.art_seed == old.card.art_seed) is same_art


async def test_a_sequel_goes_on(stage: Stage) -> None:
    message = await stage.card(title="Fog", genres="horror", spoiler=True)
    await stage.alice.click(message, custom_id=item(message, "sequel"))
    embed = stage.shown.embeds[0]
    assert embed.title is not None
    assert embed.title.startswith("Fog")
    assert embed.title != "Fog"
    assert stage.shown.attachments[0].is_spoiler()  # as the first one


async def test_both_work_after_a_restart(stage: Stage) -> None:
    message = await stage.card()
    await stage.come_back()
    await stage.alice.click(message, custom_id=item(message, "sequel"))
    await stage.alice.select(message, ["all"], custom_id=item(message, "reroll"))
    assert len([shown for shown in stage.channel.history() if shown.embeds]) == 3


async def test_another_try_asks_for_the_same(stage: Stage) -> None:
    await stage.service.configure(stage.place, PlaceSettings(cooldown_seconds=60))
    await stage.card()
    result = await stage.alice.slash(stage.channel, "fakeanime", genres="horror", title="Fog", seed=9)
    await stage.service.configure(stage.place, PlaceSettings())
    refusal = result.followups[0].message
    await stage.alice.click(refusal, custom_id=item(refusal, "again"))
    embed = stage.shown.embeds[0]
    assert embed.title == "Fog"
    assert "seed 9 " in (embed.footer.text or "")


@pytest.mark.parametrize("spoiler", [True, False])
@pytest.mark.parametrize(
    "request_",
    [
        CardRequest(),
        CardRequest(genres=("Slice of Life", "Sci-Fi", "Boys Love"), weirdness=10, seed=MAX_SEED, art_seed=0),
        CardRequest(title="A: B:: 日本 {x}"),
    ],
)
def test_wishes_are_packed_and_unpacked(request_: CardRequest, spoiler: bool) -> None:
    packed = pack(request_, spoiler=spoiler)
    assert unpack(packed) == (request_, spoiler)
    assert AgainButton.alone_for(request_, spoiler=spoiler, locale="en") is not None


def test_every_genre_survives_packing() -> None:
    for genre in GENRES:
        assert unpack(pack(CardRequest(genres=(genre,)), spoiler=False))[0].genres == (genre,)


def test_wishes_too_long_for_a_button_have_none() -> None:
    request = CardRequest(title="x" * MAX_TITLE)
    assert len(pack(request, spoiler=False)) > limits.CUSTOM_ID
    assert AgainButton.alone_for(request, spoiler=False, locale="en") is None


def test_a_button_with_a_genre_that_is_no_more_is_too_old() -> None:
    with pytest.raises(BadRequest, match="too old"):
        unpack("fa:again:zzz:3:::0:")
