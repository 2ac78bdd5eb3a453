"""Attendance on a phone: the connection goes and comes back, a second phone disagrees, a person settles, it is closed."""

import json

from tests.browser.conftest import overflow, violations

ANIMATOR, COLLEAGUE = "Rachida Amrani", "Hugo Lenoir"


def row(page, name):
    return page.locator(".att-row", has_text=name)


def press(page, name, answer):
    row(page, name).get_by_role("button", name=answer).click()


def kept(page):
    """What the browser holds of presences, whatever its key."""
    found = page.evaluate(
        "Object.entries(localStorage).filter(([name]) => name.startsWith('passerelle.presences.'))"
    )
    return [answer for _, text in found for answer in json.loads(text)]


def test_answers_pressed_without_a_connection_are_kept_sent_and_settled(site):
    rachida = site.sign_in(site.page(375), ANIMATOR)
    rachida.goto(f"{site.url}/seances")
    rachida.get_by_role("link", name="Noter les présences").first.click()
    rachida.wait_for_url("**/emargement")
    address = rachida.url
    hugo = site.sign_in(site.page(375), COLLEAGUE)
    hugo.goto(address)  # read before anything is stated

    names = rachida.locator(".att-row", has_text="Pas encore noté").locator(".att-name").all_inner_texts()
    assert len(names) >= 5 and violations(rachida) == [] and overflow(rachida) == 0
    sizes = rachida.locator(".att-buttons .button").evaluate_all("all => all.map(each => each.offsetHeight)")
    assert min(sizes) >= 44
    before = int(rachida.locator("[data-stated]").inner_text())
    first, second, third, fourth, *others = names

    press(rachida, first, "Présent")
    row(rachida, first).get_by_text("Enregistré").wait_for()
    assert kept(rachida) == []

    # The network goes: what is pressed is on the screen, counted, and said to wait.
    rachida.context.set_offline(True)
    press(rachida, second, "En retard")
    press(rachida, third, "Absent")
    press(rachida, third, "Excusé")
    rachida.get_by_text("Connexion perdue. Vos 2 réponses partiront dès qu’elle revient.").wait_for()
    assert row(rachida, third).get_by_text("En attente d’envoi excusé").is_visible()
    assert rachida.locator("[data-stated]").inner_text() == str(before + 3)
    answers = kept(rachida)
    assert [each["state"] for each in answers] == ["late", "excused"]
    assert {key for each in answers for key in each} == {"ref", "state", "version", "key", "at"}
    assert violations(rachida) == []

    # The network is back and the server is not: a reload keeps them still.
    rachida.route("**/emargement/*", lambda route: route.abort())
    rachida.context.set_offline(False)
    rachida.on("dialog", lambda dialog: dialog.accept())  # leaving warns
    rachida.reload()
    rachida.get_by_text("Connexion perdue. Vos 2 réponses").wait_for()
    assert row(rachida, second).get_by_text("En attente d’envoi").is_visible() and kept(rachida) == answers

    # All is back. The token of the page is another's by now: a fresh one is asked for.
    rachida.evaluate("document.querySelectorAll('[name=csrf_token]').forEach(each => each.value = 'perime')")
    rachida.unroute("**/emargement/*")
    rachida.evaluate("dispatchEvent(new Event('online'))")
    row(rachida, second).get_by_text("Enregistré").wait_for()
    row(rachida, third).get_by_text("excusé (Rachida").wait_for()
    assert kept(rachida) == [] and rachida.locator("#connexion").is_hidden()

    # Signed out meanwhile: kept, and said.
    cookies = rachida.context.cookies()
    rachida.context.clear_cookies()
    press(rachida, fourth, "Présent")
    rachida.get_by_role("link", name="Me reconnecter").wait_for()
    assert [each["state"] for each in kept(rachida)] == ["present"]
    rachida.context.add_cookies(cookies)
    rachida.evaluate("dispatchEvent(new Event('online'))")
    row(rachida, fourth).get_by_text("Enregistré").wait_for()

    # Hugo's phone had not seen it.
    press(hugo, fourth, "Absent")
    row(hugo, fourth).get_by_text("À décider").wait_for()
    said = row(hugo, fourth).inner_text()
    assert "présent (Rachida" in said and "absent (Hugo" in said
    assert violations(hugo) == [] and overflow(hugo) == 0
    row(hugo, fourth).get_by_role("button", name="Garder « présent »").click()
    row(hugo, fourth).get_by_text("présent (Hugo").wait_for()

    for name in others:
        press(rachida, name, "Présent")
    rachida.get_by_role("button", name="Clôturer la séance").click()
    rachida.get_by_text("La séance est clôturée").wait_for()
    expected = ("Failed to load resource", "net::ERR", "beforeunload")
    assert [each for each in site.complaints if not any(said in each for said in expected)] == []
