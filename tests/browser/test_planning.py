"""The public planning on a phone and on paper, and the offers of a session from the choice to the sheet."""

from datetime import date

import sqlalchemy as sa

from matching.store.sessions import CollectiveSession, SessionSlot
from matching.vocabulary import SessionState
from tests.browser.conftest import overflow, violations
from tests.screens import CHIEF

#: What an A4 page holds between margins of 15 mm, in pixels of 96 to the inch.
PRINTED = {"width": 680, "height": 1009}


def pages(page):
    return page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n")


def lengthen(site):
    """Every word of the planning as long as it may be."""
    with site.app.extensions["passerelle"].database.transaction() as session:
        for number, row in enumerate(session.scalars(sa.select(CollectiveSession)).all()):
            row.theme, row.place = (
                "Découvrir un métier, " * 5,
                f"Salle {number % 2}, " + "accès de plain-pied, " * 7,
            )
            if row.state is SessionState.CANCELLED:
                row.cancelled_reason = "La salle est indisponible, " * 5
        for slot in session.scalars(sa.select(SessionSlot)).all():
            slot.theme, slot.place = "Préparer sa candidature, " * 4, "Atrium, " + "salle du fond, " * 10


def test_anybody_reads_it_on_a_phone_and_prints_one_page(site):
    page = site.page(320)
    page.goto(site.url + "/planning")
    assert page.get_by_role("heading", level=1).inner_text() == "Deux rendez-vous par semaine à l’Atrium"
    assert page.get_by_text("Complet, liste d’attente").count() == 1
    assert page.get_by_text("Annulée", exact=True).is_visible()
    assert page.get_by_role("link", name="Ajouter à mon agenda").get_attribute("href").startswith("webcal://")
    page.locator(".plan-offers summary").first.click()
    assert page.locator(".plan-offers li").first.is_visible()
    assert overflow(page) == 0 and violations(page) == []
    lengthen(site)
    page.goto(site.url + "/planning")
    assert overflow(page) == 0
    page.goto(site.url + "/planning/affiche")
    assert overflow(page) == 0
    page.set_viewport_size(PRINTED)
    page.emulate_media(media="print")
    poster = page.locator(".poster")
    assert (
        poster.evaluate("each => each.scrollHeight - each.clientHeight") <= 0
    )  # its foot, the address, is never cut
    assert page.locator(".poster-address").is_visible()
    assert poster.evaluate("each => getComputedStyle(each).color") == "rgb(0, 0, 0)"
    assert not page.get_by_role("navigation", name="Menu principal").is_visible()
    assert pages(page) == 1
    assert page.context.cookies() == []


def test_an_advisor_chooses_the_offers_of_a_session_and_prints_them(site):
    with site.app.extensions["passerelle"].database.reading() as session:
        key = session.scalar(
            sa.select(CollectiveSession.id)
            .where(
                CollectiveSession.state == SessionState.PLANNED,
                CollectiveSession.held_on > date(2013, 11, 15),
            )
            .order_by(CollectiveSession.held_on)
        )
    page = site.sign_in(site.page(375, java_script_enabled=False), CHIEF)
    page.goto(f"{site.url}/seances/{key}/offres")
    page.get_by_role("button", name="Choisir les offres").click()
    titles = page.locator("li.pack-row .row-title").all_inner_texts()
    assert 0 < len(titles) <= 12
    page.get_by_role("button", name="Retirer").first.click()
    page.get_by_role("button", name="Descendre").first.click()
    assert page.locator("li.pack-row .row-title").all_inner_texts()[1] == titles[1]
    assert page.get_by_role("heading", name="Retirées à la main").is_visible()
    page.get_by_role("link", name="Feuille à imprimer").click()
    assert titles[0] not in page.locator(".pack-offers h2").all_inner_texts()
    assert 1 <= pages(page) <= 2
