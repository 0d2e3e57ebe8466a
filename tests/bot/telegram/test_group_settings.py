"""`/settings` in groups."""

import pytest

from bot.service import PlaceSettings
from tests.bot.telegram.server import Call
from tests.bot.telegram.stage import ANN, BEN, CYD, GROUP, Stage

HALL = -1002


@pytest.fixture
def governed(stage: Stage) -> Stage:
    stage.double.chat(GROUP, admins={CYD})
    return stage


async def settings(stage: Stage) -> PlaceSettings:
    return await stage.house.service.place_settings(stage.place(GROUP))


async def choose(stage: Stage, page: Call, option: str, choice: str) -> str | None:
    await stage.tap(page, option, CYD)
    return await stage.tap(page, choice, CYD)


async def test_private_chats_have_none(stage: Stage) -> None:
    answer = await stage.said(ANN, "/settings")
    assert answer.params.text == "A private chat has no settings. Use this in a server or a group."


async def test_administrators_alone_decide(governed: Stage) -> None:
    sentence = "Only administrators of the group can do that."
    assert (await governed.said(BEN, "/settings limit=5", GROUP)).params.text == sentence
    page = await governed.said(CYD, "/settings", GROUP)
    assert await governed.tap(page, "Cards a day", BEN) == sentence
    assert await settings(governed) == PlaceSettings()


async def test_what_is_set_stands_on_the_buttons(governed: Stage) -> None:
    page = await governed.said(CYD, "/settings", GROUP)
    assert [row[0] for row in governed.labels(page)] == [
        "Language: each person's own",
        "Pause between two cards of one person: as the host has set it",
        "Cards a day: no limit",
        "Rated by: buttons and reactions",
        "Hall of fame: none",
        "Ratings needed for it: 5",
    ]
    assert page.params.text.endswith("Words that no card may hold here: none")


async def test_all_can_be_chosen_by_buttons(governed: Stage) -> None:
    page = await governed.said(CYD, "/settings", GROUP)
    await governed.tap(page, "Cards a day", CYD)
    assert governed.labels(page) == [["· no limit ·"], ["10"], ["30"], ["100"], ["300"], ["‹"]]
    await governed.tap(page, "‹", CYD)
    for option, choice in (
        ("Language", "English"),
        ("Pause", "30 s"),
        ("Cards a day", "30"),
        ("Rated by", "reactions"),
        ("Hall of fame", "here"),
        ("Ratings needed", "10"),
    ):
        assert await choose(governed, page, option, choice) == "Kept."
    assert await settings(governed) == PlaceSettings(
        cooldown_seconds=30,
        cards_per_day=30,
        rating_style="reactions",
        locale="en",
        hall_chat_id=str(GROUP),
        hall_threshold=10,
    )
    assert [row[0].partition(": ")[2] for row in governed.labels(page)] == [
        "English",
        "30 s",
        "30",
        "reactions alone",
        "here",
        "10",
    ]
    await choose(governed, page, "Language", "each person's own")
    assert (await settings(governed)).locale is None


async def test_all_can_be_written(governed: Stage) -> None:
    text = "/settings language=en cooldown:45 limit 50 rating=reactions hall=here votes=8 safe=Blood,  gore and more"
    page = await governed.said(CYD, text, GROUP)
    assert await settings(governed) == PlaceSettings(
        cooldown_seconds=45,
        cards_per_day=50,
        rating_style="reactions",
        locale="en",
        hall_chat_id=str(GROUP),
        hall_threshold=8,
        safe_words=("blood", "gore and more"),
    )
    assert page.params.text.endswith("blood, gore and more")
    await governed.said(CYD, "/settings limit=off safe=off votes=off language=off hall=off", GROUP)
    assert await settings(governed) == PlaceSettings(cooldown_seconds=45, rating_style="reactions")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("limit=many", "limit takes a whole number or “off”, not “many”."),
        ("limit=0", "Cards per day are a number from 1 to 10000"),
        ("cooldown=100000", "The cooldown is a number of seconds from 0 to 86400."),
        ("votes=1001", "The hall of fame takes a number of ratings from 1 to 1000."),
        ("language=elvish", "The bot does not speak that language. It knows: "),
        ("rating=dice", "Cards can be rated by: both, buttons, reactions."),
        ("colour=red", "There is no option “colour”. The options are: language, cooldown,"),
        ("nonsense", "There is no option “nonsense”."),
        ("hall=@nowhere", "This chat cannot be the hall of fame."),
    ],
)
async def test_impossible_settings_are_said_and_nothing_is_kept(governed: Stage, text: str, sentence: str) -> None:
    answer = await governed.said(CYD, f"/settings votes=9 {text}", GROUP)
    assert answer.params.text.startswith(sentence)
    assert await settings(governed) == PlaceSettings()


@pytest.mark.parametrize(("robot", "person", "taken"), [(True, True, True), (False, True, False), (True, False, False)])
async def test_a_channel_needs_both_as_administrators(governed: Stage, robot: bool, person: bool, taken: bool) -> None:
    governed.double.chat(HALL, type="channel", name="best_cards", bot_is_admin=robot, admins={CYD} if person else set())
    answer = await governed.said(CYD, "/settings hall=@best_cards", GROUP)
    assert ((await settings(governed)).hall_chat_id == str(HALL)) is taken
    assert ("cannot be the hall" not in answer.params.text) is taken


async def test_limits_of_the_group_hold_and_are_said(governed: Stage) -> None:
    await governed.said(CYD, "/settings limit=1 safe=blood", GROUP)
    await governed.card(GROUP)
    assert (await governed.said(BEN, "/generate", GROUP)).params.text.startswith("All cards of the day")
    answer = await governed.said(BEN, '/generate title:"Blood Moon"', GROUP)
    assert answer.params.text == "The word “blood” is not wanted here. Choose another title."


@pytest.mark.parametrize("data", ["fa:setting:safe:0", "fa:setting:limit:9", "fa:setting:limit:-2", "fa:setting::0"])
async def test_forged_settings_are_refused(governed: Stage, data: str) -> None:
    page = await governed.said(CYD, "/settings", GROUP)
    query = await governed.double.forge(*governed.double.posted(page), CYD, data)
    assert await governed.double.answered(query) == "This button does not work any more. Use /generate instead."
