"""Every page that exists: who looks at it, and its address on the demo."""

from datetime import date

import sqlalchemy as sa

from matching.store.accounts import User
from matching.store.campaign import ClausePerson, Lot, Outreach, PotentialApproach, Tender
from matching.store.club import Club, ClubMembership, Cohort
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
    MembershipState,
    OfferState,
    OutreachPurpose,
    OutreachState,
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
    "call_list.show": (CHIEF, "/associations/a-appeler/{listed}"),
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
    "outreach.index": (CHIEF, "/associations"),
    "outreach.show": (OFFICER, "/associations/{listed}"),
    "outreach.employers": (CHIEF, "/employeurs"),
    "outreach.employer": (CHIEF, "/employeurs/{campaign}"),
    "outreach.outside": (CHIEF, "/employeurs/ajouter"),
    "outreach.together": (CHIEF, "/associations/lot?pour=notifier&ref={listed}"),
    "outreach.models": (CHIEF, "/associations/modele"),
    "outreach.letter": (CHIEF, "/associations/{listed}/lettre"),
    "outreach.batch": (CHIEF, "/employeurs/lettres?ref={campaign}"),
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
    "club_entry.index": (ANIMATOR, "/club/groupes"),
    "club_entry.show": (ANIMATOR, "/club/groupes/{cohort}"),
    "club_entry.new_cohort": (ANIMATOR, "/club/groupes/nouveau?jeune={prospect}"),
    "club_entry.edit_cohort": (ANIMATOR, "/club/groupes/{cohort}/modification"),
    "club_entry.candidates": (ANIMATOR, "/club/candidats"),
    "club_entry.suggestions": (ANIMATOR, "/club/candidats/groupes"),
    "club_entry.enter": (ANIMATOR, "/club/candidats/{prospect}/inscription"),
    "club_entry.register": (ANIMATOR, "/club/{invited}/inscription"),
    "club_entry.settings": (CHIEF, "/club/reglages"),
    "club_entry.new_club": (CHIEF, "/club/reglages/nouveau"),
    "club_entry.edit_club": (CHIEF, "/club/reglages/{club}"),
    "club.index": (ANIMATOR, "/club"),
    "club.week": (ANIMATOR, "/club/semaine"),
    "club.show": (ANIMATOR, "/club/{member}"),
    "club.contact": (ANIMATOR, "/club/{member}/contacts/nouveau"),
    "club.leave": (ANIMATOR, "/club/{member}/sortie"),
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
    # one form a page, drawn as « club.contact » is: tests/web/test_club_pages.py and tests/browser/test_club.py
    "club.answer_approach", "club.approach", "club.complete_week", "club.correct_contact", "club.extend",
    "club.follow_up", "club.pause", "club.reopen",
    # opened by a link: tests/web/test_club_entry_pages.py
    "club_entry.ask",
    # an employer's: tests/web/test_employer_pages.py and tests/browser/test_employer_answers.py
    "aids.index", "aids.show", "released.by_link", "released.index",
    "messages.show",  # tests/web/test_messages_pages.py
    # tests/web/test_employer_offers.py and tests/browser/test_employer_offer.py
    "estimates.titles", "offer_link.show", "own_offers.check",
    "accounts.second_factor", "accounts.confirm", "health.alive", "health.ready", "imports.rejects", "imports.state",
    "check_ins.ask", "feeds.read", "jobs.show", "jobs.state", "reports.as_csv", "reports.as_json", "static",
    "planning.feed", "planning.one",  # tests/web/test_planning.py
    "personal.answer", "personal.correction", "personal.erasure", "personal.file", "personal.wish", "personal.sessions", "requests.show",
}  # fmt: skip
#: Pages that another role meets as well, with what is theirs on them.
ALSO = {
    "the animator's day": (ANIMATOR, "/"),
    "the officer's day": (OFFICER, "/"),
    "the register, by an officer": (OFFICER, "/associations"),
    "whom to call, by an officer": (OFFICER, "/associations/a-appeler"),
    "the sessions, by an advisor": (CHIEF, "/seances"),
    "the club, by an advisor": (CHIEF, "/club"),
}
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

        def of_campaign(purpose, state):
            query = sa.select(Outreach.public_id).where(Outreach.purpose == purpose, Outreach.state == state)
            return query.order_by(Outreach.year.desc(), Outreach.id)

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
            **_club_entry(session),
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
            "listed": one(of_campaign(OutreachPurpose.AVENIR, OutreachState.TO_CHASE)),
            "campaign": one(of_campaign(OutreachPurpose.FRANC, OutreachState.CONTACTED)),
            "user": one(sa.select(User.public_id).order_by(User.id)),
        }


def _club_entry(session):
    """The club, its group to come, somebody invited, and somebody who is in none."""
    cohort = session.scalars(sa.select(Cohort).order_by(Cohort.starts_on.desc()).limit(1)).one()
    invited = sa.select(ClubMembership.public_id).where(
        ClubMembership.cohort_id == cohort.id, ClubMembership.state == MembershipState.INVITED
    )
    free = sa.select(Person.public_id).where(Person.id.not_in(sa.select(ClubMembership.person_id)))
    return {
        "club": session.get_one(Club, cohort.club_id).public_id,
        "cohort": cohort.public_id,
        "invited": session.scalars(invited.order_by(ClubMembership.id).limit(1)).one(),
        "prospect": session.scalars(free.order_by(Person.id.desc()).limit(1)).one(),
        "member": session.scalars(
            sa.select(ClubMembership.public_id)
            .where(ClubMembership.state == MembershipState.PAUSED)
            .order_by(ClubMembership.id)
            .limit(1)
        ).one(),
    }


def _graduate(session):
    """Somebody for whom an employer was contacted, else suggested, and that employer."""
    found = session.execute(
        sa.select(Person.public_id, Organisation.public_id)
        .join(PotentialApproach, PotentialApproach.person_id == Person.id)
        .join(Organisation, Organisation.id == PotentialApproach.organisation_id)
        .where(PotentialApproach.state.in_((ApproachState.CONTACTED, ApproachState.SUGGESTED)))
        .order_by(PotentialApproach.state == ApproachState.SUGGESTED, PotentialApproach.id)
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
