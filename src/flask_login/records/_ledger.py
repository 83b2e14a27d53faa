"""Recorded logins, as requests begin, continue and end them. Imported only if the application
records logins.

A failure of the store is not the same as an ended login: it logs no user in and no user out.
"""

from __future__ import annotations

import secrets
import typing as t
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import replace

from flask import Request
from werkzeug.exceptions import ServiceUnavailable

from .. import _clock
from .. import _session
from .. import remember
from .._kept import keep_user
from .._login import Login
from .._login import Reason
from .._login import Wish
from .._values import as_limit
from .._values import as_on_reuse
from .._values import as_remembered_seconds
from .._visit import FORGET
from .._visit import Visit
from ..exceptions import StoreFailure
from ..signals import remember_token_reused
from ..signals import send
from . import _adoption
from . import Created
from . import Records
from . import StoredLogin
from ._rotation import changes
from ._rotation import judge
from ._rotation import Move
from ._rows import as_record
from ._rows import key_of
from ._rows import login_of
from ._rows import new_row
from ._rows import SECOND
from ._rows import token_of
from ._rows import with_expiry
from ._store import quietly
from ._store import RETRY_AFTER
from ._store import Store

T = t.TypeVar("T")

if t.TYPE_CHECKING:
    from .._manager import Manager


