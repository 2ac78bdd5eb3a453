"""Sessions for the tests of the planning: plain rows with visible defaults."""

from datetime import UTC, date, datetime, time

from matching.store.organisations import Offer
from matching.store.sessions import CollectiveSession, SessionAttendance, SessionOffer, SessionSlot
from matching.vocabulary import AttendanceState, SessionState
from tests import build
from tests.web.doors import an_agency

MADE = datetime(2013, 10, 1, 8, tzinfo=UTC)
PLACE = "Atrium, Amiens Nord, salle du rez-de-chaussée, accès de plain-pied"


def slot(session, *, agency=None, **changes):
    """Tuesdays at the Atrium, from 9:30 to 11:30."""
    facts = {
        "agency_id": (agency or an_agency(session)).id, "weekday": 1, "starts_at": time(9, 30), "ends_at": time(11, 30),
        "theme": "Préparer sa candidature", "description": "CV, lettre, entretien.", "place": PLACE, "capacity": 12,
        "valid_from": date(2013, 9, 1), "valid_to": None, **changes,
    }  # fmt: skip
    return build._add(session, SessionSlot(**facts))


def held(session, on=date(2013, 11, 19), *, agency=None, **changes):
    """A session of that day, planned, of twelve seats."""
    facts = {
        "agency_id": (agency or an_agency(session)).id, "held_on": on, "starts_at": time(9, 30), "ends_at": time(11, 30),
        "theme": "Réussir son entretien", "place": PLACE, "capacity": 12, "state": SessionState.PLANNED, "sequence": 0,
        "made_at": MADE, "changed_at": MADE, **changes,
    }  # fmt: skip
    return build._add(session, CollectiveSession(**facts))


def seat(session, row, person=None, state=AttendanceState.REGISTERED):
    who = person or build.person(session)
    facts = {"registered_on": date(2013, 11, 4), "asked_at": MADE, "state": state}
    return build._add(session, SessionAttendance(session_id=row.id, person_id=who.id, **facts))


def packed(session, row, offer: Offer, rank=1, how="chosen", **changes):
    facts = {"rank": rank, "packed": how, "reach": 1, "adds": 1, **changes}
    return build._add(session, SessionOffer(session_id=row.id, offer_id=offer.id, **facts))
