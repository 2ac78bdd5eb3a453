"""People ready to be hired under each programme, for the tests of hires."""

from datetime import UTC, date, datetime

from matching import placements
from matching.eligibility import programme
from matching.store.matches import ReviewDecision
from matching.store.organisations import Zone
from matching.store.people import RegistrationSpell, ResidenceSpell
from matching.vocabulary import (
    Party,
    ProposalState,
    ResidenceKind,
    ResidenceMethod,
    Sector,
    ZoneKind,
)
from tests import build

BOOK = programme.load()
DAY = date(2013, 11, 4)
AT = datetime(2013, 11, 4, 9, tzinfo=UTC)
AVENIR, FRANC = "emplois-avenir", "emplois-francs-2013"
STATED = {
    AVENIR: ("commitments_signed", "contributions_paid"),
    FRANC: ("contributions_paid", "no_other_aid", "no_redundancy", "not_on_payroll"),
}
A = placements.PlacementAction


def zus(session):
    found = session.query(Zone).filter_by(local_id="zus-nord").one_or_none()
    if found is None:
        found = Zone(
            local_id="zus-nord", kind=ZoneKind.ZUS, name="Amiens Nord", insee_codes=["80021"],
            valid_from=date(1996, 12, 28), valid_to=date(2014, 12, 31),
        )  # fmt: skip
        session.add(found)
        session.flush()
    return found


def person(session, *, agency, **changes):
    """Twenty, without diploma or job, registered and in a ZUS since 2012: both programmes are open."""
    made = build.person(session, agency_id=agency.id, **changes)
    session.add(RegistrationSpell(person_id=made.id, start_on=date(2012, 1, 2), source="pole-emploi"))
    session.add(
        ResidenceSpell(
            person_id=made.id, kind=ResidenceKind.CONFIRMED, zone_id=zus(session).id, insee_code="80021",
            start_on=date(2012, 1, 2), source="advisor", method=ResidenceMethod.PROOF, proof="quittance",
        )
    )  # fmt: skip
    session.flush()
    return made


def selected(session, *, agency, name=AVENIR, who=None, on=date(2013, 10, 14), offer=None, **terms):
    """A proposal whose person the employer chose on `on`, for an offer of that programme (None: ordinary law)."""
    if offer is None:
        facts = {
            AVENIR: {"scheme": "emploi_avenir"},
            FRANC: {"scheme": "emploi_franc", "contract_kind": "CDI", "months": None},
            None: {"scheme": None, "contract_kind": "CDD", "months": 6},
        }[name]
        sector = Sector.MARKET if name == FRANC else Sector.NON_PROFIT
        offer = build.offer(
            session, employer=build.organisation(session, sector=sector), **{**facts, **terms}
        )
    made = build.proposal(
        session,
        person=who or person(session, agency=agency),
        offer=offer,
        state=ProposalState.SELECTED,
        expected_start_on=date(2013, 11, 18),
    )
    session.add(
        ReviewDecision(
            proposal_id=made.id, action="selected", from_state=ProposalState.INTERVIEW,
            to_state=ProposalState.SELECTED, decided_on=on, decided_at=AT,
        )
    )  # fmt: skip
    session.flush()
    return made


def way(name):
    """The steps to the signature under that programme, each on its own day."""
    details = placements.Details
    steps = [placements.Planned(A.PROMISE, date(2013, 10, 16))]
    if name is not None:
        asked = date(2013, 10, 18)
        steps += [
            placements.Planned(A.REQUEST_AID, asked, details(conditions=dict.fromkeys(STATED[name], asked))),
            placements.Planned(A.GRANT, date(2013, 10, 28), details(number="80-1")),
        ]
    terms = details(starts_on=date(2013, 11, 18), trial_end_on=date(2014, 1, 17))
    return [*steps, placements.Planned(A.SIGN, DAY, terms)]


def hired(session, *, agency, name=AVENIR, actor_id=None, steps=None, **changes):
    """A placement taken as far as the signature, or through these steps."""
    return placements.open_with(
        session,
        selected(session, agency=agency, name=name, **changes),
        way(name) if steps is None else steps,
        programme=name,
        actor_id=actor_id,
        party=Party.ADVISOR,
        at=AT,
        book=BOOK,
    )


def take(session, made, action, on, *, party=Party.ADVISOR, **details):
    """One more step of a placement."""
    return placements.change(
        session, made, action, actor_id=None, party=party, on=on, at=AT, book=BOOK,
        details=placements.Details(**details),
    )  # fmt: skip


def running(session, *, agency, name=AVENIR, **changes):
    """A contract begun on 18 November 2013 whose trial ended well on 17 January 2014."""
    made = hired(session, agency=agency, name=name, **changes)
    take(session, made, A.START, date(2013, 11, 18))
    take(session, made, A.PASS_TRIAL, date(2014, 1, 17))
    take(session, made, A.RUN, date(2014, 1, 17))
    return made
