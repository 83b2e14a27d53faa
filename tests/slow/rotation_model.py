"""Every way in which requests, answers and time can follow one another, within small bounds: a
browser, somebody who may copy its cookie, and the rules of ``flask_login.records._rotation``.

Now is always 0, and the newest generation as well: only differences matter, so that there are
finitely many states, and no end of time.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from flask_login.records import StoredLogin
from flask_login.records._rotation import changes
from flask_login.records._rotation import Fields
from flask_login.records._rotation import judge
from flask_login.records._rotation import Move

NOW = 0
#: For how many ticks requests may be on their way.
GRACE = 1
#: How many ticks after its confirmation a cookie is replaced.
INTERVAL = 2
#: What is longer ago, or of an older generation, is all the same.
LONG_AGO = -(INTERVAL + GRACE + 1)
OLDEST = -3

Kind = t.Literal["restore", "session", "prefetch"]
WRITING = {Move.CONFIRM, Move.ROTATE, Move.RESEND}


class Row(t.NamedTuple):
    """What the store has of the login."""

    generation: int
    confirmed_at: int | None
    rotated_at: int


class Request(t.NamedTuple):
    """A request on its way, or being answered."""

    by_thief: bool
    cookie: int
    sent_at: int
    kind: Kind
    #: Whether somebody else wrote first, so that the row is read again.
    again: bool = False
    #: What was read, and when, if it was.
    read: Row | None = None
    read_at: int = NOW


class Answer(t.NamedTuple):
    """An answer to the browser that brings a cookie. It may be lost, or arrive twice."""

    cookie: int
    #: When it was decided on, or ``None`` if it can arrive at any time.
    judged_at: int | None


class Used(t.NamedTuple):
    """The newest generation that one side has used, and since when."""

    cookie: int = OLDEST
    at: int = NOW

    def later(self) -> Used:
        return Used(self.cookie, max(-(GRACE + 1), self.at - 1))


class State(t.NamedTuple):
    row: Row
    #: The cookie in the browser's jar, which its tabs share.
    browser: int
    thief: int | None = None
    requests: tuple[Request, ...] = ()
    answers: tuple[Answer, ...] = ()
    used_by_browser: Used = Used()
    used_by_thief: Used = Used()


#: What happened to a request or an answer.
Step: t.TypeAlias = tuple[str, Request | Answer | None]


class Wrong(Exception):
    """A property does not hold."""


@dataclass(frozen=True)
class Server:
    """The rules. Tests break them."""

    judge: Callable[..., Move] = judge
    changes: Callable[[Move, StoredLogin, int], tuple[Fields, Fields]] = changes
    grace: int = GRACE
    interval: int = INTERVAL
    #: Whether any accepted newest cookie is sent again.
    rewrites: bool = False
    #: Whether who lost a race reads again.
    reads_again: bool = True

    def move(self, row: Row, cookie: int, kind: Kind) -> Move:
        return self.judge(
            stored(row),
            cookie,
            NOW,
            interval=self.interval,
            grace=self.grace,
            restores=kind == "restore",
            prefetch=kind == "prefetch",
        )

    def write(self, row: Row, move: Move, read: Row, at: int) -> Row | None:
        """The row after a compare-and-swap, or ``None`` if somebody else was first."""
        changed, expected = self.changes(move, stored(read), at)
        found = row._asdict()
        return row._replace(**changed) if {**found, **expected} == found else None


def stored(row: Row) -> StoredLogin:
    return StoredLogin(
        key="key",
        user_id="ada",
        created_at=LONG_AGO,
        seen_at=LONG_AGO,
        expires_at=1,
        kept_until=1,
        authenticated_at=LONG_AGO,
        **row._asdict(),
    )


@dataclass
class Model:
    """A search through all states."""

    server: Server
    #: Whether somebody copies the cookie at some time.
    theft: bool = False
    #: How many requests are on their way at once, and answers.
    most_requests: int = 2
    most_answers: int = 2
    #: Answers arrive in fewer ticks than this. Those to a prefetch may be taken at any time.
    answers_take: int = INTERVAL

    def __post_init__(self) -> None:
        self.moves: dict[tuple[Row, int, Kind], Move] = {}
        self.ends_in_alarm: dict[tuple[Row, int, int], bool] = {}
        #: How each state was reached first.
        self.reached: dict[State, tuple[State | None, Step]] = {}

    def counterexample(self) -> list[str]:
        """The shortest way to something wrong, step by step. Empty if there is none."""
        start = State(Row(0, None, NOW), 0)
        self.reached = {start: (None, ("log in", None))}
        ahead = [start]

        for state in ahead:
            try:
                ahead += self.new_after(state)
            except Wrong as wrong:
                return [*self.way_to(state), str(wrong)]

        return []

    def new_after(self, before: State) -> Iterator[State]:
        for step, after in self.steps(before):
            state = normal(after)

            if state not in self.reached:
                self.reached[state] = before, step
                yield state

    def way_to(self, state: State) -> list[str]:
        before, step = self.reached[state]
        line = f"{step[0]:<14} {step[1]} -> {state.row} browser={state.browser} thief={state.thief}"
        return [*(self.way_to(before) if before else []), line]

    def steps(self, state: State) -> Iterator[tuple[Step, State]]:
        """All that can happen next."""
        if state.thief is not None and not self.is_found_out(state):
            raise Wrong("Whoever moves on: the other one is not noticed.")

        yield from self.sends(state)

        for index, request in enumerate(state.requests):
            rest = state.requests[:index] + state.requests[index + 1 :]
            others = state._replace(requests=rest)
            yield ("lose", request), others
            yield from self.handles(others, request)

        for index, answer in enumerate(state.answers):
            rest_of_answers = state.answers[:index] + state.answers[index + 1 :]
            yield ("lose", answer), state._replace(answers=rest_of_answers)
            yield ("deliver", answer), state._replace(browser=answer.cookie)

        if self.can_tick(state):
            yield ("tick", None), tick(state)

    def can_tick(self, state: State) -> bool:
        """Whether nothing has to happen before."""
        answers = [x.judged_at for x in state.answers if x.judged_at is not None]
        return all(request.sent_at > -GRACE for request in state.requests) and all(
            judged_at > 1 - self.answers_take for judged_at in answers
        )

    def sends(self, state: State) -> Iterator[tuple[Step, State]]:
        if self.theft and state.thief is None:
            yield ("steal", None), state._replace(thief=state.browser)

        if len(state.requests) == self.most_requests:
            return

        kinds = ["restore"] if self.theft else t.get_args(Kind)
        new = [Request(False, state.browser, NOW, kind) for kind in kinds]
        new += [] if state.thief is None else [Request(True, state.thief, NOW, "restore")]
        doubled = [x for x in state.requests if x.read is None and not x.again]

        for request in new + doubled:
            yield ("send", request), state._replace(requests=(*state.requests, request))

    def handles(self, state: State, request: Request) -> Iterator[tuple[Step, State]]:
        """What the server does next about a request, which is not among those of the state."""
        if request.read is not None:
            yield from self.writes(state, request, request.read)
            return

        move = self.move(state.row, request.cookie, request.kind)
        check(state, request, move)

        if move in WRITING:
            read = request._replace(read=state.row, read_at=NOW)
            yield ("read", request), state._replace(requests=(*state.requests, read))

        if move is Move.ACCEPT:
            done = self.uses(state, request)
            yield ("accept", request), done

            if self.server.rewrites and request.cookie == state.row.generation:
                yield ("rewrite", request), self.answers(done, request, request.cookie)

    def writes(self, state: State, request: Request, read: Row) -> Iterator[tuple[Step, State]]:
        move = self.move_at(read, request)
        row = self.server.write(state.row, move, read, request.read_at)

        if row is not None:
            after = self.uses(state._replace(row=row), request)

            if request.by_thief:
                yield (f"{move.name} in vain", request), after

            yield (move.name, request), self.answers(after, request, row.generation)
        elif not self.server.reads_again:
            raise Wrong(f"Refused: {request}")
        elif not request.again:
            again = request._replace(again=True, read=None, read_at=NOW)
            yield ("lose the race", request), state._replace(requests=(*state.requests, again))
        else:
            yield ("lose the race again", request), state

    def answers(self, state: State, request: Request, cookie: int) -> State:
        if request.by_thief:
            return state._replace(thief=cookie)

        judged_at = None if request.kind == "prefetch" else request.read_at
        answers = (*state.answers, Answer(cookie, judged_at))
        return state._replace(answers=answers[-self.most_answers :])

    def uses(self, state: State, request: Request) -> State:
        """Note what a side has used, if that is to be looked at."""
        side = "used_by_thief" if request.by_thief else "used_by_browser"
        before: Used = getattr(state, side)
        is_new = request.cookie > before.cookie and request.kind != "prefetch"
        return (
            state._replace(**{side: Used(request.cookie, NOW)}) if is_new and self.theft else state
        )

    def move(self, row: Row, cookie: int, kind: Kind) -> Move:
        known = row, cookie, kind

        if known not in self.moves:
            self.moves[known] = self.server.move(*known)

        return self.moves[known]

    def move_at(self, read: Row, request: Request) -> Move:
        """The move that was decided on when the row was read."""
        ago = request.read_at
        confirmed_at = None if read.confirmed_at is None else read.confirmed_at - ago
        return self.move(
            Row(read.generation, confirmed_at, read.rotated_at - ago), request.cookie, request.kind
        )

    def is_found_out(self, state: State) -> bool:
        """Whether there is an alarm if one side moves on, whichever, and the other side then uses
        its cookie twice.
        """
        known = state.row, state.browser, t.cast(int, state.thief)

        if known not in self.ends_in_alarm:
            row, browser, thief = known
            self.ends_in_alarm[known] = all(
                self.alarms(row, *sides) for sides in [(browser, thief), (thief, browser)]
            )

        return self.ends_in_alarm[known]

    def alarms(self, row: Row, this: int, other: int) -> bool:
        # It takes four uses at most: the newest cookie once more, confirm, the next one, confirm.
        for _ in range(4):
            row, this, move = self.use(later(row, INTERVAL), this)

            if move is Move.REUSE:
                return True

        for _ in range(2):
            row, other, move = self.use(later(row, GRACE + 1), other)

            if move is Move.REUSE:
                return True

        return False

    def use(self, row: Row, cookie: int) -> tuple[Row, int, Move]:
        """Use a cookie, and receive the answer, with nothing else on its way."""
        move = self.move(row, cookie, "restore")

        if move not in WRITING:
            return row, cookie, move

        written = self.server.write(row, move, row, NOW)
        assert written is not None
        return written, written.generation, move


def check(state: State, request: Request, move: Move) -> None:
    """Whether that move about a request is right."""
    if move is Move.UNKNOWN or (move is Move.REUSE and state.thief is None):
        raise Wrong(f"{move.name} without a thief: {request}")

    other = state.used_by_browser if request.by_thief else state.used_by_thief

    if other.cookie > request.cookie and NOW - other.at > GRACE and move is not Move.REUSE:
        raise Wrong(f"{move.name}, although the other side has moved on: {request}")


def tick(state: State) -> State:
    return state._replace(
        row=later(state.row, 1),
        requests=tuple(
            request._replace(
                sent_at=request.sent_at - 1,
                read=request.read and later(request.read, 1),
                read_at=request.read_at - 1 if request.read else NOW,
            )
            for request in state.requests
        ),
        answers=tuple(
            x._replace(judged_at=None if x.judged_at is None else x.judged_at - 1)
            for x in state.answers
        ),
        used_by_browser=state.used_by_browser.later(),
        used_by_thief=state.used_by_thief.later(),
    )


def later(row: Row, ticks: int) -> Row:
    confirmed_at = None if row.confirmed_at is None else max(LONG_AGO, row.confirmed_at - ticks)
    return Row(row.generation, confirmed_at, max(LONG_AGO, row.rotated_at - ticks))


def normal(state: State) -> State:
    """The same state, with the newest generation as 0, and everything in one order."""
    newest = state.row.generation

    def shift(cookie: int) -> int:
        return max(OLDEST, cookie - newest)

    if newest:
        state = state._replace(
            row=state.row._replace(generation=0),
            browser=shift(state.browser),
            thief=None if state.thief is None else shift(state.thief),
            requests=tuple(
                request._replace(
                    cookie=shift(request.cookie),
                    read=request.read
                    and request.read._replace(generation=shift(request.read.generation)),
                )
                for request in state.requests
            ),
            answers=tuple(answer._replace(cookie=shift(answer.cookie)) for answer in state.answers),
            used_by_browser=state.used_by_browser._replace(
                cookie=shift(state.used_by_browser.cookie)
            ),
            used_by_thief=state.used_by_thief._replace(cookie=shift(state.used_by_thief.cookie)),
        )

    return state._replace(
        requests=tuple(sorted(state.requests, key=in_text)),
        answers=tuple(sorted(state.answers, key=in_text)),
    )


@cache
def in_text(item: Request | Answer) -> str:
    """What items are put in order by. ``None`` could not be compared with a number."""
    return repr(item)
