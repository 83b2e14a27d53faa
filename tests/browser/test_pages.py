"""In a browser: all pages, for all who look at them in their own way."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator

import pytest
from browser_kit import confirm
from browser_kit import expect
from browser_kit import find_violations
from browser_kit import Forward
from browser_kit import log_in
from browser_kit import login_url
from browser_kit import OVERFLOW
from browser_kit import Page
from browser_kit import PASSWORD
from browser_kit import resize
from browser_kit import submit
from browser_kit import tab_to
from browser_kit import Visit
from conftest import listen

#: The pages that an administrator sees.
PAGES = [
    "/",
    "/services/zürich-edge?hours=6",
    "/account/",
    "/account/password",
    "/account/tokens",
    "/account/devices",
    "/admin/",
    "/api/",
    "/confirm",
]

WIDTHS = [320, 375, 1280, 1920]
AXE_WIDTHS = [375, 1280]

#: What is too small for a finger. Links in running text may be.
FIND_SMALL = """
() => [...document.querySelectorAll("a, button, summary, select")]
    .filter((element) => !element.matches(".skip, p:not(.crumb) > a"))
    .map((element) => [element.outerHTML, element.getBoundingClientRect()])
    .filter(([, box]) => box.width && (box.height < 44 || box.width < 44))
    .map(([html]) => html)
