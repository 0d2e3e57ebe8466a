"""Cookies, whose post it is, and how much one address may ask."""

import time

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from bot.service import Person
from bot.web.visitors import (
    COOKIE,
    Allowance,
    address,
    from_own_pages,
    new_visitor,
    remember,
    visitor,
)


def request(remote: str = "127.0.0.1", **headers: str) -> web.BaseRequest:
    named = CIMultiDict({name.replace("_", "-"): value for name, value in headers.items()})
    named.setdefault("Host", "fake.example")
    return make_mocked_request("POST", "/", headers=named).clone(remote=remote)


def test_a_cookie_makes_a_person_and_nonsense_does_not() -> None:
    person = new_visitor()
    assert person.platform == "web"
    assert person != new_visitor()
    assert visitor(request(Cookie=f"{COOKIE}={person.user_id}")) == person
    for nonsense in ("", "short", "a" * 25, "../../../etc/passwd00000", "x" * 5000):
        assert visitor(request(Cookie=f"{COOKIE}={nonsense}")) is None
    assert visitor(request()) is None


@pytest.mark.parametrize("secure", [True, False])
def test_the_cookie_is_for_us_alone(secure: bool) -> None:
    response = web.Response()
    remember(response, Person("web", "x" * 24), secure=secure)
    morsel = response.cookies[COOKIE]
    assert (morsel["httponly"], morsel["samesite"], morsel["path"]) == (True, "Lax", "/")
    assert bool(morsel["secure"]) is secure


@pytest.mark.parametrize(
    ("headers", "own"),
    [
        ({}, True),  # no browser
        ({"Sec_Fetch_Site": "same-origin"}, True),
        ({"Sec_Fetch_Site": "none"}, True),
        ({"Sec_Fetch_Site": "same-site"}, False),
        ({"Sec_Fetch_Site": "cross-site", "Origin": "http://fake.example"}, False),
        ({"Origin": "http://fake.example"}, True),
        ({"Origin": "https://public.example"}, True),  # as a proxy shows it
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "http://fake.example.evil.example"}, False),
    ],
)
def test_only_our_own_pages_may_act(headers: dict[str, str], own: bool) -> None:
    asked = request(**headers)
    assert from_own_pages(asked, "https://public.example") is own


@pytest.mark.parametrize(
    ("remote", "forwarded", "expected"),
    [
        ("203.0.113.7", "", "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),  # anybody can write that header
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),  # but a proxy beside us is believed
        ("127.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),  # as to what it has seen itself
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "", "203.0.113.7"),
        ("", "", "unknown"),
    ],
)
def test_whose_address_counts(remote: str, forwarded: str, expected: str) -> None:
    headers = {"X_Forwarded_For": forwarded} if forwarded else {}
    assert address(request(remote, **headers)) == expected


def test_an_allowance_runs_out_and_grows_back(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    allowance = Allowance(3, 60)
    assert [allowance.take("a") for _ in range(3)] == [0, 0, 0]
    assert allowance.take("a") == pytest.approx(1)
    assert allowance.take("b") == 0
    now += 1
    assert allowance.take("a") == 0
    assert allowance.take("a") == pytest.approx(1)
    now += 3600
    assert [allowance.take("a") for _ in range(4)][:3] == [0, 0, 0]


def test_an_allowance_forgets_who_has_rested_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.web.visitors._MAX_KEYS", 2)
    allowance = Allowance(1, 0.001)
    assert [allowance.take(key) for key in "abc"] == [0, 0, 0]
    assert allowance.take("c") > 0
    assert allowance.take("a") == 0
