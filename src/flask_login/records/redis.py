"""Logins on record in Redis: one server, or a cluster. It needs the extra ``redis``.

Each login is a string that expires by itself. What else there is of a user is the sorted set of
their logins that have not ended, and the time until which none of theirs are adopted. These keys
share a slot of the cluster. One more key, of a slot of its own, has what ends everyone's logins.
"""

from __future__ import annotations

import json
import secrets
import typing as t
from base64 import urlsafe_b64encode
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha1
from hashlib import sha256
from operator import attrgetter

from redis import Redis
from redis import RedisCluster
from redis.exceptions import NoScriptError

from . import Created
from . import EndReason
from . import Found
from . import StoredLogin

Client: t.TypeAlias = "Redis | RedisCluster"

#: What a row consists of, after the epoch it was stored in, in this order. More can only be added
#: at the end: rows of earlier versions are shorter, and those of later versions longer.
FIELDS = (
    "created_at",
    "seen_at",
    "expires_at",
    "kept_until",
    "authenticated_at",
    "user_agent",
    "address",
    "source",
    "label",
    "stamp",
    "forced",
    "duration",
    "remembered_until",
    "generation",
    "confirmed_at",
    "rotated_at",
    "rotates",
    "ended",
)

# Lua counts from 1, and the epoch is the first.
_POSITIONS = {name: position for position, name in enumerate(FIELDS, 2)}


