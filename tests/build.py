"""Rows for tests: plain functions with visible defaults; a test names only what matters."""

import itertools
from datetime import date

from matching.store.accounts import User
from matching.store.matches import MatchProposal
from matching.store.organisations import Offer, Organisation, Zone
from matching.store.people import Person, ResidenceSpell, Situation, SourceRecord
from matching.store.placements import Placement
from matching.vocabulary import (
    OfferState,
    PlacementState,
    ProposalState,
    ResidenceKind,
    ResidenceMethod,
    Role,
    Sector,
    SituationValue,
    Source,
    ZoneKind,
)

_number = itertools.count(1)


def _add(session, row):
    session.add(row)
    session.flush()
    return row


def user(session, **changes):
    facts = {
        "email": f"u{next(_number)}@exemple.fr",
        "name": "Claire Delmotte",
        "role": Role.ADVISOR,
        **changes,
    }
    return _add(session, User(**facts))


def person(session, *, situation=SituationValue.NO_JOB, identifier=None, **changes):
    """Twenty years old, without diploma, out of work since 2012, wants to keep gardens in Amiens."""
    number = next(_number)
    facts = {
        "family_name": "Morel", "given_names": f"Inès {number}", "name_key": f"morel ines {number}",
        "birth_date": date(1993, 5, 14), "phone": "+33639980000", "contact_agreed": True, "insee_code": "80021",
        "wanted_title": "jardinière", "no_diploma_stated_on": date(2013, 1, 7), "known_since": date(2013, 1, 7),
        "skills": [], **changes,
    }  # fmt: skip
    made = _add(session, Person(**facts))
    _add(
        session, SourceRecord(source=Source.OTHER, identifier=identifier or f"P-{number}", person_id=made.id)
    )
    if situation is not None:
        _add(
            session,
            Situation(
                person_id=made.id,
                value=situation,
                since_on=date(2012, 1, 1),
                stated_on=date(2013, 1, 7),
                source="autre",
            ),
        )
    return made


def zone(session, **changes):
    """A ZUS of Amiens, as long as there were any."""
    facts = {
        "local_id": "zus-test", "kind": ZoneKind.ZUS, "name": "Quartier du Test", "insee_codes": ["80021"],
        "valid_from": date(1997, 1, 1), "valid_to": date(2014, 12, 31), **changes,
    }  # fmt: skip
    return _add(session, Zone(**facts))


def home(session, person, zone, start=date(2012, 1, 1), end=None):
    """A home that an advisor saw proved; `zone` None: outside every zone."""
    return _add(
        session,
        ResidenceSpell(
            person_id=person.id, kind=ResidenceKind.CONFIRMED, zone_id=zone and zone.id, start_on=start, end_on=end,
            source="advisor", method=ResidenceMethod.PROOF, insee_code="80021",
        ),
    )  # fmt: skip


def organisation(session, **changes):
    number = next(_number)
    facts = {
        "name": f"Jardins {number}", "name_key": f"jardins {number}", "sector": Sector.NON_PROFIT, "postcode": "80080",
        "siret": None, **changes,
    }  # fmt: skip
    return _add(session, Organisation(**facts))


def offer(session, *, employer=None, **changes):
    """An emploi d'avenir of 36 months, complete and open, for a gardener in Amiens."""
    number = next(_number)
    employer = employer or organisation(session)
    facts = {
        "source": Source.OTHER, "reference": f"O-{number}", "organisation_id": employer.id, "scheme": "emploi_avenir",
        "title": "Jardinier", "title_key": "jardinier", "contract_kind": "CDD", "months": 36, "weekly_hours": 35.0,
        "positions": 2, "starts_on": date(2013, 11, 18), "insee_code": "80021", "tutor": "Mme Langlet",
        "training": "taille", "state": OfferState.OPEN, "opened_on": date(2013, 10, 1),
        "review_by": date(2013, 12, 30), "missing": [], "skills": [], **changes,
    }  # fmt: skip
    return _add(session, Offer(**facts))


def proposal(session, **changes):
    who = changes.pop("person", None) or person(session)
    what = changes.pop("offer", None) or offer(session)
    facts = {
        "person_id": who.id, "offer_id": what.id, "programmes": [], "verdict": 1, "why": "best", "score": 0.9,
        "parts": {}, "priority": {}, "reasons": [], "reservations": [], "state": ProposalState.TO_REVIEW,
        "proposed_on": date(2013, 10, 7), "asked_on": date(2013, 10, 8), "wake_on": date(2013, 11, 1), **changes,
    }  # fmt: skip
    return _add(session, MatchProposal(**facts))


def placement(session, **changes):
    state = changes.pop("state", PlacementState.PROPOSED)
    who, employer = person(session), organisation(session)
    ended = {"ended_on": date(2013, 11, 1), "end_reason": "other"} if state is PlacementState.EXITED else {}
    facts = {
        "person_id": who.id, "organisation_id": employer.id, "programme": "emplois-avenir", "contract_kind": "CDD",
        "months": 36, "weekly_hours": 35.0, "state": state, "proposed_on": date(2013, 9, 2),
        "starts_on": date(2013, 10, 1), "snapshot": {}, **ended, **changes,
    }  # fmt: skip
    return _add(session, Placement(**facts))
