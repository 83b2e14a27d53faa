"""The fields of a record that the tables name often."""

from __future__ import annotations

#: A pattern of scenarios; the steps as a number, as ``first-last`` or as a pattern; the fields.
Point = tuple[str, ...]

ANSWERS = ("answer user", "answer authenticated", "answer remembered")
COOKIE = "cookie remember_token"
PROTECTION = "protection of remember_token"
ACCESSED = "heard user_accessed"
FROM_COOKIE = "heard user_loaded_from_cookie"
PROTECTED = "heard session_protected"
FRESH = "session _fresh"
IDENTIFIER = "session _id"
USER_ID = "session _user_id"
LOGIN = (FRESH, USER_ID)
VARY = "vary"
