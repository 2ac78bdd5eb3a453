"""The examination by keyboard, as an advisor does it dozens of times a session; then by hand, off line, without script."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import overflow, violations


@pytest.fixture
def examined(site):
    """An advisor at the first offer of the list, with at least five candidates who wait."""
    page = site.page()
    site.sign_in(page, "Hugo Lenoir")
    page.goto(f"{site.url}/propositions")
    for link in page.locator(".row-title a").all():
        if int(re.search(r"(\d+)\scandidats?", link.inner_text())[1]) >= 5:
            link.click()
            break
    page.wait_for_selector("[data-examination]")
    page.evaluate("window.untouched = true")
    return page


def shown(page):
    return page.locator("#fiche").get_attribute("data-name")


def waiting(page):
    return page.locator("#a-examiner .exam-name a").all_inner_texts()


def after(page, key):
    """Press a key and wait until another sheet has come."""
    before = page.locator("#fiche").element_handle()
    page.keyboard.press(key)
    before.wait_for_element_state("hidden")
    page.wait_for_selector("#fiche")


def test_one_key_a_decision_and_no_page_load(site, examined):
    page = examined
    first, second, third, *_ = waiting(page)
    assert shown(page) == first

    after(page, "p")
    assert shown(page) == second, "the list advances by itself"
    assert first not in waiting(page) and first in page.locator("#decides").inner_text()
    assert page.locator("#status").inner_text().startswith(f"{first} propos")
    assert page.evaluate("document.activeElement.id") == "fiche-nom"
    assert page.locator("#fiche").get_attribute("data-url") in page.url

    page.keyboard.press("e")
    page.keyboard.press("2")
    assert page.locator("#ecarter h2").inner_text() == f"Écarter {second} de cette offre"
    after(page, "Enter")
    assert shown(page) == third
    assert re.search("Écartée?|À l’écart", page.locator("#decides").inner_text())

    after(page, "u")
    assert shown(page) == second and second in waiting(page), "undone, and back at the same person"

    after(page, "j")
    after(page, "k")
    assert shown(page) == second
    page.go_back()
    page.locator(f'#fiche[data-name="{third}"]').wait_for()
    assert page.evaluate("window.untouched") is True, "no page was loaded on the way"
    assert site.complaints == []


def test_a_dialog_opens_on_its_first_question_and_gives_the_focus_back(examined):
    page = examined
    for key, question in (("e", "radio"), ("c", "radio")):
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.type") == question
        page.keyboard.press("Escape")
        expect(page.locator("dialog[open]")).to_have_count(0)
        page.wait_for_function("document.activeElement.closest('dialog') === null")


def test_ticks_help_and_the_switch(site, examined):
    page = examined
    decided = page.locator("#decides > li").count()
    page.keyboard.press("x")
    after(page, "j")
    after(page, "j")
    page.keyboard.press("Shift+X")
    assert page.locator("#coches").inner_text() == "3 sélectionnés"
    page.locator("#lot button[value=reject]").click()
    assert "Écarter 3" in page.locator("h1").inner_text()
    page.go_back()

    page.keyboard.press("?")
    assert page.locator("#raccourcis").is_visible()
    page.keyboard.press("p")
    page.keyboard.press("Escape")
    expect(page.locator("#raccourcis")).to_be_hidden()
    assert page.locator("#decides > li").count() == decided, "no key decides while a window is open"

    page.keyboard.press("c")
    page.locator("#contacter textarea").fill("p e u 1")
    page.keyboard.press("Escape")
    expect(page.locator("#contacter")).to_be_hidden()  # a key pressed before would go to its field
    expect(page.locator("#contacter textarea")).not_to_be_focused()
    page.keyboard.press("?")
    page.get_by_role("button", name="Couper").click()
    page.get_by_role("button", name="Rétablir").wait_for()
    page.keyboard.press("Escape")
    page.reload()
    page.wait_for_selector("[data-examination]")
    page.keyboard.press("p")
    page.keyboard.press("e")
    assert page.locator("dialog[open]").count() == 0
    assert page.locator("#decides > li").count() == decided


def test_what_was_typed_survives_a_lost_connection(site, examined):
    page = examined
    first = shown(page)
    page.keyboard.press("e")
    page.locator("#ecarter summary").click()
    page.locator("#ecarter [value=other]").check()
    page.locator("#ecarter textarea").fill("Vit à Abbeville.")
    page.context.set_offline(True)
    page.locator("#ecarter button[type=submit]").click()
    page.wait_for_selector(".status-error")
    assert "Connexion perdue. Votre décision n’est pas enregistrée." in page.locator("#status").inner_text()
    assert shown(page) == first
    page.context.set_offline(False)
    page.get_by_role("button", name="Réessayer").click()
    page.locator(f'#fiche:not([data-name="{first}"])').wait_for()
    assert first in page.locator("#decides").inner_text()
    site.complaints.clear()  # the browser itself says that it was off line


def test_the_second_advisor_learns_of_the_first_and_keeps_the_note(site, examined):
    page = examined
    first = shown(page)
    other = site.sign_in(site.page(), "Claire Delmotte")
    other.goto(page.url)
    assert "Hugo Lenoir examine aussi cette offre" in other.locator("main").inner_text()
    after(other, "p")
    page.keyboard.press("e")
    page.locator("#ecarter summary").click()
    page.locator("#ecarter [value=other]").check()
    page.locator("#ecarter textarea").fill("N'a pas le permis.")
    page.locator("#ecarter button[type=submit]").click()
    page.wait_for_selector("#ecarter-message .box")
    assert re.search(r"par Claire Delmotte à \d+\sh\s\d\d", page.locator("#ecarter-message").inner_text())
    assert page.locator("#ecarter textarea").input_value() == "N'a pas le permis."
    page.keyboard.press("Escape")
    assert shown(page) == first and "Noter" not in page.locator(".exam-actions").inner_text()


def test_a_form_that_is_too_old_says_so_and_a_closed_session_leads_to_the_door(site, examined):
    page = examined
    page.evaluate("document.querySelector('#proposer [name=csrf_token]').value = 'old'")
    page.keyboard.press("p")
    page.wait_for_selector(".status-error")
    assert "rechargez-la" in page.locator("#status").inner_text()
    page.context.clear_cookies()
    page.keyboard.press("j")
    page.wait_for_url("**/connexion**")
    site.complaints.clear()  # the browser itself notes the refusal


def test_from_a_call_to_the_employers_choice_on_one_page(site, examined):
    page = examined
    first = shown(page)
    page.keyboard.press("c")
    page.locator("#contacter textarea").fill("D'accord pour jeudi.")
    page.locator("#contacter button[type=submit]").click()
    page.locator(f'#fiche:not([data-name="{first}"])').wait_for()
    page.locator("#decides a", has_text=first).click()
    for state, button in (("person_asked", "Noter son accord"), ("agreed", "Transmettre à l’employeur")):
        page.locator(f"#fiche[data-state={state}]").wait_for()
        page.get_by_role("button", name=button).click()
    page.locator("#fiche[data-state=sent]").wait_for()
    page.get_by_label("Premier jour de travail").fill("40/12/13")
    page.get_by_role("button", name="Noter son choix").click()
    page.locator("#fiche-message .box").wait_for()
    assert "Indiquez une date" in page.locator("#fiche-message").inner_text()
    assert page.get_by_label("Premier jour de travail").input_value() == "40/12/13"
    page.get_by_label("Premier jour de travail").fill("2/12/13")
    page.get_by_role("button", name="Noter son choix").click()
    page.locator("#fiche[data-state=selected]").wait_for()
    assert "début le 2 décembre 2013" in page.locator("#fiche").inner_text()
    assert violations(page) == []
    assert page.evaluate("window.untouched") is True


def test_the_same_without_a_script(site):
    page = site.page(java_script_enabled=False)
    site.sign_in(page, "Hugo Lenoir")
    page.goto(f"{site.url}/propositions")
    page.locator(".row-title a").nth(1).click()
    first = page.locator("#fiche-nom").inner_text().split(" · ")[0]
    page.get_by_role("button", name="Proposer").last.click()
    assert page.locator("#status").inner_text().startswith(f"{first} propos")
    second = page.locator("#fiche-nom").inner_text().split(" · ")[0]
    page.get_by_role("link", name="Écarter").click()
    page.get_by_role("button", name="Écarter").click()
    assert "Choisissez un motif" in page.locator(".errors").inner_text()
    page.get_by_label("Ne souhaite pas ce poste").check()
    page.get_by_role("button", name="Écarter").click()
    assert second in page.locator("#decides").inner_text()


@pytest.mark.parametrize("width", [1280, 375, 320])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(site, width):
    page = site.page(width)
    site.sign_in(page, "Claire Delmotte")
    page.goto(f"{site.url}/propositions")
    assert violations(page) == [] and overflow(page) <= 0
    page.locator(".row-title a").nth(2).click()
    assert violations(page) == [] and overflow(page) <= 0
    page.locator(".exam-name a").first.click()
    page.wait_for_selector("#fiche h2")
    assert violations(page) == [] and overflow(page) <= 0
    for dialog in ("ecarter", "contacter", "reporter"):
        page.locator(f"[data-dialog={dialog}]").click()
        assert violations(page) == [], dialog
        page.keyboard.press("Escape")
    page.get_by_role("button", name="Proposer").last.click()
    page.wait_for_selector("#status .status-in")
    assert violations(page) == [] and overflow(page) <= 0
    if width < 981:
        page.get_by_role("link", name=re.compile("Les .* candidats")).click()
    page.locator("#decides a").first.click()
    page.locator("#fiche[data-state=approved]").wait_for()
    assert violations(page) == []
    page.goto(f"{site.url}/propositions/journal")
    assert violations(page) == [] and overflow(page) <= 0
    assert site.complaints == []
