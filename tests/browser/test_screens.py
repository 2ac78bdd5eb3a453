"""The advisor's pages: nothing for axe to find, no sideways scroll, a silent console; no script, print, large text."""

import pytest

from tests.browser.conftest import overflow
from tests.browser.looking import faults
from tests.screens import CHIEF, SCREENS, names


def test_nothing_for_axe_no_sideways_scroll_a_silent_console(site):
    assert faults(site, CHIEF) == {}


def test_the_examination_is_whole_without_a_script(site):
    known = names(site.app.extensions["passerelle"].database)
    page = site.sign_in(site.page(java_script_enabled=False), CHIEF)
    page.goto(f"{site.url}/offres/{known['offer']}/propositions/{known['proposal']}")
    name = page.locator("#fiche h2").inner_text().split("·")[0].strip()
    page.get_by_role("link", name="Écarter").first.click()
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Écarter").click()
    assert name not in page.locator("#fiche h2").inner_text()
    assert page.get_by_role("link", name="Candidats", exact=True).is_visible()


@pytest.mark.parametrize("address", ["/", "/bilans/2013-10"])
def test_a_printed_page_has_no_menu_and_no_button_bar(site, address):
    page = site.sign_in(site.page(), CHIEF)
    page.goto(site.url + address)
    page.emulate_media(media="print")
    assert not page.get_by_role("navigation", name="Menu principal").is_visible()
    assert page.locator("h1").is_visible()
    assert overflow(page) == 0


def test_text_twice_as_large_fits(site):
    known = names(site.app.extensions["passerelle"].database)
    page = site.sign_in(site.page(1280), CHIEF)
    wrong = {}
    for name in (
        "home.index",
        "proposals.show",
        "people.show",
        "placements.show",
        "offers.index",
        "reports.show",
    ):
        page.goto(site.url + SCREENS[name][1].format(**known))
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        if overflow(page):
            wrong[name] = overflow(page)
    assert wrong == {}
