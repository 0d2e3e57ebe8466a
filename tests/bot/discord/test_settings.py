"""`/settings`."""

import pytest
from simcord.backend.errors import SetupError
from simcord.results import InteractionResult

from bot.discord.settings import settings_embed
from bot.service import PlaceSettings
from tests.bot.discord.stage import Stage

pytestmark = pytest.mark.simcord(settle_timeout=8)


def told(result: InteractionResult) -> dict[str | None, str | None]:
    assert result.ephemeral
    assert result.response is not None
    return {field.name: field.value for field in result.response.embeds[0].fields}


async def test_only_administrators_have_it(stage: Stage) -> None:
    with pytest.raises(SetupError, match="default-member-permissions"):
        await stage.alice.slash(stage.channel, "settings show")
    everyone = stage.env.create_user("carol").available_commands()
    assert not any(name.startswith("settings") for name in everyone)  # private chats have none


async def test_what_is_set_is_shown(stage: Stage) -> None:
    shown = told(await stage.administrator().slash(stage.channel, "settings show"))
    assert shown["Channels for cards"] == "all"
    assert shown["Cooldown"] == "what the host has set"
    assert shown["Hall of fame"] == "none"


async def test_each_setting_can_be_set_and_taken_back(stage: Stage) -> None:
    admin = stage.administrator()
    await admin.slash(stage.channel, "settings cards", cooldown=30, per_day=200)
    shown = told(await admin.slash(stage.channel, "settings cards", rating="buttons", language="en"))
    assert await stage.service.place_settings(stage.place) == PlaceSettings(
        cooldown_seconds=30, cards_per_day=200, rating_style="buttons", locale="en"
    )
    assert (shown["Cooldown"], shown["Cards a day"]) == ("30 s", "200")
    assert (shown["Under a card"], shown["Language"]) == ("buttons", "English")
    await admin.slash(stage.channel, "settings cards", cooldown=-1, per_day=0, rating="both", language="default")
    assert await stage.service.place_settings(stage.place) == PlaceSettings()


async def test_channels_are_allowed_and_forbidden(stage: Stage) -> None:
    admin = stage.administrator()
    art = stage.guild.create_text_channel("art")
    for channel in (stage.channel, art):
        await admin.slash(stage.channel, "settings channel", channel=channel, allowed=True)
    assert (await stage.service.place_settings(stage.place)).channels == (str(stage.channel.id), str(art.id))
    await admin.slash(stage.channel, "settings channel", channel=stage.channel, allowed=False)
    result = await stage.alice.slash(stage.channel, "fakeanime")
    assert result.followups[0].content.endswith(f"Ask in <#{art.id}>.")


async def test_a_hall_needs_a_channel_that_the_bot_may_write_in(stage: Stage) -> None:
    admin = stage.administrator()
    closed = stage.closed_channel("closed")
    result = await admin.slash(stage.channel, "settings hall", channel=closed)
    assert result.ephemeral
    assert result.response is not None
    assert result.response.content.startswith(f"I may not post cards in <#{closed.id}>. Allow me there: view channel")
    assert len(stage.env.errors) == 1
    hall = stage.guild.create_text_channel("hall")
    shown = told(await admin.slash(stage.channel, "settings hall", channel=hall, threshold=3))
    assert shown["Hall of fame"] == f"<#{hall.id}>, from 3 ratings on"
    await admin.slash(stage.channel, "settings hall")
    assert (await stage.service.place_settings(stage.place)).hall_chat_id is None


async def test_words_are_kept_out(stage: Stage) -> None:
    admin = stage.administrator()
    shown = told(await admin.slash(stage.channel, "settings words", words="Spoiler, bad *word*,,"))
    assert shown["Words kept out"] == r"spoiler, bad \*word\*"
    result = await stage.alice.slash(stage.channel, "fakeanime", title="The Spoiler")
    assert result.followups[0].content.startswith("The word “spoiler” is not wanted here.")
    await admin.slash(stage.channel, "settings words")
    assert (await stage.service.place_settings(stage.place)).safe_words == ()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [({"cooldown": 99_999_999}, "The cooldown is a number"), ({"language": "xx"}, "The bot does not speak that")],
)
async def test_nonsense_is_refused_in_a_sentence(stage: Stage, options: dict[str, object], sentence: str) -> None:
    result = await stage.administrator().slash(stage.channel, "settings cards", **options)
    assert result.ephemeral
    assert result.response is not None
    assert result.response.content.startswith(sentence)
    assert len(stage.env.errors) == 1


async def test_languages_are_offered_by_name(stage: Stage) -> None:
    admin = stage.administrator()
    offered = await admin.autocomplete(stage.channel, "settings cards", "language", "engl")
    assert offered == [{"name": "English", "value": "en"}]
    everything = await admin.autocomplete(stage.channel, "settings cards", "language", "")
    assert everything[0] == {"name": "each person's own", "value": "default"}


def test_the_fullest_settings_fit() -> None:
    fullest = PlaceSettings(
        channels=tuple(str(10**18 + number) for number in range(50)),
        safe_words=tuple(f"{number:02}" + "_" * 38 for number in range(50)),
    )
    embed = settings_embed(fullest, "en")
    assert all(len(field.value or "") <= 1024 for field in embed.fields)
    assert len(embed) <= 6000
