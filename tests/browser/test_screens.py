"""Every page that exists, as each role meets it: nothing for axe to find, no sideways scroll, a silent console.

A page added without an address here makes the first test fail.
"""

import pytest
import sqlalchemy as sa

from matching.store.accounts import User
from matching.store.intake import ImportBatch
from matching.store.matches import MatchProposal
from matching.store.organisations import Offer, Organisation
from matching.store.people import Person
from matching.store.placements import Placement
from matching.vocabulary import OfferState, ProposalState
from tests.browser.conftest import overflow, violations

CHIEF, OFFICER, ADMIN = "Claire Delmotte", "Étienne Vasseur", "Sophie Marchal"

#: endpoint -> who looks at it, its address; {names} are taken from the demo
SCREENS = {
    "accounts.sign_in": (None, "/connexion"),
    "accounts.forgotten": (None, "/mot-de-passe"),
    "accounts.invitation": (None, "/invitation/rien"),
    "accounts.new_password": (None, "/mot-de-passe/rien"),
    "help.accessibility": (None, "/accessibilite"),
    "help.privacy": (None, "/donnees-personnelles"),
    "home.index": (CHIEF, "/"),
    "help.index": (CHIEF, "/aide"),
    "help.score": (CHIEF, "/aide/score"),
    "help.shortcuts": (CHIEF, "/aide/raccourcis"),
    "accounts.show": (CHIEF, "/compte"),
    "accounts.change_password": (CHIEF, "/compte/mot-de-passe"),
    "accounts.new_factor": (CHIEF, "/compte/second-facteur"),
    "accounts.new_recovery_codes": (CHIEF, "/compte/codes-de-secours"),
    "proposals.index": (CHIEF, "/propositions"),
    "proposals.journal": (CHIEF, "/propositions/journal"),
    "proposals.queue": (CHIEF, "/offres/{offer}/propositions"),
    "proposals.show": (CHIEF, "/offres/{offer}/propositions/{proposal}"),
    "proposals.ask": (CHIEF, "/propositions/{proposal}/ecart"),
    "proposals.together": (CHIEF, "/offres/{offer}/propositions/lot?action=approve&proposal={proposal}"),
    "offers.index": (CHIEF, "/offres"),
    "offers.show": (CHIEF, "/offres/{offer}"),
    "offers.edit": (CHIEF, "/offres/{offer}/modifier"),
    "offers.complete": (CHIEF, "/offres/{incomplete}/completer"),
    "offers.withdraw": (CHIEF, "/offres/{offer}/retirer"),
    "offers.new": (CHIEF, "/offres/nouvelle"),
    "offers.take": (CHIEF, "/organisations/{organisation}/offre"),
    "organisations.index": (CHIEF, "/organisations"),
    "organisations.show": (CHIEF, "/organisations/{organisation}"),
    "people.index": (CHIEF, "/candidats"),
    "people.show": (CHIEF, "/candidats/{person}"),
    "people.details": (CHIEF, "/candidats/{person}/coordonnees"),
    "people.offers": (CHIEF, "/candidats/{person}/offres"),
    "placements.index": (CHIEF, "/placements"),
    "placements.show": (CHIEF, "/placements/{placement}"),
    "placements.open_form": (CHIEF, "/propositions/{selected}/embauche"),
    "deadlines.index": (CHIEF, "/echeances"),
    "imports.index": (CHIEF, "/imports"),
    "imports.new": (CHIEF, "/imports/nouveau"),
    "imports.show": (CHIEF, "/imports/{batch}"),
    "reports.index": (CHIEF, "/bilans"),
    "reports.show": (CHIEF, "/bilans/2013-10"),
    "reports.publication": (CHIEF, "/bilans/2013-10/publication"),
    "rules.index": (CHIEF, "/regles"),
    "accounts.index": (ADMIN, "/comptes"),
    "accounts.invite": (ADMIN, "/comptes/invitation"),
    "accounts.edit": (ADMIN, "/comptes/{user}"),
    "admin.journal": (ADMIN, "/journal"),
    "admin.verification": (ADMIN, "/journal/verification"),
    "jobs.index": (ADMIN, "/travaux"),
}
#: What answers with something else than a page of its own, or is looked at by a test of its own.
OTHERS = {
    "accounts.second_factor", "accounts.confirm", "health.alive", "health.ready", "imports.rejects", "imports.state",
    "jobs.show", "jobs.state", "reports.as_csv", "reports.as_json", "static",
}  # fmt: skip
#: Pages that say no: who asks for what is not theirs, or is not there.
REFUSALS = {"no such page": (CHIEF, "/nulle-part"), "another role's": (OFFICER, "/offres"),
            "not over": (CHIEF, "/bilans/2013-11"), "nothing published": (OFFICER, "/bilans")}  # fmt: skip


def names(site):
    """The demo's rows that addresses need."""
    with site.app.extensions["passerelle"].database.reading() as session:

        def one(query):
            return session.execute(query.limit(1)).scalar_one()

        def offer(state):
            return sa.select(Offer.public_id).where(Offer.state == state).order_by(Offer.id)

        waiting = (
            sa.select(MatchProposal)
            .join(Offer, Offer.id == MatchProposal.offer_id)
            .where(MatchProposal.state == ProposalState.TO_REVIEW, Offer.state == OfferState.OPEN)
            .order_by(MatchProposal.id)
        )
        proposal = session.scalars(waiting.limit(1)).one()
        looked_at = session.get_one(Offer, proposal.offer_id)
        placed = sa.select(Placement.proposal_id).where(Placement.proposal_id.is_not(None))
        return {
            "offer": looked_at.public_id,
            "proposal": proposal.public_id,
            "organisation": session.get_one(Organisation, looked_at.organisation_id).public_id,
            "person": session.get_one(Person, proposal.person_id).public_id,
            "incomplete": one(offer(OfferState.TO_COMPLETE)),
            "placement": one(sa.select(Placement.public_id).order_by(Placement.id)),
            "selected": one(
                sa.select(MatchProposal.public_id).where(
                    MatchProposal.state == ProposalState.SELECTED, MatchProposal.id.not_in(placed)
                )
            ),
            "batch": one(sa.select(ImportBatch.public_id).order_by(ImportBatch.id.desc())),
            "user": one(sa.select(User.public_id).order_by(User.id)),
        }


def test_every_page_is_looked_at(site):
    pages = {
        rule.endpoint
        for rule in site.app.url_map.iter_rules()
        if "GET" in rule.methods and rule.endpoint not in OTHERS
    }
    assert pages == set(SCREENS)


@pytest.mark.parametrize("width", [1280, 375, 320])
@pytest.mark.parametrize("who", [None, CHIEF, ADMIN, OFFICER])
def test_nothing_for_axe_no_sideways_scroll_a_silent_console(site, who, width):
    known = names(site)
    page = site.page(width)
    if who is not None:
        site.sign_in(page, who)
    wrong = {}
    for name, (whose, address) in {**SCREENS, **REFUSALS}.items():
        if whose != who:
            continue
        site.complaints.clear()
        page.goto(site.url + address.format(**known))
        refused = name in REFUSALS or name in ("accounts.invitation", "accounts.new_password")
        found = [*violations(page)] if width != 320 else []
        if overflow(page):
            found.append(f"{overflow(page)} pixels too wide")
        # The browser itself says that an answer was a refusal; a page gives it nothing else to say.
        found += [said for said in site.complaints if not (refused and "Failed to load resource" in said)]
        if found:
            wrong[name] = found
    assert wrong == {}


def test_the_examination_is_whole_without_a_script(site):
    known = names(site)
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
    known = names(site)
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
