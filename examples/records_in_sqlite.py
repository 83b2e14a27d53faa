"""Recorded logins in a SQLite file, with the standard library only. ::

login_manager = LoginManager(records=SQLiteRecords(lambda: sqlite3.connect("logins.db")))
"""

import json
from contextlib import contextmanager
from dataclasses import asdict
from dataclasses import replace

from flask_login.records import Created
from flask_login.records import Found
from flask_login.records import StoredLogin

TABLES = [
    "CREATE TABLE IF NOT EXISTS login (user_id, key, row, epoch, PRIMARY KEY (user_id, key))",
    "CREATE TABLE IF NOT EXISTS many_ended (whose PRIMARY KEY, at, times)",
]
READ = "SELECT row, epoch IS (SELECT times FROM many_ended WHERE whose = 'everyone') FROM login"
WRITE = "REPLACE INTO login SELECT ?, ?, ?, (SELECT times FROM many_ended WHERE whose = 'everyone')"
NOTE = """INSERT INTO many_ended VALUES (?, ?, 1)
    ON CONFLICT (whose) DO UPDATE SET at = max(at, excluded.at), times = times + 1"""


class SQLiteRecords:
    def __init__(self, connect):
        self.connect = connect

        with self.transaction() as db:
            for statement in TABLES:
                db.execute(statement)

    def find(self, user_id, key):
        with self.transaction() as db:
            return Found(logins_of(user_id, db).get(key), not_adopted_until(user_id, db))

    def create(self, login, *, limit=None, end_oldest=True):
        with self.transaction() as db:
            counting = newest_first(logins_of(login.user_id, db), login.created_at)
            surplus = [] if limit is None else counting[limit - 1 :]

            if surplus and not end_oldest:
                return Created(False)

            write([login, *(over(old, "ended") for old in surplus)], db)
            return Created(True, [old.key for old in surplus])

    def adopt(self, login):
        with self.transaction() as db:
            if found := logins_of(login.user_id, db).get(login.key):
                return found

            if login.authenticated_at <= not_adopted_until(login.user_id, db):
                return None

            write([login], db)
            return login

    def change(self, user_id, key, changes, *, expected=None):
        with self.transaction() as db:
            login = logins_of(user_id, db).get(key)

            if login is None or login.ended:
                return False

            if asdict(login) | dict(expected or {}) != asdict(login):
                return False

            write([replace(login, **changes)], db)
            return True

    def list(self, user_id, now):
        with self.transaction() as db:
            return newest_first(logins_of(user_id, db), now)

    def end(self, user_id, now, *, keys=None, besides=None, reason="ended"):
        with self.transaction() as db:
            if keys is None:
                db.execute(NOTE, [f"user {user_id}", now])

            logins = [login for key, login in logins_of(user_id, db).items() if key != besides]
            going = [x for x in logins if not x.ended and (keys is None or x.key in keys)]
            write([over(login, reason) for login in going], db)
            return [login.key for login in going if login.expires_at > now]

    def end_all(self, now):
        with self.transaction() as db:
            db.execute(NOTE, ["everyone", now])

    def purge(self, now):
        with self.transaction() as db:
            due = "DELETE FROM login WHERE json_extract(row, '$.kept_until') <= ?"
            return db.execute(due, [now]).rowcount

    @contextmanager
    def transaction(self):
        """Run a transaction. Only one runs at a time, in all threads and processes."""
        db = self.connect()
        db.isolation_level = None

        try:
            db.execute("BEGIN IMMEDIATE")
            yield db
            db.execute("COMMIT")
        finally:
            db.close()


def logins_of(user_id, db):
    """Return the logins of a user by key. A row from before 'end_all' counts as ended."""
    rows = db.execute(f"{READ} WHERE user_id = ?", [user_id])
    logins = [(StoredLogin(**json.loads(row)), is_new) for row, is_new in rows]
    return {x.key: x if x.ended or is_new else over(x, "ended") for x, is_new in logins}


def write(logins, db):
    rows = [(login.user_id, login.key, json.dumps(asdict(login))) for login in logins]
    db.executemany(WRITE, rows)


def not_adopted_until(user_id, db):
    at = "SELECT max(at) FROM many_ended WHERE whose IN ('everyone', ?)"
    return db.execute(at, [f"user {user_id}"]).fetchone()[0] or 0


def newest_first(logins, now):
    counting = [x for x in logins.values() if not x.ended and x.expires_at > now]
    return sorted(counting, key=lambda login: -login.created_at)


def over(login, reason):
    return replace(login, ended=reason, user_agent="", address="", label="")
