"""An employer, from the message's link on a telephone to the papers of the aid: two clicks for an answer, counted."""

import os
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from matching import clock, placements
from matching.eligibility import programme
from matching.store.accounts import User
from matching.store.organisations import Organisation
from matching.store.people import Agency
from matching.store.placements import Placement
from matching.vocabulary import AgencyKind, OfferState, Party
from tests import build, hires
from tests.answering import link, sent
from tests.browser.conftest import overflow, violations

ASSOCIATION = "Sylvie Obry"
DAY = date(2013, 11, 4)


def sound(page, name):
    """Nothing for axe, no sideways scroll; a picture when a folder for pictures is named."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=str(Path(folder) / f"{name}-{page.viewport_size['width']}.png"), full_page=True)
    assert violations(page) == [], name
    assert overflow(page) == 0, name


@pytest.fixture
def told(site):
    """The address in the message: three people sent to the demo's association."""
    with site.app.extensions["passerelle"].database.transaction() as session:
        user = session.scalars(sa.select(User).where(User.name == ASSOCIATION)).one()
        advisor = session.scalars(sa.select(User).where(User.name == "Claire Delmotte")).one()
        advisor.phone = "+33322000000"
        agency = session.get_one(Agency, advisor.agency_id)
        assert agency.kind is AgencyKind.POLE_EMPLOI
        house = session.get_one(Organisation, user.organisation_id)
        offer = build.offer(session, employer=house, title="Aide jardinier", state=OfferState.OPEN)
        for name, disclosed in (("Inès", False), ("Karim", True), ("Rose", False)):
            who = hires.person(
                session, agency=agency, given_names=name, family_name="Morel", skills=["taille", "semis"],
                email=f"{name.lower()}@example.org".replace("è", "e"),
            )  # fmt: skip
            sent(session, advisor=advisor, agency=agency, offer=offer, who=who, disclosed=disclosed)
        _, token = link(session, offer, at=clock.now())
    return f"/reponse/employeur/{token}"


class Clicks:
    """Counts what a finger does on the page."""

    def __init__(self, page):
        self.page, self.count = page, 0

    def open(self, address):
        self.page.goto(address)
        self.count += 1

    def press(self, role, name):
        self.page.get_by_role(role, name=name, exact=False).first.click()
        self.count += 1


@pytest.mark.parametrize("script", [True, False])
def test_from_the_message_two_clicks_answer(site, told, script):
    page = site.page(375, java_script_enabled=script)
    met = Clicks(page)
    met.open(site.url + told)
    if script:
        sound(page, "link")
    met.press("button", "Rencontré : Inès M.")
    assert "Rencontré" in page.get_by_role("status").inner_text()
    chosen = Clicks(page)
    chosen.open(site.url + told)
    if script:
        sound(page, "link-chosen")
    chosen.press("button", "Retenu : Inès M.")
    assert "Retenu" in page.get_by_role("status").inner_text()
    print(f"clicks from the message: {met.count} for « Rencontré », {chosen.count} for « Retenu »")
    assert (met.count, chosen.count) == (2, 2)
    page.goto(f"{site.url}{told}?reponse=non-retenu")
    page.get_by_role("button", name="Confirmer : non retenu").first.click()
    assert page.get_by_role("heading", name="Il y a 1 point à corriger").is_visible()
    if script:
        sound(page, "link-wrong")
    page.get_by_label("Expérience").first.check()
    page.get_by_role("button", name="Confirmer : non retenu").first.click()
    assert "Non retenu" in page.get_by_role("status").inner_text()
    if script:
        sound(page, "link-answered")


@pytest.mark.parametrize("width", [1280, 375, 320])
def test_the_pages_of_an_employer_are_sound(site, told, width):
    with site.app.extensions["passerelle"].database.transaction() as session:
        user = session.scalars(sa.select(User).where(User.name == ASSOCIATION)).one()
        agency = session.scalars(sa.select(Agency).where(Agency.kind == AgencyKind.POLE_EMPLOI)).first()
        for name in (hires.FRANC, hires.AVENIR):
            made = hires.hired(session, agency=agency, name=name)
            made.organisation_id = user.organisation_id
            placements.change(
                session, made, placements.PlacementAction.START, actor_id=None, party=Party.ADVISOR,
                on=date(2013, 11, 18), at=clock.now(), book=programme.load(),
            )  # fmt: skip
        ref = session.scalar(sa.select(Placement.public_id).order_by(Placement.id.desc()))
    site.start(today="2014-01-20")
    page = site.sign_in(site.page(width), ASSOCIATION)
    sound(page, "home")
    for address, name in (
        ("/mes-candidats", "candidates"),
        ("/mes-aides", "aids"),
        (f"/mes-aides/{ref}", "contract"),
    ):
        page.goto(site.url + address)
        sound(page, name)
    page.goto(f"{site.url}/mes-aides/{ref}")
    page.get_by_text("Déclarer la rupture de l’essai").first.click() if page.get_by_text(
        "Déclarer la rupture de l’essai"
    ).count() else None
    sound(page, "contract-steps")
    page.emulate_media(media="print")
    page.goto(f"{site.url}/mes-aides")
    if width == 1280:
        assert overflow(page) == 0
        assert not page.get_by_role("navigation", name="Menu principal").is_visible()
    page.emulate_media(media="screen")
    page.goto(f"{site.url}/reponse/employeur/{'x' * 43}")
    sound(page, "link-over")
