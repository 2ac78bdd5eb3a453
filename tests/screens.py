"""Every page that exists: who looks at it, and its address on the demo."""

from datetime import date

import sqlalchemy as sa

from matching.store.accounts import User
from matching.store.campaign import ClausePerson, Lot, PotentialApproach, Tender
from matching.store.follow_up import HandOver
from matching.store.intake import ImportBatch
from matching.store.matches import MatchProposal
from matching.store.organisations import Offer, Organisation
from matching.store.people import Person
from matching.store.placements import Placement
from matching.store.sessions import CollectiveSession, SessionAttendance, SessionSlot
from matching.vocabulary import (
    ApproachState,
    AttendanceState,
    HandOverState,
    OfferState,
    ProposalState,
    SessionState,
    TenderState,
)

CHIEF, OFFICER, ADMIN = "Claire Delmotte", "Étienne Vasseur", "Sophie Marchal"
LOCAL = "Leïla Morand"
ANIMATOR = "Rachida Amrani"

#: endpoint -> who looks at it, its address; {names} are taken from the demo
SCREENS = {
    "accounts.sign_in": (None, "/connexion"),
    "accounts.forgotten": (None, "/mot-de-passe"),
    "accounts.invitation": (None, "/invitation/rien"),
    "accounts.new_password": (None, "/mot-de-passe/rien"),
    "planning.index": (None, "/planning"),
    "planning.poster": (None, "/planning/affiche"),
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
    "call_list.index": (CHIEF, "/associations/a-appeler"),
    "organisations.show": (CHIEF, "/organisations/{organisation}"),
    "invitations.invite": (CHIEF, "/organisations/{organisation}/invitation"),
    "people.index": (CHIEF, "/candidats"),
    "people.show": (CHIEF, "/candidats/{person}"),
    "people.details": (CHIEF, "/candidats/{person}/coordonnees"),
    "people.offers": (CHIEF, "/candidats/{person}/offres"),
    "requests.index": (CHIEF, "/demandes"),
    "requests.letter": (CHIEF, "/candidats/{person}/lettre"),
    "requests.call": (CHIEF, "/propositions/{proposal}/appel"),
    "messages.index": (CHIEF, "/messages"),
    "placements.index": (CHIEF, "/placements"),
    "placements.show": (CHIEF, "/placements/{placement}"),
    "aided.index": (CHIEF, "/contrats-aides"),
    "aided.new": (CHIEF, "/contrats-aides/nouveau?q=a"),
    "aided.show": (CHIEF, "/placements/{aided}/conventions"),
    "aided.register_form": (CHIEF, "/candidats/{person}/contrat-aide"),
    "placements.open_form": (CHIEF, "/propositions/{selected}/embauche"),
    "graduates.index": (CHIEF, "/diplomes"),
    "graduates.show": (CHIEF, "/diplomes/{graduate}"),
    "graduates.letter_form": (CHIEF, "/diplomes/{graduate}/employeurs/{approached}/lettre"),
    "graduates.profiles": (CHIEF, "/diplomes/employeurs/{approached}"),
    "hand_overs.index": (LOCAL, "/passations"),
    "hand_overs.show": (LOCAL, "/passations/{hand_over}"),
    "hand_overs.ask_form": (CHIEF, "/placements/{placement}/passation"),
    "break_glass.show": (CHIEF, "/hors-portefeuille"),
    "deadlines.index": (CHIEF, "/echeances"),
    "imports.index": (CHIEF, "/imports"),
    "imports.new": (CHIEF, "/imports/nouveau"),
    "imports.show": (CHIEF, "/imports/{batch}"),
    "reports.index": (CHIEF, "/bilans"),
    "reports.show": (CHIEF, "/bilans/2013-10"),
    "reports.publication": (CHIEF, "/bilans/2013-10/publication"),
    "rules.index": (CHIEF, "/regles"),
    "sessions.index": (ANIMATOR, "/seances"),
    "sessions.show": (CHIEF, "/seances/{full}?q=a"),
    "sessions.sign": (ANIMATOR, "/seances/{unclosed}/emargement?q=a"),
    "sessions.sheet": (ANIMATOR, "/seances/{full}/feuille"),
    "packs.show": (CHIEF, "/seances/{full}/offres?q=a"),
    "packs.sheet": (ANIMATOR, "/seances/{full}/offres/feuille"),
    "sessions.new": (CHIEF, "/seances/nouvelle"),
    "sessions.edit": (CHIEF, "/seances/{full}/modifier"),
    "sessions.cancellation": (CHIEF, "/seances/{full}/annulation"),
    "sessions.setting": (CHIEF, "/seances/reglages"),
    "sessions.new_slot": (CHIEF, "/seances/creneaux/nouveau"),
    "sessions.slot": (CHIEF, "/seances/creneaux/{slot}"),
    "sessions.closure": (
        CHIEF,
        "/seances/fermetures/nouvelle?starts_on=12/11/2013&ends_on=22/11/2013&reason=Travaux",
    ),
    "accounts.index": (ADMIN, "/comptes"),
    "accounts.invite": (ADMIN, "/comptes/invitation"),
    "accounts.edit": (ADMIN, "/comptes/{user}"),
    "admin.journal": (ADMIN, "/journal"),
    "admin.verification": (ADMIN, "/journal/verification"),
    "jobs.index": (ADMIN, "/travaux"),
    "clauses.index": (CHIEF, "/clauses"),
    "clauses.new": (CHIEF, "/clauses/nouveau"),
    "clauses.show": (CHIEF, "/clauses/{tender}"),
    "clauses.edit": (CHIEF, "/clauses/{tender}/modifier"),
    "clauses.year": (CHIEF, "/clauses/acheteurs/2013"),
    "clauses.lot_new": (CHIEF, "/clauses/{tender}/lots/nouveau"),
    "clauses.lot": (CHIEF, "/clauses/lots/{lot}"),
    "clauses.lot_edit": (CHIEF, "/clauses/lots/{lot}/modifier"),
    "clauses.person_new": (CHIEF, "/clauses/lots/{lot}/personnes/nouvelle?ailleurs=1"),
    "clauses.person_edit": (CHIEF, "/clauses/lots/{lot}/personnes/{clause_person}"),
}
#: What answers with something else than a page of its own, or is looked at by a test of its own.
OTHERS = {
    # an employer's: tests/web/test_employer_pages.py and tests/browser/test_employer_answers.py
    "aids.index", "aids.show", "released.by_link", "released.index",
    "messages.show",  # tests/web/test_messages_pages.py
    "call_list.show",  # tests/web/test_call_list_pages.py
    # tests/web/test_employer_offers.py and tests/browser/test_employer_offer.py
    "estimates.titles", "offer_link.show", "own_offers.check",
    "accounts.second_factor", "accounts.confirm", "health.alive", "health.ready", "imports.rejects", "imports.state",
    "check_ins.ask", "feeds.read", "jobs.show", "jobs.state", "reports.as_csv", "reports.as_json", "static",
    "planning.feed", "planning.one",  # tests/web/test_planning.py
    "personal.answer", "personal.correction", "personal.erasure", "personal.file", "personal.wish", "requests.show",
}  # fmt: skip
#: Pages that say no: who asks for what is not theirs, or is not there.
REFUSALS = {"no such page": (CHIEF, "/nulle-part"), "another role's": (OFFICER, "/offres"),
            "not over": (CHIEF, "/bilans/2013-11"), "nothing published": (OFFICER, "/bilans")}  # fmt: skip


