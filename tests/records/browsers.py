"""Browsers that send requests to several workers at once, and know what each answer may say.

A login is *in* until something that ends it has begun, *over* from when that was answered, and in
between it may be either. All answers are judged by the cookies that the request carried.
"""

from __future__ import annotations

import json
import typing as t
from collections.abc import Callable
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from dataclasses import field
from http.client import HTTPConnection
from http.client import HTTPException
from http.cookies import SimpleCookie
from itertools import count
from random import Random
from threading import Lock

from flask import Flask
from served import GRACE
from served import ROTATE

from flask_login.records._rows import key_of

#: How many requests a browser sends at once.
AT_ONCE = 4

Jar: t.TypeAlias = "dict[str, str]"


class Answer(t.NamedTuple):
    status: int
    retry_after: str | None
    #: The cookies that it sets, and ``None`` for those that it deletes.
    cookies: dict[str, str | None]
    said: dict[str, t.Any]


@dataclass
class Begun:
    """A login: when its request was sent, and when the answer came."""

    user_id: str
    sent: int
    answered: int


@dataclass
class End:
    """Something that ends logins: these, or all of a user besides one."""

    sent: int
    keys: Collection[str] = ()
    user_id: str | None = None
    besides: str | None = None
    answered: int | None = None

    def may_cover(self, key: str, login: Begun) -> bool:
        is_of_user = login.user_id == self.user_id and key != self.besides
        is_later = self.answered is not None and login.sent > self.answered
        return key in self.keys or (is_of_user and not is_later)

    def covers(self, key: str, login: Begun) -> bool:
        return key in self.keys or (self.may_cover(key, login) and login.answered < self.sent)


@dataclass
class History:
    """What all browsers know together."""

    #: A number for each instant.
    ticks: t.Any = field(default_factory=count)
    logins: dict[str, Begun] = field(default_factory=dict)
    ends: list[End] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    #: How often which kind of thing has happened.
    seen: dict[str, int] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def note(self, what: str) -> None:
        with self.lock:
            self.seen[what] = self.seen.get(what, 0) + 1

    def begin_end(self, **what: t.Any) -> End:
        end = End(next(self.ticks), **what)
        self.ends.append(end)
        return end

    def is_over(self, key: str, sent: int) -> bool:
        """Whether a login was over when a request was sent."""
        login = self.logins[key]
        return any(
            end.answered is not None and end.answered < sent and end.covers(key, login)
            for end in list(self.ends)
        )

    def is_in(self, key: str) -> bool:
        """Whether nothing has begun yet to end a login."""
        login = self.logins[key]
        return not any(end.may_cover(key, login) for end in list(self.ends))

    def possible(self, keys: Collection[str | None], sent: int) -> set[str | None]:
        """The logins by which a request may have been answered that carried these in its session
        and its remember-me cookie.
        """
        possible: set[str | None] = set()

        for key in keys:
            if key is None or self.is_over(key, sent):
                continue

            possible.add(key)

            if self.is_in(key):
                return possible

        return {*possible, None}


