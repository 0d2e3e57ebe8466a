"""Inline mode."""

from tests.bot.telegram.server import Call
from tests.bot.telegram.stage import ANN, BEN, Stage


async def sent(stage: Stage, count: int = 1, **options: str) -> list[Call]:
    """Let the bot send cards, so that Telegram has their pictures."""
    words = " ".join(f'{name}:"{value}"' for name, value in options.items())
    photos = [await stage.card(text=f"/generate seed:{seed} {words}") for seed in range(count)]
    for photo in photos:
        card_id = await stage.card_id(photo)
        await stage.eventually(lambda: stage.house.service.file_of(card_id, "123456"))  # noqa: B023
    return photos


async def test_cards_are_offered_by_genre(stage: Stage) -> None:
    (photo,) = await sent(stage, genre="horror")
    await sent(stage, genre="comedy", title="Laugh")
    offer = (await stage.double.ask_inline(BEN, "horror")).params
    (result,) = offer.results
    assert result.photo_file_id == photo.result["photo"][-1]["file_id"]
    assert result.caption == photo.params.caption
    assert result.title == "Kumo no Niwa 0"
    assert (offer.is_personal, offer.next_offset) == (True, "")
    assert offer.button.text == "Make a new card"
    assert len((await stage.double.ask_inline(BEN, "")).params.results) == 2
    (laugh,) = (await stage.double.ask_inline(BEN, "laugh")).params.results
    assert laugh.title == "Laugh"


async def test_cards_that_telegram_does_not_have_are_not_offered(stage: Stage) -> None:
    await stage.kept(genres=("Horror",))
    offer = (await stage.double.ask_inline(BEN, "horror")).params
    assert offer.results == []
    assert offer.button is not None


async def test_many_cards_come_in_pages(stage: Stage) -> None:
    await sent(stage)
    for seed in range(1, 25):
        card = await stage.kept(seed)
        await stage.house.service.keep_file(card.id, "123456", stage.double.photo())
    first = (await stage.double.ask_inline(BEN, "")).params
    second = (await stage.double.ask_inline(BEN, "", offset=first.next_offset)).params
    assert (len(first.results), first.next_offset) == (20, "20")
    assert (len(second.results), second.next_offset) == (5, "")
    assert not {result.id for result in first.results} & {result.id for result in second.results}
    assert (await stage.double.ask_inline(BEN, "", offset="nonsense")).params.results


async def test_a_shared_card_is_rated_where_the_bot_is_not(stage: Stage) -> None:
    (photo,) = await sent(stage)
    card_id = await stage.card_id(photo)
    (result,) = (await stage.double.ask_inline(BEN, "")).params.results
    shared = await stage.double.share(BEN, result)
    told = await stage.double.answered(await stage.double.press_shared(shared, ANN, "🔥"))
    assert told == "🔥 counts. The card stands at ★ 5.0 · 1. Press it again to take it back."
    await stage.double.wait_until(lambda: "★ 5.0 · 1" in str(stage.double.shared[shared]))
    await stage.double.answered(await stage.double.press_shared(shared, ANN, "💛"))
    assert await stage.house.service.is_favourite(stage.person(ANN), card_id)
    told = await stage.double.answered(await stage.double.press_shared(shared, ANN, "★"))
    assert told is not None
    assert told.startswith("The card stands at ★ 5.0 · 1.")


async def test_a_shared_card_leads_to_the_bot(stage: Stage) -> None:
    (photo,) = await sent(stage)
    card_id = await stage.card_id(photo)
    (result,) = (await stage.double.ask_inline(BEN, "")).params.results
    (link,) = [button.url for row in result.reply_markup.inline_keyboard for button in row if button.url]
    assert link == f"https://t.me/fakeanime_test_bot?start=card-{card_id}"


async def test_what_needs_a_chat_says_so(stage: Stage) -> None:
    (photo,) = await sent(stage)
    card_id = await stage.card_id(photo)
    (result,) = (await stage.double.ask_inline(BEN, "")).params.results
    shared = await stage.double.share(BEN, result)
    for data in (f"fa:all:{card_id}:0", f"fa:story:{card_id}:0", f"fa:delete:{card_id}:0", "fa:retry::0", "fa:data::0"):
        query = await stage.double.forge_shared(shared, ANN, data)
        assert await stage.double.answered(query) == "This button does not work any more. Use /generate instead."
