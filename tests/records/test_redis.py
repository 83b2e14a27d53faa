"""Logins on record in Redis: one server, and a cluster of three."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import time
import typing as t
import uuid
from collections.abc import Callable
from collections.abc import Generator
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Barrier

import pytest

from flask_login.records import Created
from flask_login.records import Records
from flask_login.records import StoredLogin
from flask_login.testing import RecordsContract

redis = pytest.importorskip("redis")

from redis.backoff import NoBackoff  # noqa: E402
from redis.retry import Retry  # noqa: E402

from flask_login.records.redis import FIELDS  # noqa: E402
from flask_login.records.redis import RedisRecords  # noqa: E402

HOUR = 60 * 60 * 1_000_000

SERVERS = {
    "one": ("FLASK_LOGIN_TEST_REDIS", redis.Redis),
    "cluster": ("FLASK_LOGIN_TEST_REDIS_CLUSTER", redis.RedisCluster),
}

#: How many processes call at once, where it is not threads alone.
PROCESSES = 3

Call: t.TypeAlias = "tuple[str, tuple[t.Any, ...], dict[str, t.Any]]"
AtOnce: t.TypeAlias = "Callable[[Sequence[Call]], list[t.Any]]"


def connect(server: str, **options: t.Any) -> t.Any:
    variable, client = SERVERS[server]
    url = os.environ.get(variable)

    if url is None:
        pytest.skip(f"{variable} is not set to the URL of a server.")

    return client.from_url(url, **options)


@pytest.fixture(scope="module", params=SERVERS)
def server(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module", params=[False, True], ids=["bytes", "text"])
def client(server: str, request: pytest.FixtureRequest) -> Generator[t.Any, None, None]:
    client = connect(server, decode_responses=request.param)
    yield client
    client.close()


@pytest.fixture
def prefix() -> str:
    return f"flask-login-test-{uuid.uuid4().hex}:"


@pytest.fixture
def records(client: t.Any, prefix: str) -> Generator[Records, None, None]:
    yield RedisRecords(client, prefix=prefix)
    forget(client, prefix)


@pytest.mark.parametrize(
    ("server", "client"),
    [("one", False), ("cluster", True)],
    ids=["one-bytes", "cluster-text"],
    indirect=True,
    scope="module",
)
class TestRedisRecords(RecordsContract):
    @pytest.fixture
    def records(self, client: t.Any, prefix: str) -> Generator[Records, None, None]:
        yield RedisRecords(client, prefix=prefix)
        forget(client, prefix)


# What is stored


@pytest.mark.parametrize(
    "values",
    [
        {"stamp": None, "duration": None, "remembered_until": None, "confirmed_at": None},
        {"stamp": "", "duration": 0, "remembered_until": 0, "confirmed_at": 0},
        {"forced": True, "rotates": False, "generation": 1, "duration": 1},
        {"seen_at": 2**53 - 1, "rotated_at": 2**53 - 1, "kept_until": 2**53 - 1},
        {"user_agent": "a\r\nb\x00,c", "address": "::1", "label": "👩🏽‍💻 \ud800"},
        {"user_agent": "null", "label": '"],', "stamp": "None"},
    ],
    ids=["none", "nothing", "flags", "large", "text", "like JSON"],
)
def test_values_are_found_as_they_were(records: Records, values: dict[str, t.Any]) -> None:
    login = new_login(**values)
    records.create(login)
    assert repr(records.find("ada", login.key).login) == repr(login)


@pytest.mark.parametrize(
    ("user_id", "other"),
    [("A", "a"), ("{a}b", "{a}c"), ("{}", "{}{}"), ("a", "a\x00"), ("👩", "👨"), ("\ud800", "?")],
    ids=["case", "braces", "empty braces", "NUL", "emoji", "surrogate"],
)
def test_users_with_like_ids_have_their_own_logins(
    records: Records, user_id: str, other: str
) -> None:
    login = new_login(user_id)
    records.create(login)
    records.create(new_login(other), limit=1)
    assert records.list(user_id, now()) == [login]


def test_every_field_is_stored() -> None:
    assert {*FIELDS} == {field.name for field in fields(StoredLogin)} - {"key", "user_id"}


def test_row_of_an_earlier_or_a_later_version_is_read(
    client: t.Any, prefix: str, records: Records
) -> None:
    login = new_login()
    records.create(login)
    (name,) = (name for name in names(client, prefix) if name.endswith(login.key))

    for length in (6, 25):
        written = ['""', *(json.dumps(getattr(login, name)) for name in FIELDS), *["0"] * 6]
        client.set(name, "\n".join(written[:length]))
        assert records.find("ada", login.key).login == login


def test_row_keeps_its_format(client: t.Any, prefix: str, records: Records) -> None:
    records.create(StoredLogin("key", "ada", 1, 2, 3, 2**53 - 1, 5, "agent", "::1"))
    user = "_e5DDUC9V97qwYbNl5ADPQ8G-QmogG585ucXq3x9UCk"
    row = client.get(f"{prefix}{{{user}}}:key")
    assert (row if isinstance(row, str) else row.decode()).split("\n") == [
        *('""', "1", "2", "3", "9007199254740991", "5", '"agent"', '"::1"', '"session"', '""'),
        *("null", "false", "null", "null", "0", "null", "0", "true", "null"),
    ]


def test_keys_of_a_user_share_a_slot(client: t.Any, prefix: str, records: Records) -> None:
    records.create(new_login("{a}"))
    records.create(new_login("{a}"))
    records.end("{a}", now(), besides="other")
    records.create(new_login("{a}"))
    stored = names(client, prefix)
    assert len(stored) == 5
    assert len({redis.crc.key_slot(name.encode()) for name in stored}) == 1


def test_prefix_with_a_brace_is_an_error() -> None:
    with pytest.raises(ValueError, match="must not contain"):
        RedisRecords(redis.Redis(), prefix="{app}:")


def test_client_may_come_from_a_callable(client: t.Any, prefix: str, records: Records) -> None:
    login = new_login()
    RedisRecords(lambda: client, prefix=prefix).create(login)
    assert records.find("ada", login.key).login == login


def test_other_prefix_has_other_logins(client: t.Any, prefix: str, records: Records) -> None:
    login = new_login()
    records.create(login)
    assert RedisRecords(client, prefix=f"other-{prefix}").find("ada", login.key).login is None


# What ends


def test_row_of_an_ended_login_stays(records: Records) -> None:
    login = new_login(user_agent="agent", address="::1", label="phone")
    records.create(login)
    assert records.end("ada", now(), reason="stolen") == [login.key]
    over = replace(login, user_agent="", address="", label="", ended="stolen")
    assert records.find("ada", login.key).login == over
    assert records.adopt(replace(login, authenticated_at=now() + HOUR)) == over


def test_expired_login_cannot_outlive_the_end(records: Records) -> None:
    login = new_login(expires_at=now() - 1)
    records.create(login)
    assert records.end("ada", now()) == []
    assert not records.change("ada", login.key, {"expires_at": now() + HOUR})


def test_named_logins_end_once(records: Records) -> None:
    login, this = new_login(), new_login()
    records.create(login)
    records.create(this)
    keys = [login.key, login.key, this.key, "unknown"]
    assert records.end("ada", now(), keys=keys, besides=this.key) == [login.key]
    assert records.list("ada", now()) == [this]


def test_end_of_everyone_ends_each_login(records: Records) -> None:
    login, at = new_login(label="phone"), now()
    records.create(login)
    records.end_all(at)
    over = replace(login, label="", ended="ended")
    assert records.find("ada", login.key) == (over, at)
    assert not records.change("ada", login.key, {"label": "phone"})
    assert records.end("ada", at) == []


def test_end_of_everyone_by_a_slow_clock_takes_nothing_back(records: Records) -> None:
    at = now()
    records.end_all(at)
    records.end_all(at - HOUR)
    assert records.find("ada", "").not_adopted_until == at


def test_end_of_a_user_by_a_slow_clock_takes_nothing_back(records: Records) -> None:
    at = now()
    records.end("ada", at)
    records.end("ada", at - HOUR)
    assert records.find("ada", "").not_adopted_until == at


def test_epoch_does_not_begin_again_if_it_is_lost(
    client: t.Any, prefix: str, records: Records
) -> None:
    records.end_all(now())
    records.create(login := new_login())
    records.end_all(now())
    client.delete(f"{prefix}everyone")
    records.end_all(now())
    assert reason(records.find("ada", login.key).login) == "ended"


@pytest.mark.parametrize("method", ["create", "adopt"])
def test_login_is_over_if_everyone_is_ended_while_it_is_stored(
    client: t.Any, prefix: str, records: Records, method: str
) -> None:
    login = new_login(authenticated_at=now() + HOUR)
    # The first access reads the epoch, the second one stores.
    steps = iter([lambda: None, lambda: records.end_all(now())])
    getattr(RedisRecords(lambda: next(steps)() or client, prefix=prefix), method)(login)
    assert reason(records.find("ada", login.key).login) == "ended"
    assert reason(records.adopt(login)) == "ended"
    assert records.list("ada", now()) == []


def test_adopting_tells_of_the_end_of_everyone_meanwhile(
    client: t.Any, prefix: str, records: Records
) -> None:
    steps = iter([lambda: None, lambda: records.end_all(now())])
    adopting = RedisRecords(lambda: next(steps)() or client, prefix=prefix)
    assert reason(adopting.adopt(new_login(authenticated_at=now() + HOUR))) == "ended"


@pytest.mark.parametrize("end", ["end", "end_all"])
def test_login_from_before_the_end_is_not_adopted(records: Records, end: str) -> None:
    at = now()
    _ = records.end("ada", at) if end == "end" else records.end_all(at)
    assert records.adopt(new_login(authenticated_at=at)) is None
    assert records.adopt(login := new_login(authenticated_at=at + 1)) == login


# What is limited


def test_oldest_logins_make_room(records: Records) -> None:
    logins = [new_login(created_at=now() - age * HOUR) for age in (2, 4, 1, 3)]
    _ = [records.create(login) for login in logins]
    created = records.create(newest := new_login(), limit=2)
    assert created == Created(True, [logins[1].key, logins[3].key, logins[0].key])
    assert records.list("ada", now()) == [newest, logins[2]]


def test_login_above_the_limit_is_refused(records: Records) -> None:
    records.create(login := new_login())
    assert records.create(new_login(), limit=1, end_oldest=False) == Created(False, [])
    assert records.list("ada", now()) == [login]


@pytest.mark.parametrize("how", ["expired", "ended", "everyone"])
def test_login_that_is_over_does_not_count(records: Records, how: str) -> None:
    login = new_login(**({"expires_at": now() - 1} if how == "expired" else {}))
    records.create(login)
    _ = records.end("ada", now(), keys=[login.key]) if how == "ended" else None
    _ = records.end_all(now()) if how == "everyone" else None
    assert records.create(new_login(), limit=1, end_oldest=False).stored


def test_login_that_is_sent_again_is_stored_once(records: Records) -> None:
    login = new_login()
    sent = [records.create(login, limit=1, end_oldest=False) for _ in range(2)]
    assert sent == [Created(True, []), Created(True, [])]
    assert records.list("ada", now()) == [login]


# What changes


def test_change_sets_fields_of_what_is_expected(records: Records) -> None:
    records.create(login := new_login())
    change = partial(
        records.change, "ada", login.key, {"generation": 1}, expected={"generation": 0}
    )
    assert [change(), change()] == [True, False]
    assert records.find("ada", login.key).login == replace(login, generation=1)


def test_unknown_login_does_not_change(records: Records) -> None:
    assert not records.change("ada", "unknown", {"label": "phone"})


# What expires


def test_row_expires_when_it_is_no_longer_kept(
    client: t.Any, prefix: str, records: Records
) -> None:
    records.create(login := new_login())
    assert row_expires(client, prefix, login.key) == -(-login.kept_until // 1000)


def test_end_leaves_the_time_at_which_a_row_expires(
    client: t.Any, prefix: str, records: Records
) -> None:
    records.create(login := new_login())
    records.end("ada", now())
    assert row_expires(client, prefix, login.key) == -(-login.kept_until // 1000)


@pytest.mark.parametrize("by", [HOUR, -HOUR], ids=["longer", "shorter"])
def test_row_and_index_expire_when_they_are_told(
    client: t.Any, prefix: str, records: Records, by: int
) -> None:
    records.create(login := new_login())
    records.change("ada", login.key, {"kept_until": login.kept_until + by})
    expires = -(-(login.kept_until + by) // 1000)
    assert row_expires(client, prefix, login.key) == expires
    assert row_expires(client, prefix, ".logins") == expires


def test_index_expires_with_the_last_row(client: t.Any, prefix: str, records: Records) -> None:
    records.create(last := new_login())
    records.create(replace(new_login(), kept_until=last.kept_until - HOUR))
    assert row_expires(client, prefix, ".logins") == -(-last.kept_until // 1000)


def test_index_sheds_what_is_over(client: t.Any, prefix: str, records: Records) -> None:
    records.create(login := new_login())
    records.create(new_login(kept_until=now() - HOUR))
    records.create(ended := new_login())
    records.end("ada", now(), keys=[ended.key])
    (index,) = (name for name in names(client, prefix) if name.endswith(".logins"))
    assert client.zcard(index) == 1
    assert records.list("ada", now()) == [login]


def test_index_may_name_a_row_that_is_gone(client: t.Any, prefix: str, records: Records) -> None:
    records.create(login := new_login())
    (row,) = (name for name in names(client, prefix) if name.endswith(login.key))
    client.delete(row)
    assert records.list("ada", now()) == []
    assert records.create(new_login(), limit=1).ended == []


def test_what_keeps_logins_from_being_adopted_stays(
    client: t.Any, prefix: str, records: Records
) -> None:
    records.end("ada", now())
    records.end_all(now())
    assert [client.ttl(name) for name in names(client, prefix)] == [-1, -1]


def test_nothing_is_purged(records: Records) -> None:
    assert records.purge(now()) == 0


# At once


@pytest.fixture(scope="module")
def processes() -> Generator[ProcessPoolExecutor, None, None]:
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(PROCESSES)

    with ProcessPoolExecutor(PROCESSES, context, meet_at, (barrier,)) as pool:
        yield pool


@pytest.fixture(params=["threads", "processes"])
def at_once(
    server: str, prefix: str, request: pytest.FixtureRequest
) -> Generator[AtOnce, None, None]:
    client = connect(server)

    if request.param == "threads":
        yield partial(perform, server, prefix)
    else:
        yield partial(spread, request.getfixturevalue("processes"), server, prefix)

    forget(client, prefix)
    client.close()


def test_logins_at_once_never_exceed_the_limit(at_once: AtOnce) -> None:
    logins = [new_login() for _ in range(50)]
    creating = [call("create", login, limit=3) for login in logins]
    results = at_once([one for create in creating for one in (create, listing())])
    ended = [key for created in results[::2] for key in created.ended]
    left = [login.key for login in at_once([listing()] * PROCESSES)[0]]
    assert max(len(listed) for listed in results[1::2]) <= 3
    assert sorted(ended + left) == sorted(login.key for login in logins)
    assert len(left) == 3


def test_logins_at_once_are_refused_above_the_limit(at_once: AtOnce) -> None:
    results = at_once([call("create", new_login(), limit=3, end_oldest=False) for _ in range(50)])
    assert sum(created.stored for created in results) == 3
    assert len(at_once([listing()] * PROCESSES)[0]) == 3


def test_one_change_at_once_finds_what_it_expects(at_once: AtOnce) -> None:
    login = new_login()
    at_once([call("create", login)] * PROCESSES)
    expected = {"generation": 0}
    changes = [{"generation": number, "rotated_at": number} for number in range(1, 51)]
    results = at_once([call("change", "ada", login.key, c, expected=expected) for c in changes])
    won = results.index(True)
    found = at_once([call("find", "ada", login.key)] * PROCESSES)[0]
    assert results.count(True) == 1
    assert found.login == replace(login, **changes[won])


def test_login_is_adopted_once(at_once: AtOnce) -> None:
    login = new_login()
    results = at_once([call("adopt", replace(login, label=str(n))) for n in range(50)])
    assert len({*results}) == 1
    assert at_once([listing()] * PROCESSES)[0] == [results[0]]


@pytest.mark.parametrize("end", ["end", "end_all"])
def test_login_adopted_at_once_with_the_end_is_over(at_once: AtOnce, end: str) -> None:
    at = now()
    adopting = [call("adopt", new_login(authenticated_at=at - n)) for n in range(48)]
    ending = call("end", "ada", at) if end == "end" else call("end_all", at)
    at_once([*adopting[:20], ending, *adopting[20:]])
    assert at_once([listing()] * PROCESSES)[0] == []


def test_change_at_once_with_the_end_brings_nothing_back(at_once: AtOnce) -> None:
    logins = [new_login() for _ in range(24)]
    at_once([call("create", login) for login in logins])
    changes = [call("change", "ada", login.key, {"seen_at": 1}) for login in logins]
    at_once([*changes[:12], call("end", "ada", now()), *changes[12:]])
    assert at_once([listing()] * PROCESSES)[0] == []


def test_each_login_is_ended_by_one_at_once(at_once: AtOnce) -> None:
    logins = [new_login() for _ in range(12)]
    at_once([call("create", login) for login in logins])
    results = at_once([call("end", "ada", now())] * 20)
    assert sorted(key for keys in results for key in keys) == sorted(one.key for one in logins)


# Servers


def test_server_that_forgot_the_scripts_is_told_again(client: t.Any, records: Records) -> None:
    records.create(new_login())
    client.script_flush()
    records.create(new_login())
    client.script_flush()
    assert len(records.list("ada", now())) == 2


def test_error_does_not_repeat_what_was_sent(client: t.Any, prefix: str, records: Records) -> None:
    records.create(new_login())
    (index,) = (name for name in names(client, prefix) if name.endswith(".logins"))
    client.set(index, "no sorted set")

    with pytest.raises(redis.ResponseError, match="WRONGTYPE") as error:
        records.create(new_login(address="203.0.113.7"))

    # redis-py may cut what it repeats.
    assert "EVALSHA" not in str(error.value)
    assert "203.0.113.7" not in str(error.value)


@pytest.mark.parametrize("method", ["find", "list"])
def test_reading_costs_one_round_trip(prefix: str, method: str) -> None:
    client = connect("one", connection_class=CountedConnection)
    records = RedisRecords(client, prefix=prefix)
    records.create(login := new_login())
    records.list("ada", now())
    CountedConnection.sent = 0
    _ = records.find("ada", login.key) if method == "find" else records.list("ada", now())
    sent = CountedConnection.sent
    forget(client, prefix)
    client.close()
    assert sent == 1


# redis-py 5.0 forgets a socket that could not connect.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_killed_server_raises_and_a_restarted_one_works(tmp_path: Path) -> None:
    connect("one").close()
    process = start(tmp_path)
    # It would wait between its attempts.
    once = Retry(NoBackoff(), 0)
    client = redis.Redis(unix_socket_path=f"{tmp_path}/socket", retry=once)
    records = RedisRecords(client)
    records.create(login := new_login())
    stop(process)

    with pytest.raises(redis.ConnectionError):
        records.find("ada", login.key)

    process = start(tmp_path)
    assert records.find("ada", login.key).login == login
    assert records.end("ada", now()) == [login.key]
    client.close()
    stop(process)


class CountedConnection(redis.Connection):
    sent = 0

    def send_packed_command(self, *arguments: t.Any, **options: t.Any) -> None:
        type(self).sent += 1
        super().send_packed_command(*arguments, **options)


def now() -> int:
    """Microseconds since the epoch. The real ones, as Redis has no other."""
    return time.time_ns() // 1000


def new_login(user_id: str = "ada", **values: t.Any) -> StoredLogin:
    at = now()
    key = f"{uuid.uuid4().hex}-key"
    return replace(StoredLogin(key, user_id, at, at, at + HOUR, at + 4 * HOUR, at), **values)


def reason(login: StoredLogin | None) -> str | None:
    assert login is not None
    return login.ended


def names(client: t.Any, prefix: str) -> list[str]:
    """The names of all keys that are stored."""
    found = client.scan_iter(f"{prefix}*", count=1000)
    return sorted(name if isinstance(name, str) else name.decode() for name in found)


def forget(client: t.Any, prefix: str) -> None:
    for name in names(client, prefix):
        client.delete(name)


def row_expires(client: t.Any, prefix: str, end: str) -> int:
    """When the key whose name ends so expires, in milliseconds."""
    (name,) = (name for name in names(client, prefix) if name.endswith(end))
    return int(client.pexpiretime(name))


def call(method: str, *arguments: t.Any, **options: t.Any) -> Call:
    return method, arguments, options


def listing() -> Call:
    return call("list", "ada", now())


def perform(server: str, prefix: str, calls: Sequence[Call]) -> list[t.Any]:
    """Make each call in a thread of its own, at the same time."""
    client = connect(server)
    records = RedisRecords(client, prefix=prefix)
    barrier = Barrier(len(calls))

    def make(one: Call) -> t.Any:
        method, arguments, options = one
        barrier.wait(60)
        return getattr(records, method)(*arguments, **options)

    with ThreadPoolExecutor(len(calls)) as threads:
        results = [*threads.map(make, calls)]

    client.close()
    return results


def spread(
    pool: ProcessPoolExecutor, server: str, prefix: str, calls: Sequence[Call]
) -> list[t.Any]:
    """Make calls in several processes, and in threads of each, at the same time."""
    shares = [calls[number::PROCESSES] for number in range(PROCESSES)]
    made = [*pool.map(partial(perform_share, server, prefix), shares)]
    return [made[number % PROCESSES][number // PROCESSES] for number in range(len(calls))]


def perform_share(server: str, prefix: str, calls: Sequence[Call]) -> list[t.Any]:
    meeting.wait(60)
    return perform(server, prefix, calls)


def meet_at(barrier: t.Any) -> None:
    global meeting
    meeting = barrier


#: Where the processes wait for each other.
meeting: t.Any = None


def start(path: Path) -> subprocess.Popen[str]:
    """Start a server of one's own that keeps what it is told in a directory."""
    options = {"port": "0", "unixsocket": f"{path}/socket", "dir": f"{path}", "appendonly": "yes"}
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    command = ["redis-server", *arguments, "--appendfsync", "always"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert any("ready to accept connections" in line.lower() for line in process.stdout)
    return process


def stop(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()