class RedisRecords:
    """A store in Redis, for any number of processes and machines.

    Redis must not lose what it was told: switch persistence on, and set ``maxmemory-policy`` to
    ``noeviction``. A key that is evicted logs its user out, or lets a login from before there were
    records be adopted once more. If a replica takes over, it may not know of the latest changes
    yet. Let the client read from the primary only.

    Rows expire by the clock of Redis. The time until which a user's logins are not adopted is kept
    for good: about 150 bytes for each user all of whose logins were ever ended.

    :param client: A client, or a callable that returns one. Its timeouts are those of this store.
    :param prefix: What the names of all keys begin with.
    """

    def __init__(
        self, client: Client | Callable[[], Client], *, prefix: str = "flask-login:"
    ) -> None:
        if "{" in prefix:
            raise ValueError(
                f"The prefix {prefix!r} must not contain '{{': a cluster would take it for the"
                " beginning of the part of a key that decides where it is stored."
            )

        self._client = client
        self._prefix = prefix

    def find(self, user_id: str, key: str) -> Found:
        keys = self._keys(user_id)
        row, of_user, of_all = self._send(
            ("GET", keys.rows + key), ("GET", keys.not_adopted_until), ("GET", self._everyone)
        )
        everyone = _Everyone.load(of_all)
        login = None if row is None else everyone.judge(_unpack(user_id, key, row))
        return Found(login, max(int(of_user or 0), everyone.not_adopted_until))

    def create(
        self, login: StoredLogin, *, limit: int | None = None, end_oldest: bool = True
    ) -> Created:
        row = _pack(self._read_everyone().epoch, login)
        (stored, *ended), _ = self._run(
            CREATE, login.user_id, login.key, row, limit or 0, int(end_oldest)
        )
        return Created(bool(stored), [_text(key) for key in ended])

    def adopt(self, login: StoredLogin) -> StoredLogin | None:
        before = self._read_everyone()
        row = _pack(before.epoch, login)
        stored, everyone = self._run(ADOPT, login.user_id, login.key, row, before.not_adopted_until)
        # If all logins were ended meanwhile, the row is of an epoch that is over.
        return None if stored is None else everyone.judge(_unpack(login.user_id, login.key, stored))

    def change(
        self,
        user_id: str,
        key: str,
        changes: Mapping[str, t.Any],
        *,
        expected: Mapping[str, t.Any] | None = None,
    ) -> bool:
        expectations = _positioned(expected or {})
        epoch, everyone = self._run(
            CHANGE, user_id, key, len(expectations), *expectations, *_positioned(changes)
        )
        # What was set in a row of an epoch that is over changes nothing.
        return epoch is not None and json.loads(epoch) == everyone.epoch

    def list(self, user_id: str, now: int) -> Sequence[StoredLogin]:
        flat, everyone = self._run(LIST, user_id)
        logins = [
            everyone.judge(_unpack(user_id, _text(key), row))
            for key, row in zip(flat[::2], flat[1::2], strict=True)
        ]
        counting = [login for login in logins if not login.ended and login.expires_at > now]
        return sorted(counting, key=attrgetter("created_at"), reverse=True)

    def end(
        self,
        user_id: str,
        now: int,
        *,
        keys: Collection[str] | None = None,
        besides: str | None = None,
        reason: EndReason = "ended",
    ) -> Sequence[str]:
        flat, everyone = self._run(
            END, user_id, now, json.dumps(reason), besides or "", int(keys is None), *(keys or ())
        )
        return [
            _text(key)
            for key, epoch in zip(flat[::2], flat[1::2], strict=True)
            if json.loads(epoch) == everyone.epoch
        ]

    def end_all(self, now: int) -> None:
        # Not a number: should Redis ever lose it, no epoch of before begins again.
        epoch = json.dumps(secrets.token_urlsafe(9))
        self._evaluate(END_ALL, [self._everyone], epoch, now)

    def purge(self, now: int) -> int:
        """Remove nothing: Redis has forgotten each row at its ``kept_until``.

        :return: 0.
        """
        return 0

    @property
    def _everyone(self) -> str:
        return self._prefix + "everyone"

    def _keys(self, user_id: str) -> _Keys:
        # IDs may be of any text, and what is between the braces of a key may not. A lone surrogate
        # is a character like any other.
        digest = sha256(user_id.encode("utf-8", "surrogatepass")).digest()
        return _Keys(f"{self._prefix}{{{_base64(digest)}}}")

    def _read_everyone(self) -> _Everyone:
        return _Everyone.load(*self._send(("GET", self._everyone)))

    def _run(self, script: Script, user_id: str, *arguments: str | int) -> tuple[t.Any, _Everyone]:
        """Run a script on a user's logins. Return its result, and what was read after it."""
        keys = self._keys(user_id)
        names = [keys.index, keys.not_adopted_until]
        result, everyone = self._evaluate(
            script, names, keys.rows, *arguments, then=[("GET", self._everyone)]
        )
        return result, _Everyone.load(everyone)

    def _evaluate(
        self,
        script: Script,
        keys: Sequence[str],
        *arguments: str | int,
        then: Sequence[Command] = (),
    ) -> Sequence[t.Any]:
        call = (len(keys), *keys, *arguments)

        try:
            return self._send(("EVALSHA", script.sha, *call), *then)
        except NoScriptError:
            # The server was restarted, or is another one. This tells it, too.
            return self._send(("EVAL", script.text, *call), *then)

    def _send(self, *commands: Command) -> Sequence[t.Any]:
        """Send commands in one round trip, and return the results."""
        client = self._client() if callable(self._client) else self._client
        pipeline = t.cast(t.Any, client).pipeline(transaction=False)

        for command in commands:
            # Not by its method: a cluster's pipeline has none for scripts, but sends them.
            pipeline.execute_command(*command)

        # What it raises by itself repeats the whole command, with the user's browser and address.
        results: Sequence[t.Any] = pipeline.execute(raise_on_error=False)

        for result in results:
            if isinstance(result, Exception):
                raise result

        return results


Command: t.TypeAlias = "tuple[str | int, ...]"


class _Keys:
    """The names of a user's keys."""

    def __init__(self, user: str) -> None:
        #: The sorted set of the logins that have not ended, by when they are no longer kept.
        self.index = f"{user}.logins"
        self.not_adopted_until = f"{user}.not-adopted-until"
        #: What the key of each login is appended to.
        self.rows = f"{user}:"