class Site:
    """The workers, by the ports at which they listen."""

    def __init__(self, ports: list[int], app: Flask) -> None:
        self.ports = ports
        #: To read their session cookies by.
        self._serializer: t.Any = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]

    def send(self, method: str, path: str, jar: Jar, ahead: int, port: int) -> Answer | None:
        """Send a request, and return the answer, or ``None`` if the connection broke."""
        cookies = "; ".join(f"{name}={value}" for name, value in jar.items())
        connection = HTTPConnection("127.0.0.1", port, timeout=60)

        try:
            connection.request(method, path, headers={"Cookie": cookies, "X-Ahead": str(ahead)})
            response = connection.getresponse()
            content = response.read()
        except (OSError, HTTPException):
            return None
        finally:
            connection.close()

        set_cookies: dict[str, str | None] = {}

        for header in response.headers.get_all("Set-Cookie") or ():
            for name, morsel in SimpleCookie(header).items():
                set_cookies[name] = None if morsel["max-age"] == "0" else morsel.value

        is_json = response.headers.get_content_type() == "application/json"
        retry_after = response.headers["Retry-After"]
        return Answer(
            response.status, retry_after, set_cookies, json.loads(content) if is_json else {}
        )

    def keys_in(self, jar: Jar) -> tuple[str | None, str | None]:
        """The login that a session cookie carries, and that of a remember-me cookie."""
        in_session = self._serializer.loads(jar["session"]) if "session" in jar else {}
        record = in_session.get("_login", "").partition("|")[0]
        secret = record.rpartition(".")[2] if "_user_id" in in_session else ""
        token = jar.get("remember_token", "|").partition("|")[2].partition(".")[0]
        return key_of(secret) if secret else None, key_of(token) if token else None


