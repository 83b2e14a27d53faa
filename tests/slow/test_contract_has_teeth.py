"""``RecordsContract`` refuses stores that are wrong in ways that are easy to be wrong in."""

from __future__ import annotations

import sys
import time
import typing as t
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from operator import attrgetter
from threading import Event
from unicodedata import normalize

import pytest

from flask_login.records import Created
from flask_login.records import EndReason
from flask_login.records import Found
from flask_login.records import StoredLogin
from flask_login.records.memory import MemoryRecords
from flask_login.testing import RecordsContract

CONTRACT = t.cast(t.Any, sys.modules[RecordsContract.__module__])
ALIKE, HOUR, VALUES = CONTRACT.ALIKE, CONTRACT.HOUR, CONTRACT.VALUES

# Each of these stores is 'MemoryRecords' with one mistake. The tables below say by which test of
# the kit it is noticed.


class LimitOneTooHigh(MemoryRecords):
    def create(self, login: StoredLogin, **options: t.Any) -> Created:
        limit = options.pop("limit", None)
        return super().create(login, limit=limit and limit + 1, **options)


class LimitOneTooLow(MemoryRecords):
    def create(self, login: StoredLogin, **options: t.Any) -> Created:
        limit = options.pop("limit", None)
        return super().create(login, limit=limit and limit - 1, **options)


class LimitRefusesByItself(MemoryRecords):
    def create(self, login: StoredLogin, **options: t.Any) -> Created:
        return super().create(login, **{**options, "end_oldest": False})


class LimitEndsByItself(MemoryRecords):
    def create(self, login: StoredLogin, **options: t.Any) -> Created:
        return super().create(login, **{**options, "end_oldest": True})


class LimitEndsOne(MemoryRecords):
    def create(self, login: StoredLogin, **options: t.Any) -> Created:
        limit, counting = options.get("limit"), self.list(login.user_id, login.created_at)
        oldest = [x.key for x in counting[-1:] if limit and len(counting) >= limit]
        self.end(login.user_id, login.created_at, keys=oldest)
        self._put(login)
        return Created(True, oldest)


class LimitEndsTheNewest(MemoryRecords):
    def create(self, login: StoredLogin, **options: t.Any) -> Created:
        limit, counting = options.get("limit"), self.list(login.user_id, login.created_at)
        surplus = [x.key for x in counting[: max(0, len(counting) + 1 - (limit or 99))]]
        self.end(login.user_id, login.created_at, keys=surplus)
        self._put(login)
        return Created(True, surplus)


class LimitStoresTheRefused(MemoryRecords):
    def create(self, login: StoredLogin, **options: t.Any) -> Created:
        created = super().create(login, **options)
        self._put(login)
        return created


class LimitOfExpired(MemoryRecords):
    def create(self, login: StoredLogin, **options: t.Any) -> Created:
        return super().create(replace(login, created_at=0), **options)


class LimitOfEveryone(MemoryRecords):
    def _of(self, user_id: str) -> Iterator[StoredLogin]:
        return (login for each in self._rows for login in super(LimitOfEveryone, self)._of(each))


class AdoptsOver(MemoryRecords):
    def adopt(self, login: StoredLogin) -> StoredLogin | None:
        self._rows.get(login.user_id, {}).pop(login.key, None)
        return super().adopt(login)


class AdoptsOverEnded(MemoryRecords):
    def adopt(self, login: StoredLogin) -> StoredLogin | None:
        if getattr(self.find(login.user_id, login.key).login, "ended", None):
            del self._rows[login.user_id][login.key]

        return super().adopt(login)


class AdoptsAnything(MemoryRecords):
    def adopt(self, login: StoredLogin) -> StoredLogin | None:
        found = self.find(login.user_id, login.key).login
        self._put(found or login)
        return found or login


class AdoptsFromThatTime(MemoryRecords):
    def adopt(self, login: StoredLogin) -> StoredLogin | None:
        later = replace(login, authenticated_at=login.authenticated_at + 1)
        return super().adopt(later) and super().adopt(login)