class _Everyone(t.NamedTuple):
    """What has become of everyone's logins."""

    #: Changes whenever they all end. A row of another epoch has ended.
    epoch: str = ""
    not_adopted_until: int = 0

    @classmethod
    def load(cls, value: str | bytes | None) -> _Everyone:
        return cls() if value is None else cls(*_values(value))

    def judge(self, row: tuple[str, StoredLogin]) -> StoredLogin:
        epoch, login = row

        if login.ended or epoch == self.epoch:
            return login

        return replace(login, ended="ended", user_agent="", address="", label="")


class Script:
    """Lua, and the digest that Redis knows it by."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.sha: str = sha1(text.encode(), usedforsecurity=False).hexdigest()


def _pack(epoch: str, login: StoredLogin) -> str:
    values = [epoch, *(getattr(login, name) for name in FIELDS)]
    return "\n".join(map(json.dumps, values))


def _unpack(user_id: str, key: str, row: str | bytes) -> tuple[str, StoredLogin]:
    epoch, *values = _values(row)
    # Either may be longer, by fields that another version of this package knows.
    return epoch, StoredLogin(key=key, user_id=user_id, **dict(zip(FIELDS, values)))  # noqa: B905


def _positioned(values: Mapping[str, t.Any]) -> list[str | int]:
    """Positions in a row, and the values there."""
    pairs = ((_POSITIONS[name], json.dumps(value)) for name, value in values.items())
    return [part for pair in pairs for part in pair]


def _values(lines: str | bytes) -> list[t.Any]:
    # A line is a value in JSON, where text has no line break. So Lua can tell them apart, and
    # compare them, without reading JSON: it would round large numbers.
    return t.cast("list[t.Any]", json.loads(f"[{_text(lines).replace(chr(10), ',')}]"))


def _text(value: str | bytes) -> str:
    # Clients decode, or do not. All that is stored is ASCII, so their encoding does not matter.
    return value.decode("ascii") if isinstance(value, bytes) else value


def _base64(digest: bytes) -> str:
    return urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


# What all scripts on a user's logins share. They are given the names of the two keys that each user
# has, and find those of the logins in the first one. All of these are in one slot. A script reads
# all that it needs before it writes, so that it fails before it has done anything, if it does.
_SHARED = (
    "local EPOCH = 1\n"
    + "".join(f"local {name.upper()} = {position}\n" for name, position in _POSITIONS.items())
    + """
local index, rows = KEYS[1], ARGV[1]