def names(database):
    """The demo's rows that addresses need."""
    with database.reading() as session:

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
        hours = one(sa.select(Lot).join(ClausePerson, ClausePerson.lot_id == Lot.id).join(Tender, Tender.id == Lot.tender_id)
                    .where(Tender.state == TenderState.INSERTED).order_by(Lot.id))  # fmt: skip
        placed = sa.select(Placement.proposal_id).where(Placement.proposal_id.is_not(None))
        return {
            "offer": looked_at.public_id,
            "proposal": proposal.public_id,
            "organisation": session.get_one(Organisation, looked_at.organisation_id).public_id,
            "person": session.get_one(Person, proposal.person_id).public_id,
            "incomplete": one(offer(OfferState.TO_COMPLETE)),
            "placement": one(
                sa.select(Placement.public_id)
                .where(Placement.programme == "emplois-avenir")
                .order_by(Placement.id)
            ),
            "aided": one(
                sa.select(Placement.public_id).where(Placement.programme == "cui-cae").order_by(Placement.id)
            ),
            "selected": one(
                sa.select(MatchProposal.public_id).where(
                    MatchProposal.state == ProposalState.SELECTED, MatchProposal.id.not_in(placed)
                )
            ),
            "batch": one(sa.select(ImportBatch.public_id).order_by(ImportBatch.id.desc())),
            "hand_over": one(sa.select(HandOver.public_id).where(HandOver.state == HandOverState.ASKED)),
            **_graduate(session),
            "unclosed": one(
                sa.select(CollectiveSession.id)
                .where(
                    CollectiveSession.state == SessionState.PLANNED,
                    CollectiveSession.held_on < date(2013, 11, 4),
                )
                .order_by(CollectiveSession.held_on)
            ),
            "full": one(
                sa.select(SessionAttendance.session_id).where(
                    SessionAttendance.state == AttendanceState.WAITING
                )
            ),
            "slot": one(sa.select(SessionSlot.public_id).order_by(SessionSlot.id)),
            "tender": one(sa.select(Tender.public_id).where(Tender.id == hours.tender_id)),
            "lot": hours.public_id,
            "clause_person": one(sa.select(ClausePerson.public_id).where(ClausePerson.lot_id == hours.id)),
            "user": one(sa.select(User.public_id).order_by(User.id)),
        }


def _graduate(session):
    """Somebody for whom an employer was contacted, and that employer."""
    found = session.execute(
        sa.select(Person.public_id, Organisation.public_id)
        .join(PotentialApproach, PotentialApproach.person_id == Person.id)
        .join(Organisation, Organisation.id == PotentialApproach.organisation_id)
        .where(PotentialApproach.state == ApproachState.CONTACTED)
        .order_by(PotentialApproach.id)
        .limit(1)
    ).one()
    return {"graduate": found[0], "approached": found[1]}


def pages(app):
    """Endpoints that answer with a page of their own."""
    return {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in rule.methods and rule.endpoint not in OTHERS
    }
