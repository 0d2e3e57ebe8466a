"""Steps that many tests of the service take."""

from sqlalchemy import select

from bot.service import Person, Place, StoredCard
from db.models import RequestRow
from generator.schema import CardRequest
from tests.bot.house import ALICE, SERVER, House


async def make(house: House, person: Person = ALICE, place: Place = SERVER, **options: object) -> StoredCard:
    return await house.service.make(person, place, CardRequest.model_validate(options), reply_ref={"token": "t"})


async def request_row(house: House, request_id: str | None) -> RequestRow:
    async with house.database.read() as session:
        return await session.get_one(RequestRow, request_id)


async def states(house: House) -> list[str]:
    async with house.database.read() as session:
        return list((await session.scalars(select(RequestRow.state).order_by(RequestRow.created))).all())