class Browser:
    """Sends several requests at once and keeps the cookies of the newest answer.

    It has a time of its own. A request takes no longer than the grace, and all are answered before
    an interval passes: beyond that, an alarm is what is documented.
    """

    def __init__(self, site: Site, history: History, user_id: str, seed: int) -> None:
        self.site = site
        self.history = history
        self.user_id = user_id
        self.jar: Jar = {}
        self.sent = 0
        self.ahead = 0
        #: The newest login, unless the browser has logged out or forgotten it.
        self.login: str | None = None
        self._random = Random(seed)
        self._copies: list[Jar] = []
        self._lock = Lock()

    def live(self, requests: int) -> None:
        """Send about so many requests."""
        with ThreadPoolExecutor(AT_ONCE) as threads:
            while self.sent < requests and not self.history.faults:
                self._spend_a_while(threads)

    def ask(
        self, path: str = "/me", jar: Jar | None = None, *, method: str = "GET", keep: bool = True
    ) -> Answer | None:
        """Send a request, judge the answer, and keep its cookies."""
        sent = next(self.history.ticks)
        jar = dict(self.jar) if jar is None else jar
        answer = self._send(method, path, jar)

        if answer is None or answer.status != 200:
            self.history.note("no answer" if answer is None else f"status {answer.status}")
            return answer

        self._judge(answer, jar, sent, path)

        if keep:
            self._keep(answer)

        return answer

    def log_in(self, how: str) -> None:
        jar = dict(self.jar)
        session, token = self.site.keys_in(jar)
        # One that is not remembered leaves the remembered one alone.
        replaced = {session, token} if how == "remember" else {session} - {token}
        end = self.history.begin_end(keys=replaced - {None})
        answer = self._send("POST", f"/login/{self.user_id}/{how}", jar)

        if answer is not None and answer.status == 200:
            login = Begun(self.user_id, end.sent, next(self.history.ticks))
            self.login = answer.said["login"]
            self.history.logins[answer.said["login"]] = login
            self._keep(answer)
            self._settle(end)
            self.history.note("login")

    def log_out(self) -> None:
        jar = dict(self.jar)
        self.login = None
        end = self.history.begin_end(keys={*self.site.keys_in(jar)} - {None})

        if self.ask("/logout/this", jar, method="POST"):
            self._settle(end)
            self.history.note("logout")

    def log_others_out(self) -> None:
        end = self.history.begin_end(user_id=self.user_id)
        answer = self.ask("/logout/others", method="POST")

        if answer is not None and answer.said["login"] is not None:
            end.besides = answer.said["login"]
            self._settle(end)
            self.history.note("logout of others")
        elif answer is not None:
            end.user_id = None

    def end_another(self) -> None:
        """End one of the user's logins: mostly that of another browser."""
        listed = self.ask("/logins")
        logins = [] if listed is None else listed.said["logins"]

        if not logins:
            return

        key = self._random.choice(logins)
        end = self.history.begin_end(keys={key})
        answer = self.ask(f"/end/{key}", method="POST")

        if answer is not None and answer.said["ended"]:
            self._settle(end)
            self.history.note("end of another")

    def restart(self) -> None:
        """Lose the session cookie, as a browser that was closed does."""
        self.jar.pop("session", None)

        if self.login not in self.site.keys_in(self.jar):
            self.login = None

    def _spend_a_while(self, threads: ThreadPoolExecutor) -> None:
        before = dict(self.jar)
        pause = self._random.choice((0, GRACE // 5, GRACE * 2 // 3, ROTATE, ROTATE))
        self.ahead += pause

        if self._is_out():
            self.log_in("session" if self._random.random() < 0.1 else "remember")

        if self._random.random() < 0.5:
            self.restart()

        acts: list[Callable[[], object]] = [self.ask] * 7
        acts += [lambda: self.ask("/write")] * 2
        # An answer that never arrives, a copy of an old cookie, and a request that took its time.
        acts.append(lambda: self.ask(keep=False))
        acts += [lambda jar=jar: self.ask(jar=jar, keep=False) for jar in self._old_cookies()]

        if pause < GRACE and before:
            acts.append(lambda: self.ask(jar=before))

        if self._random.random() < 0.1:
            acts.append(lambda: self.log_in("remember"))
        elif self._random.random() < 0.15:
            acts.append(self._random.choice((self.log_out, self.log_others_out, self.end_another)))

        self._random.shuffle(acts)

        for done in [threads.submit(act) for act in acts]:
            done.result()

        self._copies.append(dict(self.jar))

        if self.login is not None and self.history.is_in(self.login):
            self.history.note("overwritten" if self._is_out() else "kept")

    def _is_out(self) -> bool:
        login = self.login
        is_in_jar = login in self.site.keys_in(self.jar)
        return login is None or not is_in_jar or not self.history.is_in(login)

    def _old_cookies(self) -> list[Jar]:
        """Of a few jars from before: the session cookie, with the remember-me cookie only if that
        login is over. Otherwise it would be a thief's.
        """
        now = next(self.history.ticks)
        few = self._random.sample(self._copies, min(2, len(self._copies)))
        alone = [{name: jar[name] for name in jar if name == "session"} for jar in few]
        keys = [self.site.keys_in(jar)[1] for jar in few]
        return [
            jar if key is not None and self.history.is_over(key, now) else session
            for jar, key, session in zip(few, keys, alone, strict=True)
        ]

    def _send(self, method: str, path: str, jar: Jar) -> Answer | None:
        with self._lock:
            self.sent += 1
            port = self._random.choice(self.site.ports)

        return self.site.send(method, path, jar, self.ahead, port)

    def _settle(self, end: End) -> None:
        end.answered = next(self.history.ticks)

    def _judge(self, answer: Answer, jar: Jar, sent: int, path: str) -> None:
        keys = self.site.keys_in(jar)
        possible = self.history.possible(keys, sent)
        login = answer.said["login"]
        self.history.note("nobody" if login is None else "in")

        if login not in possible or answer.said["reason"] == "stolen":
            self._blame(f"{path} with {keys}: {possible}, but {answer.said}")

        if login == keys[1] != keys[0]:
            self.history.note("restored")

            if answer.cookies.get("remember_token"):
                self.history.note("rotated")

        # An older answer may overwrite a login. That to a request that carried it may not.
        for key, then in zip(keys, self.site.keys_in(updated(jar, answer)), strict=True):
            if key not in (None, then) and self.history.is_in(key):
                self._blame(f"{path} takes {key} away for {then}")

    def _blame(self, what: str) -> None:
        self.history.faults.append(what)

    def _keep(self, answer: Answer) -> None:
        with self._lock:
            self.jar = updated(self.jar, answer)


def updated(jar: Jar, answer: Answer) -> Jar:
    cookies = {**jar, **answer.cookies}
    return {name: value for name, value in cookies.items() if value is not None}