"""

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like"
    " Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
)

#: What is wrong with which page or state of one, by kind.
Problems = dict[str, dict[str, t.Any]]

#: Opens a page in a browser of its own.
Open = t.Callable[..., Page]


def tour(open_page: Open) -> Iterator[tuple[str, Page]]:
    """Go to all pages, and bring them into all their states."""
    page = open_page()
    page.goto("/-/start-over")

    for walk in (walk_logged_in, walk_logged_out, walk_through_errors):
        for name in walk(page, open_page):
            yield name, page

    yield "the end of a session", near_the_end(open_page())
    yield from walk_as_others(open_page)


def walk_logged_in(page: Page, open_page: Open) -> Iterator[str]:
    open_page(user_agent=IPHONE).goto("/-/log-in?name=ada")
    page.goto("/-/log-in?name=ada")

    for path in PAGES:
        page.goto(path)
        yield path

    page.goto("/services/reports")
    press(page, "Restart")
    yield "a service after a restart"
    page.goto("/api/")
    press(page, "Show me the lines")
    yield "the lines"
    page.goto("/account/tokens")
    press(page, "Make a token")
    yield "a token without a name"
    page.get_by_label("What it is for").fill("a test")
    press(page, "Make a token")
    yield "a new token"
    page.goto("/account/devices")
    page.get_by_text("Rename").first.click()
    page.get_by_label("What to call it").first.fill("Desk")
    press(page, "Save")
    page.get_by_text("Rename").first.click()
    yield "a device after a new name"

    for name in ("Ada Lovelace", "Grace Hopper"):
        page.goto("/admin/")
        follow(page, f"Manage {name}")
        yield name

    press(page, "Deactivate")
    yield "an operator after a deactivation"
    page.goto("/confirm")
    confirm(page, "wrong")
    page.get_by_text("The password is wrong.").wait_for()
    yield "a wrong password, asked for again"
    page.goto("/account/password")
    press(page, "Change the password")
    yield "a password that is missing"
    change_password(page)
    yield "a new password"


def walk_logged_out(page: Page, open_page: Open) -> Iterator[str]:
    press(page, "Log out")
    yield "after a logout"
    press(page, "Log in")
    yield "a login without a name"
    page.goto("/account/?hours=6")
    yield "a login that leads back"
    page.goto("/login?reason=idle")
    yield "a login after a while"
    submit(page, "ada", "wrong")
    page.get_by_text("is wrong").wait_for()
    yield "a wrong password"
    page.goto("/login")
    press(page, "Deutsch")
    yield "a login in German"
    press(page, "English")


def walk_through_errors(page: Page, open_page: Open) -> Iterator[str]:
    page.goto("/nowhere")
    yield "404"
    page.goto("/login")
    page.evaluate("document.querySelector('#login-form [name=csrf_token]').value = 'old'")
    press(page, "Log in")
    yield "400"

    for status in (500, 503):
        page.goto(f"/-/fail/{status}")
        yield str(status)

    page.goto("/-/start-over")

    for _ in range(4):
        log_in(page, password="wrong")
        page.wait_for_load_state()

    page.get_by_text("Too many attempts").wait_for()
    yield "429"
    page.goto("/-/start-over")


def walk_as_others(open_page: Open) -> Iterator[tuple[str, Page]]:
    page = open_page(locale="de-AT")
    page.goto("/-/log-in?name=ada")

    for path in ("/", "/account/devices"):
        page.goto(path)
        yield f"{path} in German", page

    page.goto("/-/log-in?name=alan")
    page.goto("/services/reports")
    yield "a service for a viewer", page
    page.goto("/admin/")
    yield "403", page


def near_the_end(page: Page) -> Page:
    page.clock.install()
    page.goto("/-/log-in?name=ada")
    page.clock.fast_forward("26:00")
    page.get_by_text("Your session ends soon.").wait_for()
    return page


def press(page: Page, button: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=button, exact=True).click()


def follow(page: Page, link: str) -> None:
    with page.expect_navigation():
        page.get_by_role("link", name=link, exact=True).click()


def change_password(page: Page) -> None:
    page.get_by_label("New password").fill("another horse battery")
    page.get_by_label("The same once more").fill("another horse battery")
    press(page, "Change the password")


def find_problems(page: Page, axe: str) -> dict[str, t.Any]:
    """What is wrong with a page, by kind."""
    found: dict[str, t.Any] = {}

    for width in WIDTHS:
        resize(page, width)
        found[f"{width} px"] = page.evaluate(OVERFLOW)

        if width in AXE_WIDTHS:
            for scheme, violations in find_violations(page, axe).items():
                found[f"{scheme}, {width} px"] = violations

        if width == 375:
            found["targets"] = page.evaluate(FIND_SMALL)

    return found


@pytest.fixture(scope="module")
def problems(browser: t.Any, server: str, axe: str) -> Iterator[Problems]:
    """What is wrong with the pages, by kind and page."""
    contexts = []
    complaints: list[str] = []
    found: Problems = {}

    def open_page(**how: t.Any) -> Page:
        how = {"base_url": server, "locale": "en-GB", "reduced_motion": "reduce", **how}
        context = browser.new_context(**how)
        listen(context, complaints)
        contexts.append(context)
        return t.cast(Page, context.new_page())

    for name, page in tour(open_page):
        for kind, problem in find_problems(page, axe).items():
            found.setdefault(kind, {}).update({name: problem} if problem else {})

        heard = [line for line in complaints if "/-/fail/" not in line]
        found.setdefault("complaints", {}).update({name: heard} if heard else {})
        complaints.clear()

    yield found

    for context in contexts:
        context.close()


@pytest.mark.parametrize("width", AXE_WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible(problems: Problems, scheme: str, width: int) -> None:
    assert problems[f"{scheme}, {width} px"] == {}


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_fit(problems: Problems, width: int) -> None:
    assert problems[f"{width} px"] == {}


def test_targets_are_large_enough_for_fingers(problems: Problems) -> None:
    assert problems["targets"] == {}


def test_browser_complains_about_nothing(problems: Problems) -> None:
    assert problems["complaints"] == {}


def test_keyboard_is_enough_to_log_in(visitor: Page) -> None:
    visitor.goto("/login?next=/account/")
    expect(visitor.get_by_label("Name", exact=True)).to_be_focused()
    visitor.keyboard.type("ada")
    visitor.keyboard.press("Tab")
    visitor.keyboard.type(PASSWORD)
    visitor.keyboard.press("Enter")
    expect(visitor).to_have_url("/account/")


def test_keyboard_skips_to_the_content(ada: Page) -> None:
    ada.keyboard.press("Tab")
    expect(ada.get_by_role("link", name="Skip to the content")).to_be_focused()
    ada.keyboard.press("Enter")
    expect(ada.locator("#main")).to_be_focused()


def test_keyboard_is_enough_to_end_a_device(ada: Page, visit: Visit) -> None:
    visit("ada", user_agent=IPHONE)

    for name in ("Account", "Devices", "End the login “Safari on iPhone”"):
        tab_to(ada, name)
        ada.keyboard.press("Enter")
        ada.wait_for_load_state()

    expect(ada.locator("#devices > li")).to_have_count(1)


def test_keyboard_is_enough_to_change_the_password(ada: Page) -> None:
    ada.goto("/account/password")
    ada.get_by_label("New password").focus()
    ada.keyboard.type("another horse battery")
    ada.keyboard.press("Tab")
    ada.keyboard.type("another horse battery")
    ada.keyboard.press("Enter")
    expect(ada.get_by_role("status")).to_have_text("Your password was changed.")


def test_keyboard_is_enough_to_log_out(ada: Page) -> None:
    tab_to(ada, "Log out")
    ada.keyboard.press("Enter")
    expect(ada).to_have_url("/login")


def test_everything_that_takes_the_focus_shows_it(ada: Page) -> None:
    ada.goto("/account/devices")

    for _ in range(15):
        ada.keyboard.press("Tab")
        style = "getComputedStyle(document.activeElement)"
        assert ada.evaluate(f"{style}.outlineStyle + {style}.outlineWidth") != "none0px"


@pytest.fixture
def plain(visit: Visit) -> Page:
    """A page in a browser without JavaScript, after a login."""
    page = visit(java_script_enabled=False)
    page.goto("/login")
    submit(page, "ada")
    return page


def test_login_needs_no_script(plain: Page) -> None:
    expect(plain.locator("#who")).to_have_text("Ada Lovelace")


def test_session_is_kept_alive_without_script(plain: Page) -> None:
    plain.goto("/services/search?hours=6")
    plain.get_by_role("button", name="Stay logged in").click()
    expect(plain).to_have_url("/services/search?hours=6")


def test_service_is_restarted_without_script(plain: Page) -> None:
    plain.get_by_role("button", name="Restart Reports").click()
    expect(plain.locator("#state")).to_have_text("Running")


def test_logout_needs_no_script(plain: Page) -> None:
    plain.get_by_role("button", name="Log out").click()
    expect(plain).to_have_url("/login")


@pytest.fixture
def worked(visit: Visit) -> Page:
    """A page that a service worker fetches."""
    page = visit()
    page.goto("/login")
    page.evaluate(
        """async () => {
            await navigator.serviceWorker.register("/-/worker.js", {scope: "/"});
            await navigator.serviceWorker.ready;
            if (!navigator.serviceWorker.controller) await new Promise((done) =>
                navigator.serviceWorker.addEventListener("controllerchange", done));
        }"""
    )
    return page


def test_service_worker_leads_to_the_login_page(worked: Page) -> None:
    response = worked.goto("/account/devices")
    assert response
    assert response.from_service_worker
    expect(worked).to_have_url(login_url("/account/devices"))


def test_service_worker_logs_in(worked: Page) -> None:
    worked.goto("/account/devices")
    submit(worked, "ada")
    expect(worked).to_have_url("/account/devices")


def test_service_worker_asks_for_the_password_again(worked: Page, forward: Forward) -> None:
    worked.goto("/-/log-in?name=ada")
    forward(16)
    worked.goto("/account/password")
    confirm(worked)
    expect(worked).to_have_url("/account/password")
