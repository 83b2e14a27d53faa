"""The texts of all findings, by ID."""

from __future__ import annotations

import typing as t

#: The page that explains each finding, in the documentation of this release.
PAGE = "docs/howto/check-your-setup.md"


class Entry(t.NamedTuple):
    """The texts of one kind of finding. Names in braces are filled in."""

    #: What is wrong, and why it matters.
    message: str
    #: What to do.
    hint: str
    #: Whether it matters in production only.
    deploy: bool = False


class Problem(t.NamedTuple):
    """A finding without its texts: its ID, its setting, and the facts for its texts."""

    id: str
    setting: str | None
    facts: dict[str, t.Any]


def problem(id: str, setting: str | None = None, **facts: t.Any) -> Problem:
    return Problem(id, setting, facts)


#: E is an error: something is broken, or open to everyone. W is a warning, I is information. A
#: number never changes its meaning.
CATALOG: dict[str, Entry] = {
    # Keys.
    "login.E001": Entry(
        "'SECRET_KEY' is not set, so nobody can log in.",
        'Generate one: python -c "import secrets; print(secrets.token_hex())"',
    ),
    "login.E002": Entry(
        "'{setting}' has a key from tutorials or examples, so anyone can log in as any user.",
        'Replace it: python -c "import secrets; print(secrets.token_hex())"',
    ),
    "login.W003": Entry(
        "'{setting}' has a key that is too short: an attacker can guess it.",
        'Replace it: python -c "import secrets; print(secrets.token_hex())"',
    ),
    "login.E004": Entry(
        "'SECRET_KEY_FALLBACKS' is a string, and Flask (from 3.1 on) accepts each of its characters"
        " as a key: anyone can log in as any user.",
        "Make it a list, even for a single key.",
    ),
    "login.I005": Entry(
        "'SECRET_KEY_FALLBACKS' has old keys of unknown age. What they signed expires within"
        " {longest}.",
        "Remove a key when that time has passed since it was replaced. If you set"
        " 'SECRET_KEY_SINCE' to the date of the last change, this check tells you when.",
        deploy=True,
    ),
    "login.W006": Entry(
        "'SECRET_KEY_FALLBACKS' is no longer needed: 'SECRET_KEY' was changed on {since}, and"
        " everything that older keys signed has expired after {longest}.",
        "Remove 'SECRET_KEY_FALLBACKS'.",
    ),
    # Settings.
    "login.E010": Entry(
        "{text}",
        "Correct the value. Otherwise, code that uses the setting raises an error.",
    ),
    "login.W011": Entry(
        "'{setting}' is {value!r}, which is not a bool and counts as {truth}.",
        "Set it to True or False. For an environment variable, put 'FLASK_' before its name and"
        " call 'app.config.from_prefixed_env()', which reads 'false' as False.",
    ),
    "login.W012": Entry(
        "'{setting}' is not a setting of Flask or Flask-Login. Did you mean '{known}'?",
        "Rename it to '{known}'. If it is your own setting, pass '--ignore login.W012'.",
    ),
    "login.E013": Entry(
        "'LOGIN_DISABLED' is {value!r}, so every guarded view is open to everyone.",
        "Remove it. In tests, log in with 'flask_login.testing.LoginClient' instead.",
    ),
    "login.W014": Entry(
        "'{setting}' is {value!r}, which is not a mode of session protection, so 'basic' is used.",
        "Set it to 'basic', 'strong' or None.",
    ),
    "login.W015": Entry(
        "'FORCE_HOST_FOR_REDIRECTS' is {value!r}, which is not a host, so users are redirected to a"
        " broken URL.",
        "Set it to a host without a scheme or a path, such as 'www.example.com'.",
    ),
    # Cookies.
    "login.E020": Entry(
        "Browsers reject the {cookie} cookie: {reason}.",
        "Change one of these settings.",
    ),
    "login.E021": Entry(
        "'{setting}' is {value!r}, so each response that sets the cookie is an error 500.",
        "Set it to 'Lax', 'Strict', 'None' (a string) or None.",
    ),
    "login.W022": Entry(
        "The remember-me cookie logs users in, but has less protection than the session cookie:"
        " '{setting}' is {value!r}, and '{session_setting}' is {session_value!r}.",
        "Remove '{setting}', or set it to {session_value!r}.",
    ),
    "login.W023": Entry(
        "'{setting}' is off, so scripts can read the cookie, and an injected script can steal it.",
        "Remove it, or set it to True.",
    ),
    "login.W024": Entry(
        "'{setting}' is not True, so browsers also send the cookie over HTTP, where anyone on the"
        " network can read it.",
        "Serve the site over HTTPS, and set it to True.",
        deploy=True,
    ),
    "login.W025": Entry(
        "'{setting}' is not set, so some browsers send the cookie with forms on other sites.",
        "Set it to 'Lax'.",
        deploy=True,
    ),
    "login.W026": Entry(
        "'{setting}' sends the cookie to every host under '{domain}'.",
        "Remove it, unless other hosts need the login. Anyone who controls one of these hosts can"
        " read the cookie.",
    ),
    "login.I027": Entry(
        "'{setting}' is 'None', so browsers send the cookie with requests from other sites.",
        "Set it to 'Lax', unless other sites show this one in a frame. Then CSRF tokens are the"
        " only protection against forged requests.",
        deploy=True,
    ),
    # Lifetimes.
    "login.W040": Entry(
        "A login lasts {value} without re-authentication, but NIST SP 800-63B-4 {verb} at most"
        " {limit} at AAL{aal}.",
        "Set 'LOGIN_ABSOLUTE_TIMEOUT' to {limit} or less.",
    ),
    "login.W041": Entry(
        "A login lasts {value} without activity, but NIST SP 800-63B-4 recommends at most {limit}"
        " at AAL{aal}.",
        "Set 'LOGIN_IDLE_TIMEOUT' to {limit} or less.",
    ),
    "login.W042": Entry(
        "A login is remembered for {value}, but NIST SP 800-63B-4 {verb} at most {limit} at"
        " AAL{aal}.",
        "Set 'REMEMBER_COOKIE_DURATION' or 'LOGIN_ABSOLUTE_TIMEOUT' to {limit} or less.",
    ),
    "login.W043": Entry(
        "After an idle timeout, the remember-me cookie logs the user in again without"
        " authentication, which NIST SP 800-63B-4 does not allow at AAL{aal}.",
        "Set 'REMEMBER_COOKIE_DURATION' to None, and do not offer 'remember'.",
    ),
    "login.I044": Entry(
        "'{setting}' has no effect: 'LOGIN_ABSOLUTE_TIMEOUT' is shorter and ends the login first.",
        "Make it shorter, or remove it.",
    ),
    "login.I045": Entry(
        "'REMEMBER_COOKIE_ACCEPT_LEGACY' has no end date: remember-me cookies of Flask-Login 0.6.3"
        " never expire on the server, and a new password does not revoke them.",
        "Set it to False. After an upgrade from 0.6.3, set it to a datetime with a time zone: the"
        " day of the upgrade plus 'REMEMBER_COOKIE_DURATION'.",
        deploy=True,
    ),
    "login.W046": Entry(
        "'REMEMBER_COOKIE_FORMAT' is 'legacy': remember-me cookies never expire on the server, and"
        " a new password does not revoke them.",
        "Remove it as soon as no worker runs Flask-Login 0.6.3.",
        deploy=True,
    ),
    # Views.
    "login.E050": Entry(
        "{name} is '{view}', but no view has this endpoint, so a redirect to it is an error.",
        "Correct it. The endpoint of a blueprint's view begins with the blueprint's name, as in"
        " 'auth.login'.",
    ),
    "login.W051": Entry(
        "{name} is '{view}', but no view of this application has this path.",
        "Correct it. If another server handles the path, pass '--ignore login.W051'.",
    ),
    "login.E052": Entry(
        "{name} is '{view}', which refuses the users who are sent there ({methods}), so they cannot"
        " log in.",
        "Remove the guard. If a login is required by default, mark the view with 'login_exempt'.",
    ),
    "login.W053": Entry(
        "{name} is '{view}', which does not accept POST, so a form on it cannot be submitted to"
        " it.",
        "Add methods=['GET', 'POST'] to its route. If users log in elsewhere, pass"
        " '--ignore login.W053'.",
    ),
    "login.W054": Entry(
        "No extension protects the login form at '{view}' against forged requests (CSRF).",
        "Use 'CSRFProtect' of Flask-WTF. If all your forms check a CSRF token themselves, as"
        " 'FlaskForm' does, pass '--ignore login.W054'.",
    ),
    # Deployment.
    "login.W060": Entry(
        "There is no 'ProxyFix', but probably a proxy ({evidence}): all users seem to have the same"
        " address, and URLs may have the wrong scheme and host.",
        "Wrap 'app.wsgi_app' in 'werkzeug.middleware.proxy_fix.ProxyFix'. If there is no proxy,"
        " pass '--ignore login.W060'.",
        deploy=True,
    ),
    "login.I061": Entry(
        "There is no 'ProxyFix'. Behind a proxy, all users would seem to have the same address.",
        "If there is a proxy, wrap 'app.wsgi_app' in 'werkzeug.middleware.proxy_fix.ProxyFix'.",
        deploy=True,
    ),
    "login.W062": Entry(
        "{name} is on another host, and 'TRUSTED_HOSTS' is not set, so a forged 'Host' header"
        " decides where users return to after they log in.",
        "Set 'TRUSTED_HOSTS' to the hosts of this site (Flask 3.1 or newer).",
        deploy=True,
    ),
    "login.E063": Entry(
        "Logins are recorded in the memory of one process, but there are {workers} workers, so"
        " users are logged out at random.",
        "Keep the records in a database or in Redis.",
    ),
    "login.W064": Entry(
        "Logins are recorded in memory: a restart logs everyone out, and a second worker would not"
        " know them.",
        "Keep the records in a database or in Redis.",
        deploy=True,
    ),
    "login.W065": Entry(
        "Debug mode is on: error pages let visitors run code, and the remember-me cookie is not"
        " 'Secure' by default.",
        "Start the application without '--debug' and without 'FLASK_DEBUG'.",
        deploy=True,
    ),
    # Loaders.
    "login.E070": Entry(
        "No loader is registered, so 'current_user' raises an error.",
        "Register a function with 'LoginManager.user_loader' or 'LoginManager.request_loader'.",
    ),
    "login.W071": Entry(
        "The user class '{user_class}' has no 'get_session_stamp', so a new password does not end"
        " the user's other logins.",
        "Add the method. Return a value that changes with the password, such as its hash.",
        deploy=True,
    ),
    "login.E072": Entry(
        "The user loader raises {error} for every ID that was tried, so a deleted user gets an"
        " error page until their cookie is gone.",
        "Return None for an unknown ID.",
    ),
    "login.W073": Entry(
        "The user loader raises {error} for the ID {user_id!r}. If the form of your IDs has"
        " changed, users with an old session get an error page until their cookie is gone.",
        "Return None for an ID that cannot exist, such as one that 'int()' rejects.",
    ),
    "login.W074": Entry(
        "The user loader returns a user for an ID that nobody has, so deleted users stay logged"
        " in.",
        "Look the ID up, and return None if there is no such user.",
    ),
    "login.E075": Entry(
        "'{setting}' is '{visitors}', whose 'is_authenticated' is true, so guards let every visitor"
        " in.",
        "Use a class that inherits from AnonymousUserMixin instead of UserMixin.",
    ),
}