class Ledger:
    """Records the logins of one manager's applications.

    :param records: The record store.
    :param identify: Returns the browser's identifier for session protection.
    :param unavailable: Returns the exception that a request raises if the store fails. It gets the
        number of seconds for ``Retry-After``.
    """

    def __init__(
        self,
        records: Records,
        identify: Callable[[], str],
        unavailable: Callable[[Visit, Request, int], ServiceUnavailable],
    ) -> None:
        self.store = Store(records)
        self._identify = identify
        self._unavailable = unavailable

    def ask(self, visit: Visit, current: Request | None, ask: Callable[[Store], T]) -> T:
        """Call the store.

        :param current: The current request, or ``None`` outside a request.
        :raises ServiceUnavailable: If the store fails.
        """
        try:
            return ask(self.store)
        except StoreFailure:
            if current is None:
                raise

            raise self._fail(visit, current) from None

    def admit(
        self, visit: Visit, manager: Manager, current: Request, login: Login, known: Login | None
    ) -> tuple[Login, Reason | None]:
        """Judge the session's login by its record, and by the request's remember-me cookie. Adopt a
        login that is older than the record store.

        :param known: The login's record in the session, if there is one.
        :return: The login, and the reason if it may not go on.
        """
        try:
            if login.secret is None:
                return self._adopt_session(visit, current, login, known)

            row = self.store.find(visit, login.user_id, key_of(login.secret))
            return login, self._judge_session(visit, current, login, row)
        except StoreFailure:
            if visit.settings.records_on_error == "allow":
                return login, None

            raise self._give_up(visit, manager, current) from None

    def restore(
        self, visit: Visit, manager: Manager, current: Request, token: remember.Token
    ) -> remember.Token | Reason:
        """Complete the token of a remember-me cookie from the login's record.

        :return: The token, which is sent again if it ``needs_rewrite``, or the reason why the
            cookie restores no login.
        """
        try:
            return self._restore(visit, current, token)
        except StoreFailure:
            # "allow" applies only to sessions. This would be a new login.
            raise self._give_up(visit, manager, current) from None

    def begin(
        self, visit: Visit, current: Request, user: t.Any, login: Login, wish: Wish
    ) -> Login | None:
        """Record a new login, and end the logins of this browser that it replaces.

        :return: The login with its secret, or ``None`` if the user has too many logins.
        """
        limit = visit.settings.records_limit
        limit = as_limit("LOGIN_RECORDS_LIMIT", limit(user)) if callable(limit) else limit
        secret = secrets.token_urlsafe(32)
        row = new_row(visit, current, login, secret, _duration_of(visit, wish))
        replaced = set(self._replaced(visit, current, login, wish))
        makes_room = {pair for pair in replaced if limit and pair[0] == row.user_id}

        def create(store: Store) -> Created:
            store.end_keys(makes_room)
            return store.create(visit, row, limit)

        if not self.ask(visit, current, create).stored:
            visit.has_too_many = True
            return None

        quietly(visit, lambda: self.store.end_keys(replaced - makes_room))
        return login._replace(secret=secret)

    def leave(self, visit: Visit, current: Request, login: Login | None, user_id: t.Any) -> None:
        """End this browser's login, after its session was cleared.

        :param user_id: The ID of the user whose other logins end, too, or ``None``.
        :raises ServiceUnavailable: If the store fails.
        """

        def end(store: Store) -> None:
            store.end_keys([*_keys_of(login), *self._keys_of_cookies(visit, current)])

            if user_id is not None:
                store.end(user_id)

        self.ask(visit, current, end)

    def leave_others(
        self, visit: Visit, current: Request, user_id: t.Any, login: Login | None
    ) -> None:
        """End all logins of a user except this one.

        :raises ServiceUnavailable: If the store fails.
        """
        besides = next((key for _, key in _keys_of(login)), None)

        if user_id is not None:
            self.ask(visit, current, lambda store: store.end(user_id, besides=besides))

    def let_go(self, visit: Visit, login: Login, reason: Reason) -> None:
        """End the recorded login after a request refused the login for another reason."""
        # The remember-me cookie may restore an idle login.
        if reason in ("ended", "stolen", "idle"):
            return

        row = self._read(visit, login)

        if row is None or row.authenticated_at // SECOND > login.authenticated_at:
            return

        # A session from before the user re-authenticated must not end the login.
        if row.stamp == login.stamp:
            quietly(visit, lambda: self.store.end_keys(_keys_of(login)))

    def note(self, visit: Visit, login: Login) -> None:
        """Record when the login's user authenticated, and the session stamp."""
        row = self._read(visit, login)

        if row is None or (row.authenticated_at // SECOND, row.stamp) == (
            login.authenticated_at,
            login.stamp,
        ):
            return

        since = login.authenticated_at * SECOND
        facts = with_expiry(visit, row, authenticated_at=since, stamp=login.stamp)
        quietly(visit, lambda: self.store.change(visit, row, facts))

    def find_token(self, visit: Visit, current: Request, login: Login) -> remember.Token | None:
        """Return the token of a login if the request has its remember-me cookie."""
        row = self._read(visit, login)

        if row is None or not any(login.secret in s for _, s in self._tokens_of(visit, current)):
            return None

        return token_of(row, login)

    def new_token(self, visit: Visit, login: Login, duration: int) -> remember.Token | None:
        """Return the token for a new remember-me cookie with this duration in seconds, or ``None``
        if it cannot be recorded.
        """
        row = self._read(visit, login)

        if row is not None and row.duration != duration:
            row = self._remember(visit, row, duration)

        return None if row is None else token_of(row, login)

    def prolong(self, visit: Visit, token: remember.Token) -> remember.Token | None:
        """Return the token with a duration that begins now. ``None`` if the login has no
        remember-me cookie, or if it cannot be recorded.
        """
        row = self._read(visit, token.login)

        if row is None or row.duration is None:
            return None

        row = self._remember(visit, row, row.duration)
        return None if row is None else token_of(row, token.login)

    def _remember(self, visit: Visit, row: StoredLogin, duration: int) -> StoredLogin | None:
        facts = _remembered(visit, row, duration)
        return quietly(visit, lambda: self.store.change(visit, row, facts))

    def _read(self, visit: Visit, login: Login) -> StoredLogin | None:
        if login.secret is None:
            return None

        key = key_of(login.secret)
        return quietly(visit, lambda: self.store.find(visit, login.user_id, key))

    def _adopt_session(
        self, visit: Visit, current: Request, login: Login, known: Login | None
    ) -> tuple[Login, Reason | None]:
        token = self._token_behind(visit, current, login)
        identifier = _session.identifier(visit.session)
        own = traits = _adoption.traits_of_session(known, login.user_id, identifier)

        if token is not None:
            traits = _adoption.traits_of_token(token, self._identify())

        secret, row, is_new = self._adopt(
            visit, current, login, traits, token, knows_time=known is not None
        )

        if is_new and known is not None and own != traits:
            self._bar(visit, current, login, own)

        login = login._replace(secret=secret)
        return login, self._judge_session(visit, current, login, row, is_new=is_new)

    def _bar(self, visit: Visit, current: Request, login: Login, traits: str) -> None:
        """Prevent the adoption of a copy of the session without its remember-me cookie. It would
        become a second login, which would go on when this one ends.
        """
        secret = next(_adoption.secrets_of(traits, visit.settings))
        row = new_row(visit, current, login, secret, None)
        over = replace(row, ended="ended", user_agent="", address="")
        quietly(visit, lambda: self.store.adopt(visit, over))

    def _token_behind(self, visit: Visit, current: Request, login: Login) -> remember.Token | None:
        """Return the token of a remember-me cookie of this login that is older than the record
        store.
        """
        for token, _ in self._tokens_of(visit, current):
            if token.generation is not None or not token.is_of(login.user_id):
                continue

            # The legacy format contains no stamp.
            if token.is_legacy or token.login.stamp == login.stamp:
                return token

        return None

    def _adopt(
        self,
        visit: Visit,
        current: Request,
        login: Login,
        traits: str,
        token: remember.Token | None,
        *,
        knows_time: bool,
    ) -> tuple[str, StoredLogin | None, bool]:
        """Record a login that is older than the record store, unless it has a row already.

        :return: Its secret, its row, and whether the row is new.
        """
        settings = visit.settings
        possible = list(_adoption.secrets_of(traits, settings))

        for secret in possible:
            row = self.store.find(visit, login.user_id, key_of(secret))

            if row is not None:
                return secret, row, False

        if not _adoption.is_on(settings):
            return possible[0], None, False

        duration = None if token is None else token.duration or settings.cookie_duration
        since = None if token is None else token.issued_at * SECOND
        row = new_row(visit, current, login, possible[0], duration, since)
        row = _adoption.adopted(row, token, settings, knows_time=knows_time)
        stored = self.store.adopt(visit, row)
        return possible[0], stored, stored == row

    def _judge_session(
        self,
        visit: Visit,
        current: Request,
        login: Login,
        row: StoredLogin | None,
        *,
        is_new: bool = False,
    ) -> Reason | None:
        reason = _why_over(row)

        if row is None or reason is not None:
            return reason

        for token, possible in self._tokens_of(visit, current):
            if login.secret not in possible:
                continue

            row = self._completed(visit, row, token)

            if row.ended is not None:
                return row.ended

            row, reason, is_sent = self._rotate(visit, current, row, token, restores=False)

            if row.ended is not None:
                return row.ended

            if reason is not None:
                visit.owed = FORGET
            elif row.duration is not None and (is_sent or is_new):
                visit.owed = visit.owed or token_of(row, login)

        self._touch(visit, row)
        return None

    def _restore(
        self, visit: Visit, current: Request, token: remember.Token
    ) -> remember.Token | Reason:
        login = token.login
        is_new = False

        if token.generation is None:
            traits = _adoption.traits_of_token(token, self._identify())
            secret, row, is_new = self._adopt(
                visit, current, login, traits, token, knows_time=not token.is_legacy
            )
            login = login._replace(secret=secret)
        else:
            row = self.store.find(visit, login.user_id, key_of(login.secret or ""))

        row = None if row is None else self._completed(visit, row, token)
        reason = _why_over(row)

        if row is None or reason is not None:
            return reason or "ended"

        if row.remembered_until is None or row.remembered_until <= _clock.microseconds():
            return "remember_expired"

        row, reason, is_sent = self._rotate(visit, current, row, token, restores=True)

        if reason is not None:
            return reason

        self._touch(visit, row)
        # A cookie that does not rotate can be sent at any time.
        is_sent = is_sent or is_new or token.is_legacy
        return token_of(row, login_of(row, login))._replace(needs_rewrite=is_sent)

    def _completed(self, visit: Visit, row: StoredLogin, token: remember.Token) -> StoredLogin:
        """Complete the row of a login that was adopted from its session, if the request sends its
        remember-me cookie in the legacy format.
        """
        if not token.is_legacy or row.duration is not None or row.ended is not None:
            return row

        facts = _remembered(visit, row, visit.settings.cookie_duration)
        changed = self.store.change(visit, row, {**facts, "rotates": False})
        return changed or replace(row, ended="ended")

    def _rotate(
        self,
        visit: Visit,
        current: Request,
        row: StoredLogin,
        token: remember.Token,
        *,
        restores: bool,
    ) -> tuple[StoredLogin, Reason | None, bool]:
        """Carry out the move for a cookie of this generation.

        :return: The new row, the reason if the login may not go on, and whether to send its cookie.
        """
        move = Move.ACCEPT

        # If another request changed the row first, read it and judge once more.
        for _ in range(2):
            now = _clock.microseconds()
            move = self._judge(visit, current, row, token, now, restores=restores)
            facts, expected = changes(move, row, now)
            changed = self.store.change(visit, row, facts, expected) if facts else row

            if changed is not None:
                row = changed
                break

            again = self.store.find_again(visit, row)
            move = Move.ACCEPT

            if again is None or again.ended is not None:
                row = again or replace(row, ended="ended")
                return row, row.ended, False

            row = again

        if move is Move.REUSE:
            self._punish(visit, row)
            return replace(row, ended="stolen"), "stolen", False

        if move is Move.UNKNOWN:
            return row, "ended", False

        is_safe = move in (Move.CONFIRM, Move.ROTATE, Move.RESEND)
        visit.may_rewrite = is_safe or visit.settings.rotate is None or not row.rotates
        is_signed_anew = token.needs_rewrite and visit.may_rewrite
        return row, None, move in (Move.ROTATE, Move.RESEND) or is_signed_anew

    def _judge(
        self,
        visit: Visit,
        current: Request,
        row: StoredLogin,
        token: remember.Token,
        now: int,
        *,
        restores: bool,
    ) -> Move:
        interval = visit.settings.rotate
        return judge(
            row,
            token.generation or 0,
            now,
            interval=None if interval is None else int(interval * SECOND),
            grace=int(visit.settings.rotate_grace * SECOND),
            restores=restores,
            prefetch="prefetch" in current.headers.get("Sec-Purpose", ""),
        )

    def _punish(self, visit: Visit, row: StoredLogin) -> None:
        what = visit.settings.records_on_reuse

        if callable(what):
            what = as_on_reuse("LOGIN_RECORDS_ON_REUSE", what(as_record(row, current=True)))

        self.store.end(row.user_id, keys=None if what == "user" else [row.key], reason="stolen")
        send(remember_token_reused, visit.app, user_id=row.user_id, login_id=row.key)

    def _touch(self, visit: Visit, row: StoredLogin) -> None:
        now = _clock.microseconds()

        if now - row.seen_at < visit.settings.records_touch * SECOND:
            return

        facts = with_expiry(visit, row, seen_at=now)
        quietly(visit, lambda: self.store.change(visit, row, facts))

    def _replaced(
        self, visit: Visit, current: Request, login: Login, wish: Wish
    ) -> Iterator[tuple[str, str]]:
        """Return the logins of this browser that a new login replaces: the session's, and the
        remember-me cookie's unless the browser keeps that cookie.
        """
        stays = not wish.remember and visit.settings.defaults != "secure"
        of_cookies = list(self._keys_of_cookies(visit, current))
        staying = {pair for pair in of_cookies if stays and pair[0] == str(login.user_id)}
        of_session = _session.find_login(visit.session) or visit.ended
        yield from {*of_cookies, *_keys_of(of_session)} - staying

    def _keys_of_cookies(self, visit: Visit, current: Request) -> Iterator[tuple[str, str]]:
        for token, possible in self._tokens_of(visit, current):
            yield from ((str(token.login.user_id), key_of(secret)) for secret in possible)

    def _tokens_of(
        self, visit: Visit, current: Request
    ) -> Iterator[tuple[remember.Token, list[str]]]:
        """Return the tokens of the remember-me cookies, each with its possible secrets."""
        for token in visit.read_cookies(current):
            if isinstance(token, remember.Refused):
                continue

            if token.login.secret is not None:
                yield token, [token.login.secret]
            else:
                traits = _adoption.traits_of_token(token, self._identify())
                yield token, list(_adoption.secrets_of(traits, visit.settings))

    def _give_up(self, visit: Visit, manager: Manager, current: Request) -> ServiceUnavailable:
        """Return the exception to raise if the user cannot be loaded. The rest of the request, such
        as the error page, sees an anonymous user.
        """
        keep_user(visit, manager.anonymous_user())
        return self._fail(visit, current)

    def _fail(self, visit: Visit, current: Request) -> ServiceUnavailable:
        visit.reason = "records_unavailable"
        return self._unavailable(visit, current, RETRY_AFTER)


def _why_over(row: StoredLogin | None) -> Reason | None:
    if row is None or row.expires_at <= _clock.microseconds():
        return "ended"

    return row.ended


def _remembered(visit: Visit, row: StoredLogin, duration: int | None) -> dict[str, t.Any]:
    """Return the changes of a login that is remembered from now, with a duration in seconds."""
    until = None if duration is None else _clock.microseconds() + duration * SECOND
    return with_expiry(visit, row, duration=duration, remembered_until=until)


def _duration_of(visit: Visit, wish: Wish) -> int | None:
    if not wish.remember:
        return None

    if wish.seconds is None:
        return visit.settings.cookie_duration

    return as_remembered_seconds("duration", wish.seconds)


def _keys_of(login: Login | None) -> Iterable[tuple[str, str]]:
    """Return the user ID and the key of a recorded login."""
    if login is not None and login.secret is not None:
        yield str(login.user_id), key_of(login.secret)
