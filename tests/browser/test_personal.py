"""The young person's link on a telephone, by keyboard, with and without script; axe finds nothing on any of its pages."""

from datetime import date

import pytest
import sqlalchemy as sa

from matching import clock, links, own_file
from matching.person_requests import ask
from matching.store.accounts import User
from matching.store.matches import MatchProposal
from matching.store.organisations import Offer
from matching.store.people import Person
from matching.vocabulary import LinkKind, OfferState, ProposalState as State, RequestKind
from tests.browser.conftest import overflow, violations

ON = date(2013, 11, 4)


class Young:
    """Somebody of the demo who is asked about an offer: their two links, and what their advisor opens."""

    def __init__(self, site):
        self.site = site
        with site.app.extensions["passerelle"].database.transaction() as session:
            advisor = session.scalars(sa.select(User).where(User.name == "Hugo Lenoir")).one()
            advisor.phone = "+33322000000"
            proposal = session.scalars(
                sa.select(MatchProposal)
                .join(Offer, Offer.id == MatchProposal.offer_id)
                .join(Person, Person.id == MatchProposal.person_id)
                .where(
                    MatchProposal.state == State.TO_REVIEW,
                    Offer.state == OfferState.OPEN,
                    Offer.scheme == "emploi_avenir",
                    Person.birth_date.is_not(None),
                )
                .order_by(MatchProposal.id)
                .limit(1)
            ).one()
            proposal.state, proposal.asked_on = State.PERSON_ASKED, ON
            person = session.get_one(Person, proposal.person_id)
            person.caseload_user_id = advisor.id
            self.name, self.born = person.given_names.split(" ")[0], f"{person.birth_date:%d/%m/%Y}"
            self.person, self.proposal = person.public_id, proposal.public_id
            at = clock.now()
            _, token = links.issue(
                session, LinkKind.ANSWER, at=at, proposal_id=proposal.id, person_id=person.id
            )
            self.answer = f"{site.url}/reponse/{token}"
            self.file = f"{site.url}/moi/{own_file.issue(session, person, actor_id=advisor.id, at=at)}"
            asked = ask(session, person, RequestKind.CORRECTION, "Le 06", fact="phone", on=ON, at=at)
            self.request = asked.public_id


@pytest.fixture
def young(site):
    return Young(site)


@pytest.mark.parametrize("script", [True, False])
def test_open_the_link_read_and_say_yes_by_keyboard(site, young, script):
    page = site.page(375, java_script_enabled=script)
    page.goto(young.answer)
    assert young.name in page.locator("h1").inner_text()
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.locator("button:focus", has_text="Oui").count():
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**fait=own-yes")
    assert "Vous avez dit oui" in page.locator("h1").inner_text()
    page.goto(young.answer)
    assert page.get_by_role("button", name="Oui").count() == 0
    assert page.get_by_role("link", name="03 22 00 00 00").is_visible()
    assert site.complaints == []


def test_the_page_of_the_person_on_a_telephone(site, young):
    page = site.page(375)
    page.goto(young.file)
    page.get_by_label("Votre date de naissance").fill(young.born)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Mes droits").wait_for()
    page.get_by_role("link", name="Dire ce que je veux").click()
    page.get_by_label("Métier que vous voulez le plus").fill("Fleuriste")
    page.get_by_label("Les deux me vont").check()
    page.get_by_role("button", name="Enregistrer").click()
    assert "Vos souhaits sont enregistrés" in page.locator("#status").inner_text()
    assert "Fleuriste" in page.locator("section", has_text="Mes souhaits").inner_text()
    page.locator("summary", has_text="Non merci").click()
    page.get_by_label("C’est trop loin").check()
    page.get_by_role("button", name="Envoyer mon non").click()
    assert "Votre réponse est enregistrée" in page.locator("#status").inner_text()
    page.get_by_role("button", name="Fermer ma page").click()
    assert page.get_by_role("heading", name="Mes droits").count() == 0
    assert site.complaints == []


@pytest.mark.parametrize("width", [1280, 375, 320])
def test_nothing_for_axe_and_no_sideways_scroll(site, young, width):
    page, wrong = site.page(width), {}

    def look(name):
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
        found = [*violations(page)] if width != 320 else []
        if found or overflow(page):
            wrong[name] = [*found, overflow(page)]

    page.goto(young.answer)
    look("answer")
    page.goto(f"{young.answer}x")
    look("gone")
    page.goto(young.file)
    look("birth date")
    page.get_by_label("Votre date de naissance").fill(young.born)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Mes droits").wait_for()
    look("file")
    for part in ("correction?info=phone", "souhaits", "effacement"):
        page.goto(f"{young.file}/{part}")
        look(part)
    advisor = page = site.sign_in(site.page(width), "Hugo Lenoir")
    for address in (
        "/demandes", f"/demandes/{young.request}", f"/candidats/{young.person}/lettre",
        f"/propositions/{young.proposal}/appel", f"/candidats/{young.person}", "/",
    ):  # fmt: skip
        advisor.goto(site.url + address)
        look(address)
    advisor.goto(f"{site.url}/candidats/{young.person}")
    advisor.get_by_role("button", name="Donner un lien personnel").click()
    advisor.get_by_label("SMS à copier").wait_for()
    look("link")
    assert wrong == {}