local function split(text)
    local row = {}
    for value in string.gmatch(text, '[^\\n]+') do
        row[#row + 1] = value
    end
    return row
end

local function read(key)
    local text = redis.call('GET', rows .. key)
    return text and split(text)
end

-- The logins that have not ended, each with its key. Some may not be kept any longer.
local function read_all(keys)
    local found = {}
    for _, key in ipairs(keys) do
        local row = read(key)
        if row and row[ENDED] == 'null' then
            found[#found + 1] = {key = key, row = row}
        end
    end
    return found
end

local function indexed()
    return redis.call('ZRANGE', index, 0, -1)
end

local function later(a, b)
    return tonumber(a) > tonumber(b) and a or b
end

-- Redis counts in milliseconds here.
local function expire(name, at)
    redis.call('PEXPIREAT', name, string.format('%.0f', math.ceil(tonumber(at) / 1000)))
end

local function write(key, row)
    redis.call('SET', rows .. key, table.concat(row, '\\n'))
    expire(rows .. key, row[KEPT_UNTIL])

    if row[ENDED] == 'null' then
        redis.call('ZADD', index, row[KEPT_UNTIL], key)
    else
        redis.call('ZREM', index, key)
    end

    -- A moment later than by the rows, which are gone by the same clock.
    local past = (redis.call('TIME')[1] - 1) * 1000000
    redis.call('ZREMRANGEBYSCORE', index, '-inf', string.format('%.0f', past))
    local last = redis.call('ZRANGE', index, -1, -1, 'WITHSCORES')[2]
    if last then
        expire(index, last)
    end
end

local function finish(key, row, reason)
    row[ENDED], row[USER_AGENT], row[ADDRESS], row[LABEL] = reason, '""', '""', '""'
    write(key, row)
end
"""
)

# key, row, limit or 0, whether to end the oldest -> whether it is stored, keys that were ended...
CREATE = Script(
    _SHARED
    + """
local key, new, limit, end_oldest = ARGV[2], split(ARGV[3]), tonumber(ARGV[4]), ARGV[5] == '1'
local result = {1}

-- The client has sent it before, and lost the answer.
if redis.call('EXISTS', rows .. key) == 1 then
    return result
end

local surplus = {}

if limit > 0 then
    for _, login in ipairs(read_all(indexed())) do
        local row = login.row
        if row[EPOCH] == new[EPOCH]
            and tonumber(row[EXPIRES_AT]) > tonumber(new[CREATED_AT]) then
            surplus[#surplus + 1] = login
        end
    end

    table.sort(surplus, function(a, b)
        return tonumber(a.row[CREATED_AT]) < tonumber(b.row[CREATED_AT])
    end)

    if #surplus >= limit and not end_oldest then
        return {0}
    end

    for kept = 2, limit do
        table.remove(surplus)
    end
end

for _, login in ipairs(surplus) do
    finish(login.key, login.row, '"ended"')
    result[#result + 1] = login.key
end

write(key, new)
return result
"""
)

# key, row, everyone's not_adopted_until -> the row that is stored now, or false
ADOPT = Script(
    _SHARED
    + """
local key, new = ARGV[2], ARGV[3]
local stored = redis.call('GET', rows .. key)

if stored then
    return stored
end

local row = split(new)
local not_adopted_until = later(redis.call('GET', KEYS[2]) or '0', ARGV[4])

if tonumber(row[AUTHENTICATED_AT]) <= tonumber(not_adopted_until) then
    return false
end

write(key, row)
return new
"""
)

# key, length of what is expected, position and value of what is expected..., of what is changed...
# -> the epoch of the row, or false
CHANGE = Script(
    _SHARED
    + """
local key, expected = ARGV[2], tonumber(ARGV[3])
local row = read(key)

if not row or row[ENDED] ~= 'null' then
    return false
end

for i = 4, 3 + expected, 2 do
    if row[tonumber(ARGV[i])] ~= ARGV[i + 1] then
        return false
    end
end

for i = 4 + expected, #ARGV, 2 do
    row[tonumber(ARGV[i])] = ARGV[i + 1]
end

write(key, row)
return row[EPOCH]
"""
)

# -> key, row, key, row...
LIST = Script(
    _SHARED
    + """
local result = {}

for _, login in ipairs(read_all(indexed())) do
    result[#result + 1] = login.key
    result[#result + 1] = table.concat(login.row, '\\n')
end

return result
"""
)

# now, reason, key that goes on, whether to end all, keys...
# -> key, epoch, key, epoch... of those that had not expired
END = Script(
    _SHARED
    + """
local now, reason, besides, all = ARGV[2], ARGV[3], ARGV[4], ARGV[5] == '1'
local result, seen, keys = {}, {[besides] = true}, {}

for i = 6, #ARGV do
    keys[#keys + 1] = ARGV[i]
end

local found = read_all(all and indexed() or keys)

if all then
    redis.call('SET', KEYS[2], later(redis.call('GET', KEYS[2]) or '0', now))
end

for _, login in ipairs(found) do
    if not seen[login.key] then
        seen[login.key] = true
        if tonumber(login.row[EXPIRES_AT]) > tonumber(now) then
            result[#result + 1] = login.key
            result[#result + 1] = login.row[EPOCH]
        end
        finish(login.key, login.row, reason)
    end
end

return result
"""
)

# epoch, now
END_ALL = Script(
    """
local stored = redis.call('GET', KEYS[1])
local before = stored and string.match(stored, '%d+$') or '0'
local latest = tonumber(before) > tonumber(ARGV[2]) and before or ARGV[2]
redis.call('SET', KEYS[1], ARGV[1] .. '\\n' .. latest)
"""
)
