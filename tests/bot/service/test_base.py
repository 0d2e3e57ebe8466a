"""Database and picture folder at the start."""

from pathlib import Path

import pytest

from bot.service import CardService
from generator.errors import ConfigurationError
from tests.bot.house import House
from tests.bot.service.steps import make


async def test_start_sweeps_half_written_pictures_and_keeps_whole_ones(house: House) -> None:
    stored = await make(house)
    part = stored.picture.with_name(".abcdefgh.jpg.part")
    part.write_bytes(b"half")
    await house.restart()
    assert not part.exists()
    assert stored.picture.exists()


async def test_an_unusable_data_folder_is_one_sentence(house: House, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings = house.settings.model_copy(update={"data_dir": tmp_path / "file"})
    with pytest.raises(ConfigurationError, match="DATA_DIR"):
        await CardService(settings, house.client, house.database).start()