class AdoptsFromBeforeEveryonesEnd(MemoryRecords):
    def adopt(self, login: StoredLogin) -> StoredLogin | None:
        self._not_adopted_until_for_all = 0
        return super().adopt(login)


class AdoptsNotWhatGoesOn(MemoryRecords):
    def adopt(self, login: StoredLogin) -> StoredLogin | None:
        too_old = login.authenticated_at <= self._adopted_after(login.user_id)
        return None if too_old else super().adopt(login)


class AdoptsWithoutStoring(MemoryRecords):
    def adopt(self, login: StoredLogin) -> StoredLogin | None:
        return login


class Expects(MemoryRecords):
    """What is expected is changed before it is compared."""

    @staticmethod
    def rewrite(expected: dict[str, t.Any]) -> dict[str, t.Any]:
        return {}

    def change(self, *arguments: t.Any, expected: t.Any = None) -> bool:
        return super().change(*arguments, expected=self.rewrite({**(expected or {})}))


class ExpectsNothing(Expects):
    pass


class ExpectsTheFirst(Expects):
    @staticmethod
    def rewrite(expected: dict[str, t.Any]) -> dict[str, t.Any]:
        return dict([*expected.items()][:1])


class ExpectsTheLast(Expects):
    @staticmethod
    def rewrite(expected: dict[str, t.Any]) -> dict[str, t.Any]:
        return dict([*expected.items()][-1:])


class ExpectsAnythingForNone(Expects):
    @staticmethod
    def rewrite(expected: dict[str, t.Any]) -> dict[str, t.Any]:
        return {name: value for name, value in expected.items() if value is not None}


class ExpectsNeverNone(Expects):
    @staticmethod
    def rewrite(expected: dict[str, t.Any]) -> dict[str, t.Any]:
        return {name: object() if value is None else value for name, value in expected.items()}


class ExpectsFlagsAsText(Expects):
    @staticmethod
    def rewrite(expected: dict[str, t.Any]) -> dict[str, t.Any]:
        return {name: str(value) if value is True else value for name, value in expected.items()}


class ChangesEnded(MemoryRecords):
    def change(self, user_id: str, key: str, changes: t.Any, **options: t.Any) -> bool:
        if login := self.find(user_id, key).login:
            self._put(replace(login, ended=None))

        return super().change(user_id, key, changes, **options)


class ChangesUnknown(MemoryRecords):
    def change(self, *arguments: t.Any, **options: t.Any) -> bool:
        super().change(*arguments, **options)
        return True


class ChangesThatOfAnyone(MemoryRecords):
    def change(self, user_id: str, key: str, *arguments: t.Any, **options: t.Any) -> bool:
        owners = [owner for owner, rows in self._rows.items() if key in rows]
        return super().change((owners or [user_id])[0], key, *arguments, **options)


