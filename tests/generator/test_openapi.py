"""The OpenAPI file is held true: every route is in it, and whatever the queue answers is what the file says.

FAKEANIME_API_CASES=N sends about N requests in all instead of a few hundred.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import checks

from generator.messages import MAX_WAIT
from generator.openapi import description
from generator.queue import make_queue_app
from generator.store import MemoryStore
from tests.faults.processes import QueueProcess
from tests.generator.cards import settings_for

DOCUMENT = description()
VARIED = sum(
    bool(operation["parameters"] or "requestBody" in operation)
    for methods in DOCUMENT["paths"].values()
    for operation in methods.values()
)
CASES = int(os.environ.get("FAKEANIME_API_CASES", "120")) // VARIED  # for each operation that can be asked in many ways
TOKEN = "a-token-of-the-tests"
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]
schema = schemathesis.openapi.from_dict(DOCUMENT)


class Queue:
    """A queue process with a job and a lease in it, so that some of the cases meet what exists."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.answers: Counter[int] = Counter()
        self._dice = random.Random(7)

    def some_id(self, path: str) -> str | None:
        """Return the id of a new job or lease, or None to keep what was made up."""
        if self._dice.random() < 0.5:
            return None
        job = self._post("/v1/jobs", {"request": {}, "owner": f"web:{self._dice.randrange(10**9)}"})
        if "leases" not in path:
            return None if job is None else str(job["id"])
        lease = self._post("/v1/leases", {"worker": "w"})
        return None if lease is None else str(lease["lease_id"])

    def _post(self, path: str, body: dict[str, object]) -> dict[str, object] | None:
        answer = requests.post(self.url + path, json=body, headers=HEADERS, timeout=10)
        found: dict[str, object] | None = answer.json() if answer.status_code in (200, 202) else None
        return found


@pytest.fixture(scope="module")
def queue() -> Iterator[Queue]:
    process = QueueProcess(GENERATOR_TOKEN=TOKEN)
    process.start()
    try:
        queue = Queue(process.url)
        yield queue
        print(f"{queue.answers.total()} answers: {dict(sorted(queue.answers.items()))}")
        assert process.stop() == 0
    finally:
        process.close()


def test_every_route_is_described_and_nothing_else() -> None:
    app = make_queue_app(settings_for(), MemoryStore())
    routes = {
        (route.method.lower(), route.resource.canonical)
        for route in app.router.routes()
        if route.resource is not None and route.method != "HEAD"
    }
    assert routes == {(method, path) for path, methods in DOCUMENT["paths"].items() for method in methods}


def test_references_lead_somewhere() -> None:
    def references(node: object) -> Iterator[str]:
        if isinstance(node, dict):
            if "$ref" in node:
                yield node["$ref"]
            for inner in node.values():
                yield from references(inner)
        elif isinstance(node, list | tuple):
            for inner in node:
                yield from references(inner)

    found = set(references(DOCUMENT))
    assert found
    for reference in found:
        assert reference.removeprefix("#/components/schemas/") in DOCUMENT["components"]["schemas"]


def test_the_file_that_is_served_is_this_one(queue: Queue) -> None:
    assert requests.get(f"{queue.url}/openapi.json", timeout=10).json() == DOCUMENT


@schema.parametrize()
@settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck))
def test_answers_are_as_described(case: schemathesis.Case, queue: Queue) -> None:
    if "id" in (case.path_parameters or {}) and (real := queue.some_id(case.path)):
        case.path_parameters["id"] = real
    for part in (case.query, case.body):  # nobody waits here; how long a wait may be is checked elsewhere
        if isinstance(part, dict) and type(part.get("wait")) in (int, float) and 0 <= part["wait"] <= MAX_WAIT:
            part["wait"] = 0
    answer = case.call(base_url=queue.url, headers=HEADERS)
    queue.answers[answer.status_code] += 1
    # That nobody works is what /readyz is there to say; anywhere else 503 means that the store has failed. What is
    # made wrong in a query may be lost on its way (an empty list, say); only of bodies is it known to have arrived.
    needless = {checks.not_a_server_error} if case.path == "/readyz" else set()
    if "requestBody" not in DOCUMENT["paths"][case.path][case.operation.method]:
        needless.add(checks.negative_data_rejection)
    held = [check for check in CHECKS if check not in needless]
    case.validate_response(answer, checks=held, headers=HEADERS)
