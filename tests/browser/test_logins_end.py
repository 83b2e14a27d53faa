"""In a browser: what ends a login elsewhere, and what time does to it."""

from __future__ import annotations

from browser_kit import confirm
from browser_kit import expect
from browser_kit import Forward
from browser_kit import login_url
from browser_kit import Page
from browser_kit import Route
from browser_kit import submit
from browser_kit import Visit

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like"
    " Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
)

#: What scripts do whose intervals end at the same time. The second is told no reason.
ASK_TWICE = """
async () => {
    const options = {headers: {Accept: "application/json"}};
    for (const url of ["/session", "/live"]) await ask(url, options);
}
"""


def change_password(page: Page) -> None:
    page.goto("/account/password")
    page.get_by_label("New password").fill("another horse battery")
    page.get_by_label("The same once more").fill("another horse battery")
    page.get_by_role("button", name="Change the password").click()


def test_new_password_ends_the_other_browser(ada: Page, visit: Visit) -> None:
    other = visit("ada")
    change_password(ada)
    expect(ada.locator("#messages")).to_contain_text("1 other session has ended.")
    other.reload()
    expect(other.locator("main")).to_contain_text("Your password was changed")


def test_new_password_keeps_this_browser(ada: Page) -> None:
    change_password(ada)
    ada.goto("/account/devices")
    expect(ada).to_have_url("/account/devices")


def test_devices_are_named(ada: Page, visit: Visit) -> None:
    visit("ada", user_agent=IPHONE)
    ada.goto("/account/devices")
    names = ada.locator("#devices h3")
    expect(names.filter(has_text="Safari on iPhone")).to_have_count(1)
    expect(names.filter(has_text="Chrome on Linux")).to_contain_text("This device")


def test_device_is_ended_from_another(ada: Page, visit: Visit) -> None:
    phone = visit("ada", user_agent=IPHONE)
    ada.goto("/account/devices")
    ada.get_by_role("button", name="End the login “Safari on iPhone”").click()
    expect(ada.locator("#devices > li")).to_have_count(1)
    phone.reload()
    expect(phone.locator("main")).to_contain_text("This login was ended")


def test_all_other_devices_are_ended(ada: Page, visit: Visit) -> None:
    others = [visit("ada"), visit("ada", user_agent=IPHONE)]
    ada.goto("/account/devices")
    ada.get_by_role("button", name="End all others").click()
    expect(ada.locator("#devices > li")).to_have_count(1)

    for other in others:
        other.reload()
        expect(other).to_have_url(login_url("/account/"))


def test_deactivated_operator_is_out_with_the_next_click(ada: Page, visit: Visit) -> None:
    grace = visit("grace")
    ada.goto("/admin/")
    ada.get_by_role("link", name="Manage Grace Hopper").click()
    ada.get_by_role("button", name="Deactivate").click()
    expect(ada.locator("#account-state")).to_have_text("Deactivated")
    grace.get_by_role("link", name="Account").click()
    expect(grace.locator("main")).to_contain_text("Your account has been deactivated.")


def test_idle_session_says_why_it_ended(ada: Page, forward: Forward) -> None:
    forward(31)
    ada.get_by_role("link", name="Account").click()
    expect(ada.locator("main")).to_contain_text(
        "Your session expired after 30 minutes without activity."
    )


def test_idle_session_leads_back_after_the_next_login(ada: Page, forward: Forward) -> None:
    forward(31)
    ada.get_by_role("link", name="Account").click()
    submit(ada, "ada")
    expect(ada).to_have_url("/account/")


def test_clicks_keep_the_session_alive(ada: Page, forward: Forward) -> None:
    for path in ("/account/", "/account/devices"):
        forward(20)
        ada.goto(path)
        expect(ada).to_have_url(path)


def test_poller_does_not_keep_the_session_alive(visit: Visit, forward: Forward) -> None:
    page = visit()
    page.clock.install()
    page.goto("/-/log-in?name=ada")
    page.goto("/")
    forward(20)

    # The page's own clock as well, which makes its script poll.
    with page.expect_response("**/live") as polled:
        page.clock.run_for(16_000)

    assert polled.value.status == 200
    forward(11)

    # It finds out by itself that the session is over.
    page.clock.run_for(16_000)
    expect(page.locator("main")).to_contain_text("without activity")


def test_scripts_that_ask_at_once_do_not_hide_why_the_session_ended(
    ada: Page, forward: Forward
) -> None:
    forward(31)
    held: list[Route] = []
    ada.route("**/login?*", lambda route: held.append(route))

    with ada.expect_request("**/login?*"):
        ada.evaluate(ASK_TWICE)

    held[-1].continue_()
    expect(ada.locator("main")).to_contain_text("without activity")


def test_poller_updates_the_dashboard(visit: Visit) -> None:
    page = visit()
    page.clock.install()
    page.goto("/-/log-in?name=ada")
    page.goto("/")
    expect(page.locator("#count-down")).to_have_text("1")
    grace = visit("grace")
    grace.goto("/")
    grace.get_by_role("button", name="Restart Reports").click()
    expect(grace.locator("#state")).to_have_text("Running")
    page.clock.run_for(16_000)
    expect(page.locator("#count-down")).to_have_text("0")


def test_end_of_the_session_is_announced(visit: Visit) -> None:
    page = visit()
    page.clock.install()
    page.goto("/-/log-in?name=ada")
    page.clock.fast_forward("26:00")
    expect(page.get_by_role("alert")).to_contain_text("Your session ends soon.")


def test_button_keeps_the_session_alive(visit: Visit, forward: Forward) -> None:
    page = visit("ada")
    forward(20)

    with page.expect_response("**/stay") as kept:
        page.get_by_role("button", name="Stay logged in").click()

    assert kept.value.status == 200
    forward(20)
    page.goto("/account/")
    expect(page).to_have_url("/account/")


def test_password_wants_a_login_of_late(ada: Page, forward: Forward) -> None:
    forward(16)
    ada.goto("/account/password")
    confirm(ada)
    expect(ada).to_have_url("/account/password")


def test_logout_in_one_tab_is_one_in_all(ada: Page) -> None:
    other = ada.context.new_page()
    other.goto("/account/")
    ada.get_by_role("button", name="Log out").click()
    ada.wait_for_url("/login")
    other.get_by_role("link", name="Devices").click()
    expect(other).to_have_url(login_url("/account/devices"))
