"""The advisor's day from end to end, as the issue tells it: by keyboard, to the month's report."""

import re

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from matching.store.matches import MatchProposal
from matching.store.organisations import Offer, Organisation
from matching.store.people import Person
from matching.store.placements import AidMilestone, Placement
from matching.vocabulary import OfferState, PlacementState, ProposalState

CHIEF = "Claire Delmotte"


@pytest.fixture
def offer(site):
    """(title, employer) of an emploi d'avenir whose two best candidates have a sure right and a telephone."""
    best = (
        sa.select(
            MatchProposal.offer_id,
            sa.func.row_number().over(
                partition_by=MatchProposal.offer_id, order_by=(MatchProposal.score.desc(), MatchProposal.id)
            ).label("place"),
            MatchProposal.verdict,
            Person.phone,
            Person.contact_agreed,
        )
        .join(Person, Person.id == MatchProposal.person_id)
        .where(MatchProposal.state == ProposalState.TO_REVIEW)
        .subquery()
    )  # fmt: skip
    sure = (
        sa.select(best.c.offer_id)
        .where(best.c.place <= 4, best.c.verdict == 1, best.c.phone.is_not(None), best.c.contact_agreed)
        .group_by(best.c.offer_id)
        .having(sa.func.count() == 4)
    )
    with site.app.extensions["passerelle"].database.reading() as session:
        found = session.execute(
            sa.select(Offer.title, Organisation.name)
            .join(Organisation, Organisation.id == Offer.organisation_id)
            .where(Offer.state == OfferState.OPEN, Offer.scheme == "emploi_avenir", Offer.id.in_(sure))
            .order_by(Offer.id)
        ).first()
    assert found is not None
    return found


def sheet(page):
    return page.locator("#fiche h2")


def name_on(page):
    """The name of the candidate on the screen, whichever apostrophe it is written with."""
    return re.compile(re.escape(sheet(page).inner_text().split("·")[0].strip()).replace("'", "['’]"))


def test_from_the_first_decision_to_the_report_of_the_month(site, offer):
    title, employer = offer
    page = site.sign_in(site.page(), CHIEF)
    expect(page.locator("h1")).to_contain_text("Lundi 4 novembre")

    # An offer is opened.
    page.get_by_role("link", name="Propositions", exact=True).click()
    page.get_by_label("Offre ou employeur").fill(employer)
    page.get_by_role("button", name="Chercher").click()
    page.get_by_role("link", name=re.compile(rf"^{re.escape(title)}")).first.click()
    expect(page.locator("h1")).to_have_text(title)

    # One is proposed, the next set aside, which is then undone: by keyboard, without loading a page.
    first = name_on(page)
    page.evaluate("window.sameDocument = true")
    page.keyboard.press("p")
    expect(page.locator("#status")).to_contain_text(first)
    expect(sheet(page)).not_to_contain_text(first)
    second = name_on(page)
    page.keyboard.press("e")
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    expect(page.locator("#status")).to_contain_text(second)
    expect(sheet(page)).not_to_contain_text(second)
    page.keyboard.press("u")
    expect(sheet(page)).to_contain_text(second)
    assert page.evaluate("window.sameDocument") is True

    # The one who was proposed is asked, agrees, is sent, is chosen.
    page.get_by_role("link", name=first).first.click()
    expect(sheet(page)).to_contain_text(first)
    page.keyboard.press("c")
    page.get_by_role("dialog").get_by_role("button", name=re.compile("contact", re.I)).click()
    expect(page.locator("#status")).to_contain_text("contact noté")
    page.get_by_role("button", name="Noter son accord").click()
    page.get_by_role("button", name="Transmettre à l’employeur").click()
    page.get_by_label("Premier jour de travail").fill("18/11/2013")
    page.get_by_role("button", name="Noter son choix").click()

    # The hire: promise, request, decision and signature on one form.
    page.get_by_role("link", name="Ouvrir l’embauche").click()
    for label in ("promesse", "demande", "décision", "signature"):
        page.get_by_role("textbox", name=f"Jour de la {label}").fill("4/11/2013")
    for box in page.get_by_role("group", name=re.compile("atteste")).get_by_role("checkbox").all():
        box.check()
    page.get_by_label("Aide accordée").check()
    page.get_by_label("Numéro de la décision").fill("80-2013-901")
    page.get_by_role("button", name="Enregistrer l’embauche").click()
    expect(page.locator("h1")).to_contain_text(first)

    with site.app.extensions["passerelle"].database.reading() as session:
        (placement,) = session.scalars(sa.select(Placement).where(Placement.aid_number == "80-2013-901"))
        assert placement.state is PlacementState.SIGNED
        assert placement.snapshot["verdict"] == "eligible"
        due = session.scalar(
            sa.select(sa.func.count())
            .select_from(AidMilestone)
            .where(AidMilestone.placement_id == placement.id)
        )
        assert due > 36

    # November is over: its report counts it.
    site.start(today="2013-12-02")
    page = site.sign_in(site.page(), CHIEF)
    page.get_by_role("link", name="Bilans", exact=True).click()
    page.get_by_role("link", name=re.compile("novembre 2013", re.I)).first.click()
    signed = page.locator(".kpi-item").filter(has_text=re.compile("emplois d.avenir"))
    expect(signed.locator(".kpi-value")).to_have_text("9")
    assert site.complaints == []
