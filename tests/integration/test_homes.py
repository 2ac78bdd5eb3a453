"""One flow confirms a home (geography.md): what it says, what it cuts, and what becomes of the rights."""

from datetime import date

import pytest
import sqlalchemy as sa

from matching import homes, rights
from matching.eligibility import programme
from matching.reference import write
from matching.store.people import Diploma, RegistrationSpell, ResidenceSpell
from matching.vocabulary import ResidenceKind, ResidenceMethod
from tests import build

BOOK = programme.load()
DAY = date(2013, 11, 4)


@pytest.fixture
def person(session):
    write(session)
    return build.person(session, insee_code=None)


def confirm(session, person, zone, since, until=None, on=DAY, proof="quittance"):
    found = homes.zone(session, zone) if zone else None
    return homes.confirm(
        session, person, found, since_on=since, until_on=until, proof=proof, actor_id=None, on=on
    )


def spells(session, person):
    rows = session.execute(
        sa.select(ResidenceSpell)
        .where(ResidenceSpell.person_id == person.id, ResidenceSpell.kind == ResidenceKind.CONFIRMED)
        .order_by(ResidenceSpell.start_on)
    ).scalars()
    return [(row.zone_id, row.start_on, row.end_on) for row in rows]


def test_a_home_is_kept_with_its_zone_version_its_proof_and_its_day(session, person):
    made = confirm(session, person, "zus-nord", date(2010, 3, 1))
    assert (made.start_on, made.end_on, made.proof, made.confirmed_on) == (
        date(2010, 3, 1),
        None,
        "quittance",
        DAY,
    )
    assert (made.kind, made.method) == (ResidenceKind.CONFIRMED, ResidenceMethod.PROOF)
    outside = confirm(session, build.person(session), None, date(2010, 3, 1))
    assert outside.zone_id is None


def test_a_move_ends_the_former_home_on_its_eve(session, person):
    nord = confirm(session, person, "zus-nord", date(2010, 3, 1)).zone_id
    confirm(session, person, None, date(2013, 6, 1))
    assert spells(session, person) == [
        (nord, date(2010, 3, 1), date(2013, 5, 31)),
        (None, date(2013, 6, 1), None),
    ]


def test_the_same_statement_twice_is_one_home_and_touching_ones_are_one(session, person):
    nord = confirm(session, person, "zus-nord", date(2012, 1, 1), until=date(2012, 12, 31)).zone_id
    confirm(session, person, "zus-nord", date(2012, 1, 1), until=date(2012, 12, 31), proof="bail")
    assert spells(session, person) == [(nord, date(2012, 1, 1), date(2012, 12, 31))]
    confirm(session, person, "zus-nord", date(2013, 1, 1))
    assert spells(session, person) == [(nord, date(2012, 1, 1), None)]


def test_a_past_home_is_cut_out_of_a_longer_one(session, person):
    nord = confirm(session, person, "zus-nord", date(2010, 1, 1)).zone_id
    etouvie = confirm(session, person, "zus-etouvie", date(2011, 1, 1), until=date(2011, 12, 31)).zone_id
    assert spells(session, person) == [
        (nord, date(2010, 1, 1), date(2010, 12, 31)),
        (etouvie, date(2011, 1, 1), date(2011, 12, 31)),
        (nord, date(2012, 1, 1), None),
    ]


def test_one_address_may_lie_in_a_zone_of_each_generation(session, person):
    nord = confirm(session, person, "zus-nord", date(2010, 1, 1)).zone_id
    qpv = confirm(session, person, "qpv2015-etouvie", date(2010, 1, 1), on=date(2016, 1, 4)).zone_id
    assert spells(session, person) == [(nord, date(2010, 1, 1), None), (qpv, date(2015, 1, 1), None)]


def test_what_was_declared_stays_beside_what_is_confirmed(session, person):
    session.add(
        ResidenceSpell(
            person_id=person.id, kind=ResidenceKind.DECLARED, declared_place="nord", start_on=date(2010, 3, 1),
            source="autre", method=ResidenceMethod.DECLARED,
        )
    )  # fmt: skip
    session.flush()
    confirm(session, person, "zus-nord", date(2010, 3, 1))
    kinds = session.scalars(sa.select(ResidenceSpell.kind).where(ResidenceSpell.person_id == person.id)).all()
    assert sorted(kinds) == [ResidenceKind.CONFIRMED, ResidenceKind.DECLARED]


def verdict(session, person, law, on=DAY):
    ((_, cohort),) = rights.load_cohort(session, [person.id])
    return int(BOOK[law].assess(cohort).windows.verdict(on.toordinal())[0])


def test_a_confirmed_home_opens_and_closes_the_rights_that_ask_for_one(session, person):
    """Bac, eighteen months of search: route 3 of the emploi d'avenir, and the emploi franc, ask where one lives."""
    person.no_diploma_stated_on = None
    session.add(Diploma(person_id=person.id, level=4, source="autre"))
    session.add(RegistrationSpell(person_id=person.id, start_on=date(2012, 5, 1), source="autre"))
    session.flush()
    laws = ("emplois-avenir", "emplois-francs-2013")
    assert [verdict(session, person, law) for law in laws] == [0, 0]
    confirm(session, person, "zus-nord", date(2013, 9, 1))
    # The address on the day is enough for the former; the latter asks for six months in a row.
    assert [verdict(session, person, law) for law in laws] == [1, 0]
    confirm(session, person, "zus-etouvie", date(2013, 3, 1), until=date(2013, 8, 31))
    assert [verdict(session, person, law) for law in laws] == [1, 1]
    confirm(session, person, None, date(2013, 10, 1))
    assert [verdict(session, person, law) for law in laws] == [-1, -1]
