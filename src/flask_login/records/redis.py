"""A record store in Redis, on one server or a cluster. It needs the extra ``redis``.

Each login is a string that expires by itself. Each user also has a sorted set of the logins that
have not ended, and the time until which logins are not adopted. All keys of a user share a slot of
the cluster. One more key, in its own slot, contains what :meth:`RedisRecords.end_all` writes.
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

#: The order of fields in a row, after the epoch in which it was stored. Add new fields only at the
#: end: rows of earlier versions are shorter, and rows of later versions are longer.
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
    """A record store in Redis, for any number of processes and machines.

    Redis must not lose data: switch persistence on, and set ``maxmemory-policy`` to
    ``noeviction``. If Redis evicts a key, a user is logged out, or a revoked login that is older
    than the record store can be adopted again. A replica that takes over may miss the latest
    changes. Let the client read from the primary only.

    Rows expire by the clock of Redis. One value per user never expires: the time until which the
    user's logins are not adopted. It takes about 150 bytes, and exists for users whose logins were
    all revoked at some time.

    :param client: A client, or a callable that returns one. Set the timeouts there.
    :param prefix: The prefix of all key names.
    :raises ValueError: If the prefix contains ``{``.
    """

    def __init__(
        self, client: Client | Callable[[], Client], *, prefix: str = "flask-login:"
    ) -> None:
        if "{" in prefix:
            raise ValueError(
                f"The prefix {prefix!r} must not contain '{{'. In a cluster, the part of a key"
                " between braces decides where the key is stored."
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
        # If 'end_all' ran in the meantime, the row has an old epoch.
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
        # In a row of an old epoch, the change has no effect.
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
        # Random and not a number: if Redis ever loses it, an old epoch must not return.
        epoch = json.dumps(secrets.token_urlsafe(9))
        self._evaluate(END_ALL, [self._everyone], epoch, now)

    def purge(self, now: int) -> int:
        """Do nothing. Redis deletes each row at its ``kept_until``.

        :return: 0.
        """
        return 0

    @property
    def _everyone(self) -> str:
        return self._prefix + "everyone"

    def _keys(self, user_id: str) -> _Keys:
        # An ID may be any text, but the part between the braces may not. So hash the ID. It may
        # contain lone surrogates.
        digest = sha256(user_id.encode("utf-8", "surrogatepass")).digest()
        return _Keys(f"{self._prefix}{{{_base64(digest)}}}")

    def _read_everyone(self) -> _Everyone:
        return _Everyone.load(*self._send(("GET", self._everyone)))

    def _run(self, script: Script, user_id: str, *arguments: str | int) -> tuple[t.Any, _Everyone]:
        """Run a script on a user's logins. Return its result, and then the state of all users."""
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
            # The server was restarted, or is another one. 'EVAL' also stores the script there.
            return self._send(("EVAL", script.text, *call), *then)

    def _send(self, *commands: Command) -> Sequence[t.Any]:
        """Send commands in one round trip, and return the results."""
        client = self._client() if callable(self._client) else self._client
        pipeline = t.cast(t.Any, client).pipeline(transaction=False)

        for command in commands:
            # A cluster's pipeline has no methods for scripts, but can execute the commands.
            pipeline.execute_command(*command)

        # 'raise_on_error' would put the whole command into the message, with personal data.
        results: Sequence[t.Any] = pipeline.execute(raise_on_error=False)

        for result in results:
            if isinstance(result, Exception):
                raise result

        return results


Command: t.TypeAlias = "tuple[str | int, ...]"


class _Keys:
    """The names of a user's keys."""

    def __init__(self, user: str) -> None:
        #: The sorted set of the logins that have not ended, by ``kept_until``.
        self.index = f"{user}.logins"
        self.not_adopted_until = f"{user}.not-adopted-until"
        #: The prefix of the name of each login's row.
        self.rows = f"{user}:"


class _Everyone(t.NamedTuple):
    """The state that :meth:`RedisRecords.end_all` writes for all users."""

    #: It changes with each call. A row with another epoch has ended.
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
    """A Lua script, and the digest by which Redis finds it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.sha: str = sha1(text.encode(), usedforsecurity=False).hexdigest()


def _pack(epoch: str, login: StoredLogin) -> str:
    values = [epoch, *(getattr(login, name) for name in FIELDS)]
    return "\n".join(map(json.dumps, values))


def _unpack(user_id: str, key: str, row: str | bytes) -> tuple[str, StoredLogin]:
    epoch, *values = _values(row)
    # Either may be longer, because another version of this package has more fields.
    return epoch, StoredLogin(key=key, user_id=user_id, **dict(zip(FIELDS, values)))  # noqa: B905


def _positioned(values: Mapping[str, t.Any]) -> list[str | int]:
    """Return the positions of fields in a row, each followed by its value."""
    pairs = ((_POSITIONS[name], json.dumps(value)) for name, value in values.items())
    return [part for pair in pairs for part in pair]


def _values(lines: str | bytes) -> list[t.Any]:
    # Each line is a value in JSON, which contains no line break. So Lua can split and compare the
    # values without parsing JSON, which would round large numbers.
    return t.cast("list[t.Any]", json.loads(f"[{_text(lines).replace(chr(10), ',')}]"))


def _text(value: str | bytes) -> str:
    # Some clients decode responses. All stored data is ASCII, so their encoding does not matter.
    return value.decode("ascii") if isinstance(value, bytes) else value


def _base64(digest: bytes) -> str:
    return urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


# Shared by all scripts on a user's logins. They get the names of the user's two keys, and find the
# keys of the logins in the first one. All of them are in one slot. A script reads everything before
# it writes, so that it fails, if at all, before it has changed anything.
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

-- The logins that have not ended, each with its key. Rows may have expired.
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

-- PEXPIREAT takes milliseconds.
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

    -- A second later than the rows themselves, which expire by the same clock.
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

# key, row, limit or 0, whether to end the oldest -> whether it is stored, keys of ended logins...
CREATE = Script(
    _SHARED
    + """
local key, new, limit, end_oldest = ARGV[2], split(ARGV[3]), tonumber(ARGV[4]), ARGV[5] == '1'
local result = {1}

-- The client has sent this before, but did not get the response.
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

# key, number of arguments that are expected, expected positions and values..., new positions and
# values... -> the epoch of the row, or false
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

# now, reason, key that does not end, whether to end all, keys...
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