class ChangesNotTheExpired(MemoryRecords):
    def change(self, user_id: str, key: str, *arguments: t.Any, **options: t.Any) -> bool:
        there = {login.key for login in self.list(user_id, time.time_ns() // 1000)}
        return key in there and super().change(user_id, key, *arguments, **options)


class Lists(MemoryRecords):
    """A list of more, or in another order."""

    def list(self, user_id: str, now: int) -> t.Any:
        return sorted(self._of(user_id), key=attrgetter("created_at"), reverse=True)


class ListsExpired(Lists):
    def list(self, user_id: str, now: int) -> t.Any:
        return [login for login in super().list(user_id, now) if not login.ended]


class ListsEnded(Lists):
    def list(self, user_id: str, now: int) -> t.Any:
        return [login for login in super().list(user_id, now) if login.expires_at > now]


class ListsAtItsExpiry(MemoryRecords):
    def list(self, user_id: str, now: int) -> t.Any:
        return super().list(user_id, now - 1)


class ListsOldestFirst(MemoryRecords):
    def list(self, user_id: str, now: int) -> t.Any:
        return super().list(user_id, now)[::-1]


class ListsByUse(MemoryRecords):
    def list(self, user_id: str, now: int) -> t.Any:
        return sorted(super().list(user_id, now), key=attrgetter("seen_at"), reverse=True)


class ForgetsEnded(MemoryRecords):
    def end(self, user_id: str, now: int, **options: t.Any) -> t.Any:
        keys = super().end(user_id, now, **options)

        for key in keys:
            del self._rows[user_id][key]

        return keys


class NotesNoEnd(MemoryRecords):
    def end(self, user_id: str, now: int, **options: t.Any) -> t.Any:
        before = self._not_adopted_until.copy()
        keys = super().end(user_id, now, **options)
        self._not_adopted_until = before
        return keys


class NotesAnyEnd(MemoryRecords):
    def end(self, user_id: str, now: int, **options: t.Any) -> t.Any:
        self._not_adopted_until[user_id] = now
        return super().end(user_id, now, **options)


class NotesNoEndOfOthers(NotesNoEnd):
    def end(self, user_id: str, now: int, **options: t.Any) -> t.Any:
        of_all = options.get("besides") is None
        return (super(NotesNoEnd, self) if of_all else super()).end(user_id, now, **options)


class NotesTheEndThatCameLast(MemoryRecords):
    def end(self, user_id: str, now: int, **options: t.Any) -> t.Any:
        self._not_adopted_until.pop(user_id, None)
        return super().end(user_id, now, **options)

    def end_all(self, now: int) -> None:
        self._not_adopted_until_for_all = 0
        super().end_all(now)


class NotesTheEndForEveryone(MemoryRecords):
    def end(self, user_id: str, now: int, **options: t.Any) -> t.Any:
        self._not_adopted_until_for_all = now
        return super().end(user_id, now, **options)


class EndsAllForNoKeys(MemoryRecords):
    def end(self, user_id: str, now: int, **options: t.Any) -> t.Any:
        return super().end(user_id, now, **{**options, "keys": options.get("keys") or None})


class EndsBesidesNone(MemoryRecords):
    def end(self, user_id: str, now: int, **options: t.Any) -> t.Any:
        return super().end(user_id, now, **{**options, "besides": None})


class EndsNamedBesidesNone(MemoryRecords):
    def end(self, user_id: str, now: int, **options: t.Any) -> t.Any:
        named = options.get("keys") is not None
        return super().end(user_id, now, **{**options, **({"besides": None} if named else {})})


class EndsAllForOneReason(MemoryRecords):
    def end(self, user_id: str, now: int, **options: t.Any) -> t.Any:
        return super().end(user_id, now, **{**options, "reason": "ended"})


class EndsAgain(MemoryRecords):
    def end(self, user_id: str, now: int, **options: t.Any) -> t.Any:
        self._put(*[replace(login, ended=None) for login in self._of(user_id)])
        return super().end(user_id, now, **options)


class EndsAndReturnsExpired(MemoryRecords):
    def end(self, user_id: str, now: int, **options: t.Any) -> t.Any:
        going = [login.key for login in self._of(user_id) if not login.ended]
        super().end(user_id, now, **options)
        return going


class EndsNoExpired(MemoryRecords):
    def end(self, user_id: str, now: int, **options: t.Any) -> t.Any:
        expired = [login for login in self._of(user_id) if login.expires_at <= now]
        keys = super().end(user_id, now, **options)
        self._put(*expired)
        return keys


class EndsAndKeepsTheBrowser(MemoryRecords):
    def end(self, user_id: str, now: int, **options: t.Any) -> t.Any:
        before = [*self._of(user_id)]
        reason: EndReason = options.get("reason", "ended")
        keys = super().end(user_id, now, **options)
        self._put(*[replace(login, ended=reason) for login in before if login.key in keys])
        return keys


class EndsThatOfAnyone(MemoryRecords):
    def end(self, user_id: str, now: int, **options: t.Any) -> t.Any:
        each = [(user_id, options)]
        each += [(other, options) for other in self._rows if other != user_id and "keys" in options]
        return [
            key
            for one, options in each
            for key in super(EndsThatOfAnyone, self).end(one, now, **options)
        ]


class EndsAllButOneUser(MemoryRecords):
    def end_all(self, now: int) -> None:
        spared = [[*self._of(user_id)] for user_id in [*self._rows][:1]]
        super().end_all(now)
        self._put(*[login for logins in spared for login in logins])


class EndsAllForGood(MemoryRecords):
    def _as_it_is(self, epoch: int, login: StoredLogin) -> StoredLogin:
        return super()._as_it_is(epoch if self._epoch == 0 else -1, login)


class EndsAllOnce(MemoryRecords):
    def end_all(self, now: int) -> None:
        super().end_all(now)
        self._epoch = 1


class EndsAllByTime(MemoryRecords):
    """What was stored is compared with the time, and two things can happen in a microsecond."""

    def _as_it_is(self, epoch: int, login: StoredLogin) -> StoredLogin:
        over = login.created_at <= self._not_adopted_until_for_all
        return super()._as_it_is(-1 if over else self._epoch, login)


class EndsAllWithoutNote(MemoryRecords):
    def end_all(self, now: int) -> None:
        super().end_all(now)
        self._not_adopted_until_for_all = 0


class EndsAllForItsOwnReason(MemoryRecords):
    def _as_it_is(self, epoch: int, login: StoredLogin) -> StoredLogin:
        return super()._as_it_is(
            epoch, replace(login, ended=None) if epoch < self._epoch else login
        )


class PurgesEverything(MemoryRecords):
    def purge(self, now: int) -> int:
        return super().purge(2**53)


class PurgesExpired(MemoryRecords):
    def purge(self, now: int) -> int:
        for user_id in self._rows:
            expired = [login for login in self._of(user_id) if login.expires_at <= now]
            self._put(*[replace(login, kept_until=now) for login in expired])

        return super().purge(now)


class PurgesEnded(MemoryRecords):
    def purge(self, now: int) -> int:
        for user_id in self._rows:
            over = [login for login in self._of(user_id) if login.ended]
            self._put(*[replace(login, kept_until=now) for login in over])

        return super().purge(now)


class PurgesNothing(MemoryRecords):
    def purge(self, now: int) -> int:
        return 0


class PurgesLate(MemoryRecords):
    def purge(self, now: int) -> int:
        return super().purge(now - 1)


class PurgesByTheFirstTime(MemoryRecords):
    def change(self, user_id: str, key: str, changes: t.Any, **options: t.Any) -> bool:
        kept = {name: value for name, value in changes.items() if name != "kept_until"}
        return super().change(user_id, key, kept, **options)


class PurgesNotes(MemoryRecords):
    def purge(self, now: int) -> int:
        self._not_adopted_until.clear()
        return super().purge(now)


class PurgesUncounted(MemoryRecords):
    def purge(self, now: int) -> int:
        return super().purge(now) and 1


class FindsThatOfAnyone(MemoryRecords):
    def find(self, user_id: str, key: str) -> Found:
        owners = [owner for owner, rows in self._rows.items() if key in rows]
        return super().find((owners or [user_id])[0], key)


class FindsNoExpired(MemoryRecords):
    def find(self, user_id: str, key: str) -> Found:
        found = super().find(user_id, key)
        expired = found.login and found.login.expires_at <= time.time_ns() // 1000
        return found._replace(login=None) if expired else found


class FindsTheEndOfTheUserAlone(MemoryRecords):
    def find(self, user_id: str, key: str) -> Found:
        found = super().find(user_id, key)
        return found._replace(not_adopted_until=self._not_adopted_until.get(user_id, 0))


class FindsTheEndOfEveryoneFirst(MemoryRecords):
    def find(self, user_id: str, key: str) -> Found:
        found, of_all = super().find(user_id, key), self._not_adopted_until_for_all
        return found._replace(not_adopted_until=of_all or found.not_adopted_until)


class FindsTheEndWithALoginAlone(MemoryRecords):
    def find(self, user_id: str, key: str) -> Found:
        found = super().find(user_id, key)
        return found if found.login else Found(None)


def storing(name: str, convert: Callable[[t.Any], t.Any]) -> type[MemoryRecords]:
    """A store that does not keep the values of a field as they are."""

    class Storing(MemoryRecords):
        def _put(self, *logins: StoredLogin) -> None:
            changes: list[dict[str, t.Any]] = [{name: convert(getattr(x, name))} for x in logins]
            super()._put(*[replace(x, **c) for x, c in zip(logins, changes, strict=True)])

    return Storing


def confusing(fold: Callable[[str], str]) -> type[MemoryRecords]:
    """A store that takes a user for another one."""

    class Confusing(MemoryRecords):
        def _get(self, user_id: str, key: str) -> StoredLogin | None:
            return super()._get(fold(user_id), key)

        def _of(self, user_id: str) -> Iterator[StoredLogin]:
            return super()._of(fold(user_id))

        def _put(self, *logins: StoredLogin) -> None:
            for login in logins:
                rows = self._rows.setdefault(fold(login.user_id), {})
                rows[login.key] = self._epoch, login

    return Confusing


class ConfusesKeys(MemoryRecords):
    def _get(self, user_id: str, key: str) -> StoredLogin | None:
        rows = {name.lower(): row for name, row in self._rows.get(user_id, {}).items()}
        return self._as_it_is(*rows[key.lower()]) if key.lower() in rows else None


class WithoutLock(MemoryRecords):
    """Whoever has read is interrupted, as by a network."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = t.cast(t.Any, nullcontext())

    def _get(self, user_id: str, key: str) -> StoredLogin | None:
        found = super()._get(user_id, key)
        time.sleep(0.001)
        return found

    def _of(self, user_id: str) -> Iterator[StoredLogin]:
        found = [*super()._of(user_id)]
        time.sleep(0.001)
        return iter(found)

    def _adopted_after(self, user_id: str) -> int:
        found = super()._adopted_after(user_id)
        time.sleep(0.001)
        return found

    def _put(self, *logins: StoredLogin) -> None:
        # In which epoch this is, too, was read before.
        epoch = self._epoch
        time.sleep(0.001)

        for login in logins:
            self._rows.setdefault(login.user_id, {})[login.key] = epoch, login


class AdoptsInTwoSteps(MemoryRecords):
    """An end comes between looking and storing."""

    def __init__(self) -> None:
        super().__init__()
        self.looked = Event()
        self.ended = Event()

    def adopt(self, login: StoredLogin) -> StoredLogin | None:
        too_old = login.authenticated_at <= self._adopted_after(login.user_id)
        self.looked.set()
        self.ended.wait(10)

        if too_old:
            return None

        self._put(login)
        return login

    def end(self, user_id: str, now: int, **options: t.Any) -> t.Any:
        self.looked.wait(10)
        keys = super().end(user_id, now, **options)
        self.ended.set()
        return keys

    def end_all(self, now: int) -> None:
        self.looked.wait(10)
        super().end_all(now)
        self.ended.set()


@pytest.mark.parametrize(
    ("mistaken", "fact"),
    [
        (LimitOneTooHigh, "login_at_the_limit_ends_the_oldest"),
        (LimitOneTooLow, "login_below_the_limit_ends_none"),
        (LimitOneTooLow, "login_below_the_limit_is_not_refused"),
        (LimitRefusesByItself, "login_at_the_limit_is_stored"),
        (LimitEndsByItself, "login_at_the_limit_is_refused_where_none_is_to_end"),
        (LimitEndsOne, "lower_limit_ends_as_many_as_needed"),
        (LimitEndsTheNewest, "login_at_the_limit_ends_the_oldest"),
        (LimitStoresTheRefused, "refused_login_is_not_found"),
        (LimitOfExpired, "expired_login_does_not_count_towards_the_limit"),
        (LimitOfExpired, "expired_login_does_not_make_room"),
        (LimitOfEveryone, "login_of_another_user_does_not_count_towards_the_limit"),
        (AdoptsOver, "login_is_adopted_once"),
        (AdoptsOver, "login_that_is_stored_is_not_adopted"),
        (AdoptsOver, "login_that_ended_with_all_is_not_adopted_again"),
        (AdoptsOverEnded, "login_that_ended_with_all_is_not_adopted_again"),
        (AdoptsNotWhatGoesOn, "login_that_goes_on_is_returned_whenever_it_began"),
        (AdoptsWithoutStoring, "adopted_login_counts"),
        (ExpectsNothing, "field_can_be_both_expected_and_set"),
        (ChangesEnded, "change_of_an_ended_login_fails"),
        (ChangesEnded, "change_of_what_is_expected_of_an_ended_login_fails"),
        (ChangesUnknown, "change_of_an_unknown_login_fails"),
        (ChangesThatOfAnyone, "change_of_a_login_of_another_user_fails"),
        (ChangesNotTheExpired, "change_of_an_expired_login_succeeds"),
        (ListsExpired, "changed_expiry_counts"),
        (ListsExpired, "login_is_listed_until_it_expires"),
        (ListsAtItsExpiry, "login_is_listed_until_it_expires"),
        (ListsEnded, "ended_login_is_not_listed"),
        (ListsEnded, "login_that_ended_with_all_is_not_listed"),
        (ListsOldestFirst, "newest_login_is_listed_first"),
        (ListsByUse, "logins_are_listed_by_creation_alone"),
        (ForgetsEnded, "login_that_ended_is_not_adopted_again"),
        (EndsAllForNoKeys, "end_of_no_keys_ends_nothing"),
        (EndsAllForNoKeys, "end_of_named_logins_is_not_noted"),
        (EndsBesidesNone, "end_besides_one_leaves_that_one"),
        (EndsNamedBesidesNone, "named_login_besides_which_others_end_goes_on"),
        (EndsAllForOneReason, "ended_login_does_not_end_again"),
        (EndsAgain, "ended_login_does_not_end_again"),
        (EndsAndReturnsExpired, "end_does_not_return_an_expired_login"),
        (EndsNoExpired, "expired_login_can_be_ended"),
        (NotesNoEnd, "end_of_all_logins_is_noted_beside_a_login"),
        (NotesAnyEnd, "end_of_named_logins_is_not_noted"),
        (NotesTheEndForEveryone, "end_of_all_logins_is_noted_for_that_user_alone"),
        (NotesTheEndThatCameLast, "end_by_a_clock_that_is_slow_takes_nothing_back"),
        (NotesTheEndThatCameLast, "end_of_everyone_by_a_clock_that_is_slow_takes_nothing_back"),
        (EndsAllButOneUser, "end_of_everyone_ends_all_logins"),
        (EndsAllForGood, "login_after_the_end_of_everyone_counts"),
        (EndsAllOnce, "everyone_can_be_ended_again"),
        (EndsAllByTime, "everyone_can_be_ended_twice_at_one_time"),
        (EndsAllForItsOwnReason, "end_of_everyone_leaves_the_reason_of_who_ended_before"),
        (PurgesEverything, "login_that_counts_is_not_purged"),
        (PurgesExpired, "expired_login_is_not_purged_while_it_is_kept"),
        (PurgesEnded, "ended_login_is_not_purged_while_it_is_kept"),
        (PurgesNothing, "purged_login_is_not_found"),
        (PurgesLate, "purge_removes_what_is_due_at_that_very_time"),
        (PurgesByTheFirstTime, "purge_goes_by_the_time_that_was_set_last"),
        (PurgesByTheFirstTime, "login_that_is_kept_for_longer_is_not_purged"),
        (PurgesNotes, "purge_leaves_what_keeps_logins_from_being_adopted"),
        (PurgesUncounted, "purge_returns_how_many_it_removed"),
        (FindsThatOfAnyone, "login_of_an_unknown_user_is_not_found"),
        (FindsNoExpired, "expired_login_is_found"),
        (FindsTheEndWithALoginAlone, "latest_end_is_noted"),
        (ConfusesKeys, "keys_that_differ_in_case_are_two_keys"),
        (WithoutLock, "many_logins_at_once_never_exceed_the_limit"),
        (WithoutLock, "many_logins_at_once_end_each_other_once"),
        (WithoutLock, "many_logins_at_once_are_refused_above_the_limit"),
        (WithoutLock, "one_of_many_changes_at_once_finds_what_it_expects"),
        (WithoutLock, "changes_of_several_fields_at_once_are_all_kept"),
        (WithoutLock, "change_at_once_with_the_end_brings_nothing_back"),
        (WithoutLock, "login_is_adopted_by_one_of_many_at_once"),
        (WithoutLock, "each_of_many_ends_at_once_returns_what_it_ended"),
        (EndsAllButOneUser, "logins_at_once_with_the_end_of_everyone_end_or_count"),
    ],
)
def test_mistake_is_noticed(mistaken: type[MemoryRecords], fact: str) -> None:
    assert is_noticed(mistaken, fact)


@pytest.mark.parametrize(
    ("mistaken", "fact", "values"),
    [
        (AdoptsAnything, "login_from_before_the_end_of_the_others_is_not_adopted",
         {"later": -HOUR}),
        (AdoptsAnything, "login_from_before_the_end_of_all_is_not_adopted", {"later": -HOUR}),
        (AdoptsFromThatTime, "login_from_before_the_end_of_the_others_is_not_adopted",
         {"later": 0}),
        (AdoptsFromThatTime, "login_from_before_the_end_of_all_is_not_adopted", {"later": 0}),
        (AdoptsFromBeforeEveryonesEnd, "login_from_before_the_end_of_all_is_not_adopted",
         {"later": -1}),
        (AdoptsInTwoSteps, "login_adopted_at_once_with_the_end_has_ended", {"everyone": False}),
        (AdoptsInTwoSteps, "login_adopted_at_once_with_the_end_has_ended", {"everyone": True}),
        (ExpectsNothing, "change_of_what_is_not_expected_fails", {"expected": {"generation": 2}}),
        (ExpectsTheFirst, "change_of_what_is_not_expected_fails",
         {"expected": {"generation": 3, "confirmed_at": 1}}),
        (ExpectsTheLast, "change_of_what_is_not_expected_fails",
         {"expected": {"generation": 2, "confirmed_at": None}}),
        (ExpectsAnythingForNone, "change_of_what_is_not_expected_fails",
         {"expected": {"stamp": None}}),
        (ExpectsNeverNone, "change_of_what_is_expected_succeeds",
         {"expected": {"confirmed_at": None}}),
        (ExpectsFlagsAsText, "change_of_what_is_expected_succeeds",
         {"expected": {"rotates": True}}),
        (ForgetsEnded, "row_of_an_ended_login_stays_with_its_reason", {"reason": "ended"}),
        (EndsAllForOneReason, "row_of_an_ended_login_stays_with_its_reason",
         {"reason": "stolen"}),
        (EndsAndKeepsTheBrowser, "row_of_an_ended_login_stays_with_its_reason",
         {"reason": "ended"}),
        (EndsThatOfAnyone, "login_of_another_user_does_not_end", {"keys": True}),
        (NotesNoEnd, "end_of_all_logins_is_noted", {"besides": None}),
        (NotesNoEndOfOthers, "end_of_all_logins_is_noted", {"besides": "a"}),
        (EndsAllWithoutNote, "end_of_everyone_is_noted", {"user_id": "ada"}),
        (FindsTheEndOfTheUserAlone, "end_of_everyone_is_noted", {"user_id": "ada"}),
        (FindsTheEndWithALoginAlone, "end_of_everyone_is_noted", {"user_id": "ada"}),
        (FindsTheEndOfTheUserAlone, "later_of_the_ends_of_a_user_and_of_everyone_is_found",
         {"later": -HOUR}),
        (FindsTheEndOfEveryoneFirst, "later_of_the_ends_of_a_user_and_of_everyone_is_found",
         {"later": HOUR}),
    ],
)  # fmt: skip
def test_mistake_is_noticed_by_one_of_several_values(
    mistaken: type[MemoryRecords], fact: str, values: dict[str, t.Any]
) -> None:
    assert is_noticed(mistaken, fact, **values)


@pytest.mark.parametrize(
    "fact",
    [
        "value_of_a_created_login_is_found",
        "value_of_an_adopted_login_is_found",
        "value_of_a_listed_login_is_found",
        "changed_value_is_found",
    ],
)
@pytest.mark.parametrize(
    ("name", "convert"),
    [
        ("user_agent", str.strip),
        ("user_agent", lambda text: text[:100]),
        ("user_agent", lambda text: normalize("NFC", text)),
        (
            "user_agent",
            lambda text: text.encode("utf-16", "ignore")[2:4].decode("utf-16", "replace"),
        ),
        ("user_agent", lambda text: text.replace("{", "")),
        ("user_agent", lambda text: text or None),
        ("label", lambda text: text or None),
        ("address", lambda text: ""),
        ("source", lambda text: "session"),
        ("stamp", lambda text: text or None),
        ("stamp", str),
        ("forced", int),
        ("rotates", lambda value: True),
        ("duration", lambda seconds: seconds or None),
        ("duration", lambda seconds: seconds or 0),
        ("duration", lambda seconds: seconds and seconds % 2**31),
        ("remembered_until", lambda at: at or None),
        ("confirmed_at", lambda at: at or 0),
        ("confirmed_at", lambda at: at and float(at)),
        ("seen_at", lambda at: at // 1000 * 1000),
        ("seen_at", float),
        ("authenticated_at", lambda at: at // 1_000_000 * 1_000_000),
        ("rotated_at", str),
        ("kept_until", lambda at: min(at, 2**52)),
        ("generation", lambda number: number % 2**16),
    ],
)
def test_value_that_is_not_kept_is_noticed(
    fact: str, name: str, convert: Callable[[t.Any], t.Any]
) -> None:
    values = [case.values[1] for case in VALUES if case.values[0] == name]
    store = storing(name, convert)
    assert any(is_noticed(store, fact, field=name, value=value) for value in values)


@pytest.mark.parametrize(
    ("pair", "fold"),
    [
        ("case", str.lower),
        ("trailing space", str.rstrip),
        ("leading zero", lambda text: text.lstrip("0")),
        ("accent", lambda text: text.replace("ë", "e")),
        ("composition", lambda text: normalize("NFC", text)),
        ("sharp s", str.casefold),
        ("emoji", lambda text: text.encode("ascii", "replace").decode()),
        ("braces", lambda text: text.split("}")[0].split("{")[-1]),
        ("empty braces", lambda text: text.replace("{}", "")),
        ("prefix", lambda text: text.partition(":")[0]),
        ("empty", lambda text: text or "None"),
        ("long", lambda text: text[:254]),
    ],
)
@pytest.mark.parametrize(
    "fact",
    [
        "users_with_like_names_have_their_own_logins",
        "end_leaves_users_with_like_names_alone",
        "limit_leaves_users_with_like_names_alone",
    ],
)
def test_confusion_of_users_is_noticed(fact: str, pair: str, fold: Callable[[str], str]) -> None:
    user_id, other = ALIKE[pair]
    assert is_noticed(confusing(fold), fact, user_id=user_id, other=other)


def is_noticed(mistaken: type[MemoryRecords], fact: str, **values: t.Any) -> bool:
    """Whether a test fails. Where threads race, the mistake may need some luck to be made."""
    check = getattr(RecordsContract(), f"test_{fact}")

    for _ in range(20):
        try:
            check(mistaken(), **values)
        except AssertionError:
            return True

    return False
