"""What can be found, by ID: the one place that has the words."""

from __future__ import annotations

import typing as t

#: The page that explains each finding, in the documentation of this release.
PAGE = "docs/howto/check-your-setup.md"


class Entry(t.NamedTuple):
    """What is said of one kind of finding. Names in braces are filled in."""

    #: One sentence.
    message: str
    #: What to do.
    hint: str
    #: Whether it matters in production only.
    deploy: bool = False


class Problem(t.NamedTuple):
    """Something found: its ID, the setting to blame, and what its words need."""

    id: str
    setting: str | None
    facts: dict[str, t.Any]


def problem(id: str, setting: str | None = None, **facts: t.Any) -> Problem:
    return Problem(id, setting, facts)


#: E is an error: something is broken, or open. W is a warning, and I is information. A number means
#: one thing for ever.
CATALOG: dict[str, Entry] = {
    # Keys.
    "login.E001": Entry(
        "'SECRET_KEY' is not set, so nobody can log in.",
        'Make one: python -c "import secrets; print(secrets.token_hex())"',
    ),
    "login.E002": Entry(
        "'{setting}' has a key that is published in tutorials or examples: anyone can log in as"
        " anyone.",
        'Replace it: python -c "import secrets; print(secrets.token_hex())"',
    ),
    "login.W003": Entry(
        "'{setting}' has a key that is short enough to be guessed.",
        'Replace it: python -c "import secrets; print(secrets.token_hex())"',
    ),
    "login.E004": Entry(
        "'SECRET_KEY_FALLBACKS' is one string. Flask's session (from Flask 3.1 on) accepts each of"
        " its characters as a key: anyone can log in as anyone.",
        "Make it a list, even of one key.",
    ),
    "login.I005": Entry(
        "'SECRET_KEY_FALLBACKS' keeps old keys, of which nobody knows how old they are. What they"
        " signed lasts {longest} at most.",
        "Remove a key when that time has passed since it was replaced. Set 'SECRET_KEY_SINCE' to"
        " the date of the last change, and this check tells you when.",
        deploy=True,
    ),
    "login.W006": Entry(
        "'SECRET_KEY_FALLBACKS' is older than the longest cookie: 'SECRET_KEY' was changed on"
        " {since}, and what the older keys signed has expired after {longest}.",
        "Remove 'SECRET_KEY_FALLBACKS'.",
    ),
    # Settings.
    "login.E010": Entry(
        "{text}",
        "Correct the value. A setting that cannot work is an error where it is used.",
    ),
    "login.W011": Entry(
        "'{setting}' is {value!r}, which is no bool and counts as {truth}.",
        "Set it to True or False. In environment variables, use a name with the prefix 'FLASK_' and"
        " 'app.config.from_prefixed_env()', which reads 'false' as False.",
    ),
    "login.W012": Entry(
        "'{setting}' is not a setting of Flask or Flask-Login, and nearly '{known}'.",
        "Rename it to '{known}'. If it is the application's own, ignore this.",
    ),
    "login.E013": Entry(
        "'LOGIN_DISABLED' is {value!r}, which opens every guarded view to everyone.",
        "Remove it. In tests, log in with flask_login.testing.LoginClient instead.",
    ),
    "login.W014": Entry(
        "'{setting}' is {value!r}, which is not a mode and protects as 'basic'.",
        "Set it to 'basic', 'strong' or None.",
    ),
    "login.W015": Entry(
        "'FORCE_HOST_FOR_REDIRECTS' is {value!r}, which is not a host: users would be redirected to"
        " a URL that leads nowhere.",
        "Set it to a host without a scheme and a path, such as 'www.example.com'.",
    ),
    # Cookies.
    "login.E020": Entry(
        "Browsers refuse the {cookie} cookie: {reason}.",
        "Change one of these settings.",
    ),
    "login.E021": Entry(
        "'{setting}' is {value!r}, and each response that sets the cookie is an error.",
        "Set it to 'Lax', 'Strict', 'None' (a string) or None.",
    ),
    "login.W022": Entry(
        "The remember-me cookie, which logs in by itself, is weaker than the session cookie:"
        " '{setting}' is {value!r}, and '{session_setting}' is {session_value!r}.",
        "Remove '{setting}', or set it to {session_value!r}.",
    ),
    "login.W023": Entry(
        "'{setting}' is off, so scripts can read the cookie, and one injected script can steal it.",
        "Remove it, or set it to True.",
    ),
    "login.W024": Entry(
        "'{setting}' is not True, so browsers send the cookie over HTTP, where anyone on the"
        " network can read it.",
        "Serve the site over HTTPS, and set it to True.",
        deploy=True,
    ),
    "login.W025": Entry(
        "'{setting}' is not set, so forms on other sites may be sent with the cookie.",
        "Set it to 'Lax'.",
        deploy=True,
    ),
    "login.W026": Entry(
        "'{setting}' sends the cookie to every host under '{domain}'.",
        "Remove it, unless other hosts need the login. Whoever controls one of them can read the"
        " cookie.",
    ),
    "login.I027": Entry(
        "'{setting}' is 'None', so requests from other sites carry the cookie.",
        "Only applications in frames of other sites need it. They need CSRF tokens as well.",
        deploy=True,
    ),
    # Lifetimes.
    "login.W040": Entry(
        "A login lasts {value} without re-authentication, and NIST SP 800-63B-4 {verb} at most"
        " {limit} at AAL{aal}.",
        "Set 'LOGIN_ABSOLUTE_TIMEOUT' to that or less.",
    ),
    "login.W041": Entry(
        "A login lasts {value} without activity, and NIST SP 800-63B-4 recommends at most {limit}"
        " at AAL{aal}.",
        "Set 'LOGIN_IDLE_TIMEOUT' to that or less.",
    ),
    "login.W042": Entry(
        "A login is remembered for {value}, and NIST SP 800-63B-4 {verb} at most {limit} at"
        " AAL{aal}.",
        "Set 'REMEMBER_COOKIE_DURATION', or 'LOGIN_ABSOLUTE_TIMEOUT', to that or less.",
    ),
    "login.W043": Entry(
        "A remember-me cookie revives a login that was idle for too long, which AAL{aal} of NIST SP"
        " 800-63B-4 does not allow.",
        "Set 'REMEMBER_COOKIE_DURATION' to None, and offer no 'remember'.",
    ),
    "login.I044": Entry(
        "'{setting}' is longer than 'LOGIN_ABSOLUTE_TIMEOUT', which ends the login before.",
        "Make it shorter, or remove it.",
    ),
    "login.I045": Entry(
        "'REMEMBER_COOKIE_ACCEPT_LEGACY' is not limited: cookies of Flask-Login 0.6.3 never expire"
        " on the server, and a new password does not end them.",
        "Set it to False, or to an aware date: 'REMEMBER_COOKIE_DURATION' after the upgrade.",
        deploy=True,
    ),
    "login.W046": Entry(
        "'REMEMBER_COOKIE_FORMAT' is 'legacy': remember-me cookies never expire on the server, and"
        " a new password does not end them.",
        "Remove it as soon as no worker runs Flask-Login 0.6.3.",
        deploy=True,
    ),
    # Views.
    "login.E050": Entry(
        "{name} is '{view}', and there is no such endpoint: whoever has to go there gets an error.",
        "Correct it. An endpoint of a blueprint has the name of the blueprint and a dot in front.",
    ),
    "login.W051": Entry(
        "{name} is '{view}', and no view of this application answers that path.",
        "Correct it, or ignore this if something else serves the path.",
    ),
    "login.E052": Entry(
        "{name} is '{view}', which is itself closed to those who are sent there ({methods}):"
        " nobody can log in.",
        "Remove the guard. Where a login is required by default, mark the view with"
        " 'login_exempt'.",
    ),
    "login.W053": Entry(
        "{name} is '{view}', which does not answer POST, so a form on it cannot be sent there.",
        "Add methods=['GET', 'POST'] to its route. If users log in elsewhere, ignore this.",
    ),
    "login.W054": Entry(
        "The login form at '{view}' is not protected against forged requests by any extension.",
        "Use 'CSRFProtect' of Flask-WTF. If the form checks a token by itself, as 'FlaskForm' does,"
        " and all others do, ignore this.",
    ),
    # Deployment.
    "login.W060": Entry(
        "There is no 'ProxyFix', and {evidence}: all users seem to have one address, and URLs may"
        " have the wrong scheme and host.",
        "Wrap 'app.wsgi_app' in 'werkzeug.middleware.proxy_fix.ProxyFix'. If no proxy is in front,"
        " ignore this.",
        deploy=True,
    ),
    "login.I061": Entry(
        "There is no 'ProxyFix'. Behind a proxy, all users would seem to have one address.",
        "If a proxy is in front, wrap 'app.wsgi_app' in 'werkzeug.middleware.proxy_fix.ProxyFix'.",
        deploy=True,
    ),
    "login.W062": Entry(
        "{name} is on another host, which is told by the request's 'Host' header where to send"
        " users back to, and 'TRUSTED_HOSTS' does not limit that.",
        "Set 'TRUSTED_HOSTS' to the hosts of this site (Flask 3.1 or newer).",
        deploy=True,
    ),
    "login.E063": Entry(
        "Logins are on record in the memory of one process, and there are {workers} workers: users"
        " would be logged out at random.",
        "Keep records in a database or in Redis.",
    ),
    "login.W064": Entry(
        "Logins are on record in memory: a restart logs everyone out, and a second worker would not"
        " know of them.",
        "Keep records in a database or in Redis.",
        deploy=True,
    ),
    "login.W065": Entry(
        "Debug mode is on: error pages let visitors run code, and cookies do not default to HTTPS.",
        "Start the application without '--debug', and without 'FLASK_DEBUG'.",
        deploy=True,
    ),
    # Loaders.
    "login.E070": Entry(
        "No loader is registered, so asking for the current user is an error.",
        "Register a function with 'LoginManager.user_loader' or 'LoginManager.request_loader'.",
    ),
    "login.W071": Entry(
        "The user class '{user_class}' has no 'get_session_stamp', so a new password does not end"
        " the user's other sessions.",
        "Add the method. It returns something that changes with the password, such as its hash.",
        deploy=True,
    ),
    "login.E072": Entry(
        "The user_loader raises {error} for every ID that was tried: a user who has been deleted"
        " gets an error page until their cookie is gone.",
        "Have it return None for an unknown ID.",
    ),
    "login.W073": Entry(
        "The user_loader raises {error} for the ID {user_id!r}: a session from before IDs changed"
        " their form gets an error page until its cookie is gone.",
        "Have it return None for an ID that cannot be one, such as one that 'int()' refuses.",
    ),
    "login.W074": Entry(
        "The user_loader finds somebody for an ID that nobody has: deleted users stay logged in.",
        "Have it look the ID up, and return None if there is no such user.",
    ),
    "login.E075": Entry(
        "'{setting}' is '{visitors}', whose 'is_authenticated' is true: guards let every visitor"
        " in.",
        "Make it a class that inherits from AnonymousUserMixin, and not from UserMixin.",
    ),
}
