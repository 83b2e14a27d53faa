"""The user in templates."""

from __future__ import annotations

from urllib.parse import urlencode

from .remember import GENUINE
from .steps import abroad
from .steps import by_key
from .steps import Call
from .steps import DROP_SESSION
from .steps import get
from .steps import Scenario
from .steps import SetCookie
from .steps import Step

LOGIN = get("/login/1")
#: The templates of ``parts/pages.py``, but for the error page.
TEMPLATES = (
    "none at all",
    "name",
    "truth",
    "authenticated",
    "defined",
    "none",
    "same",
    "equal",
    "mapping",
    "class",
    "json",
    "missing",
    "include",
    "include without context",
    "import",
    "import with context",
)
# What test suites do with a captured context, when the response is there.
CAPTURED = (
    "type(captured['current_user']).__name__",
    "captured['current_user'] is users['1']",
    "captured['current_user'].get_id()",
    "captured['current_user'].is_authenticated",
    "dataclasses.asdict(captured['current_user'])",
    "pickle.loads(pickle.dumps(captured['current_user'])).get_id()",
)
ERRORS = ("AttributeError", "KeyError", "LookupError", "NotFound", "RuntimeError", "TypeError")


def guarded_by(error: str) -> tuple[Step, ...]:
    """A guarded page. From Python 3.12 on, the release asks twice for an AttributeError."""
    return () if error == "AttributeError" else (get("/private"),)


STREAMS = (
    get("/stream/name"),
    get("/stream-by-hand/name"),
    get("/stream-string?" + urlencode({"source": "for {{ current_user.id }}"})),
    get("/stream-string?" + urlencode({"source": "for everybody"})),
)


def page(name: str) -> str:
    return f"/page/{name}".replace(" ", "%20")


PAGES = {
    "pages for nobody": Scenario([get(page(name)) for name in TEMPLATES], parts=["pages"]),
    "pages for a user": Scenario(
        [LOGIN, *(get(page(name)) for name in TEMPLATES)], parts=["pages"]
    ),
    "pages for nobody, who is None": Scenario(
        [get(page(name)) for name in ("none at all", "truth", "authenticated", "none", "class")],
        parts=["pages"],
        manager={"anonymous_user": lambda: None},
    ),
    "pages for a user by key": Scenario(
        [by_key(page(name)) for name in ("name", "class", "json")],
        parts=["pages"],
        callbacks=["user_loader", "request_loader"],
    ),
    "pages for a user whom the view names": Scenario(
        [get("/page-of/2/name"), LOGIN, get("/page-of/2/name"), get("/page-of/2/json")],
        parts=["pages"],
    ),
    "captured contexts": Scenario(
        [
            LOGIN,
            get("/page/name"),
            *(Call(expression, "nothing") for expression in CAPTURED),
            get("/logout"),
            *(Call(expression, "nothing") for expression in CAPTURED),
        ],
        parts=["pages"],
    ),
    "captured contexts of nobody": Scenario(
        [get("/page/name"), *(Call(expression, "nothing") for expression in CAPTURED)],
        parts=["pages"],
    ),
    "captured contexts, held app context": Scenario(
        [
            LOGIN,
            get("/page/name"),
            *(Call(expression, "what is held") for expression in CAPTURED),
        ],
        parts=["pages"],
        held="app",
    ),
    "templates in contexts without a request": Scenario(
        [
            Call(f"flask.render_template_string({source!r})", inside)
            for source in (
                "{{ current_user is none }}",
                "{% if current_user %}in{% else %}out{% endif %}",
                "{{ current_user.is_authenticated }}",
                "{{ current_user.__class__.__name__ }}",
            )
            for inside in ("app", "request")
        ]
    ),
    "streams for nobody": Scenario(STREAMS, parts=["pages"]),
    "streams for a user": Scenario([LOGIN, *STREAMS], parts=["pages"]),
    "streams for a user who is remembered": Scenario(
        [
            get("/login/1?remember"),
            *(step for stream in STREAMS for step in (DROP_SESSION, stream, get("/who"))),
        ],
        parts=["pages"],
    ),
    "streams abroad": Scenario([LOGIN, abroad("/stream/name"), get("/state")], parts=["pages"]),
    "streams abroad, strong": Scenario(
        [LOGIN, abroad("/stream/name"), get("/state")],
        parts=["pages"],
        manager={"session_protection": "strong"},
    ),
    **{
        f"pages by a loader that raises {error}": Scenario(
            [
                LOGIN,
                *(get(page(name)) for name in ("none at all", "truth", "authenticated")),
                get("/page/defined"),
                get("/stream/truth"),
                get("/page-after-error/truth"),
                get("/who"),
                *guarded_by(error),
            ],
            parts=["pages"],
            callbacks=[f"user_loader that raises {error}"],
        )
        for error in ERRORS
    },
    **{
        f"pages by a request loader that raises {error}": Scenario(
            [
                *(get(page(name)) for name in ("none at all", "truth")),
                get("/who"),
                *guarded_by(error),
            ],
            parts=["pages"],
            callbacks=["user_loader", f"request_loader that raises {error}"],
        )
        for error in ERRORS
    },
    "pages by a loader that fails during a restore": Scenario(
        [SetCookie("remember_token", GENUINE), get("/page/truth"), get("/stream/truth")],
        parts=["pages"],
        callbacks=["user_loader that raises RuntimeError"],
    ),
    "an error page": Scenario(
        [get("/broken"), get("/unknown"), LOGIN, get("/broken"), get("/unknown")],
        parts=["pages", "error_page"],
    ),
    **{
        f"an error page after a loader that raises {error}": Scenario(
            [
                LOGIN,
                get("/who"),
                get("/private"),
                get("/page/truth"),
                get("/stream/truth"),
            ],
            parts=["pages", "error_page"],
            callbacks=[f"user_loader that raises {error}"],
        )
        for error in ERRORS
    },
    "an error page by a loader that is not asked before": Scenario(
        [LOGIN, get("/broken")],
        parts=["pages", "error_page"],
        callbacks=["user_loader that raises RuntimeError"],
    ),
}
