"""The stage on which the Discord tests play."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import simcord

from bot.discord.client import FakeanimeClient
from generator.worker import run_worker
from tests.bot.discord.stage import Stage
from tests.bot.house import House, open_house
from tests.generator.cards import SmallEngine


@pytest.fixture
def engine() -> SmallEngine:
    return SmallEngine()


@pytest.fixture
async def house(tmp_path: Path, engine: SmallEngine) -> AsyncIterator[House]:
    """Queue, worker and service, the worker being the real loop with one card at a time."""
    async with open_house(tmp_path, worker=False) as house:
        stop = asyncio.Event()
        worker = asyncio.create_task(run_worker(house.settings, engine, name="small", max_batch=1, stop=stop))
        while not await house.store.worker_ready():  # noqa: ASYNC110 - the store has no event for it
            await asyncio.sleep(0.01)
        yield house
        engine.gate.set()
        stop.set()
        await asyncio.wait_for(worker, 15)


@pytest.fixture
def simcord_bot(house: House) -> FakeanimeClient:
    return FakeanimeClient(house.service, shard_count=1)


@pytest.fixture
async def stage(simcord_env: simcord.Env, house: House, engine: SmallEngine) -> Stage:
    guild = simcord_env.create_guild()
    channel = guild.create_text_channel("anime")
    alice = guild.add_member(simcord_env.create_user("alice"))
    return Stage(simcord_env, house, engine, guild, channel, alice)
