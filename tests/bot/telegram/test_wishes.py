"""What commands ask for."""

import pytest

from tests.bot.telegram.stage import ANN, GROUP, Stage


@pytest.mark.parametrize("ids", ["", "{one}", "{one} {one} {one}"])
async def test_a_remix_needs_two(stage: Stage, ids: str) -> None:
    stored = await stage.kept()
    answer = await stage.said(ANN, f"/remix {ids.format(one=stored.id)}")
    assert answer.params.text.startswith("Which two?")


async def test_a_remix_in_answer_to_anything_else_needs_two(stage: Stage) -> None:
    stored = await stage.kept()
    stage.double.chat(GROUP)
    remark = await stage.double.write(GROUP, ANN, "well")
    shown = stage.double.messages[GROUP, remark]
    answer = await stage.said(ANN, f"/remix {stored.id}", GROUP, reply_to_message=shown)
    assert answer.params.text.startswith("Which two?")


async def test_an_overlong_id_is_no_card(stage: Stage) -> None:
    stored = await stage.kept()
    answer = await stage.said(ANN, f"/remix {stored.id} {'x' * 60}")
    assert answer.params.text == f"There is no card “{'x' * 40}”. It may have been deleted."
