"""The register of a year: who is listed by a file, whose year nobody said, employers added by choice."""

from datetime import date

import pytest
import sqlalchemy as sa

from matching import outreach_queries, outreach_register
from matching.errors import InvalidInput
from matching.store import scope
from matching.store.campaign import Outreach, OutreachEvent
from matching.store.organisations import Organisation, Subsidy
from matching.store.people import Agency
from matching.vocabulary import AgencyKind, OutreachPurpose, OutreachState, Party, Role, Sector
from tests import build
from tests.counting import queries, statements
from tests.importing import csv_bytes, take

DAY = date(2013, 11, 4)
AGENCY = "Pôle emploi Amiens"
HEADER = "nom;code_postal;domaine;montant_subvention;annee"
ROWS = ("Ludothèque;80080;culture;9 000,00;2013", "Étoile football;80080;sport;2 000,00;2013",
        "Judo Club;80000;sport;8 000,00;2013")  # fmt: skip


def lines(session, *which):
    return session.execute(
        sa.select(Organisation.name, Outreach.year, Outreach.state)
        .join(Outreach, Outreach.organisation_id == Organisation.id)
        .where(*which)
        .order_by(Outreach.year, Organisation.name)
    ).all()


def test_a_file_lists_its_associations_for_its_year_once_sports_clubs_first(session):
    assert take(session, "associations", csv_bytes(HEADER, *ROWS)).created == 3
    take(session, "associations", csv_bytes(HEADER, *reversed(ROWS)))
    assert [tuple(row) for row in lines(session)] == [
        (name, 2013, OutreachState.LISTED) for name in ("Judo Club", "Ludothèque", "Étoile football")
    ]
    assert session.scalar(sa.select(sa.func.count()).select_from(OutreachEvent)) == 3
    officer = scope.Actor(id=1, public_id=None, name="É. Vasseur", role=Role.OFFICER)
    found = session.execute(
        outreach_queries.listed(officer, OutreachPurpose.AVENIR, 2013).order_by(*outreach_queries.SPORT_FIRST)
    )
    assert [line.Organisation.name for line in found] == ["Judo Club", "Étoile football", "Ludothèque"], (
        "sports clubs first, then the larger grant"
    )


def test_two_years_are_two_registers_of_the_same_association(session):
    take(session, "associations", csv_bytes(HEADER, "Judo Club;80000;sport;8000;2012", ROWS[1]))
    take(session, "associations", csv_bytes(HEADER, ROWS[2]))
    assert [tuple(row[:2]) for row in lines(session)] == [
        ("Judo Club", 2012), ("Judo Club", 2013), ("Étoile football", 2013),
    ]  # fmt: skip


def test_without_a_year_associations_are_kept_a_warning_says_what_to_do_and_the_year_is_said_later(session):
    bare = "nom;code_postal;montant_subvention"
    report = take(session, "associations", csv_bytes(bare, "Judo Club;80000;8000", "Ludothèque;80080;"))
    said = [warning for warning in report.warnings if warning.code == "missing-year"]
    assert report.created == 2 and lines(session) == []
    assert len(said) == 1 and "2 association(s)" in said[0].message and "Associations" in said[0].message
    take(session, "associations", csv_bytes(bare, "Autre Club;80000;100"))
    groups = outreach_register.undated(session)
    assert [each.count for each in groups] == [1, 2], "by the file that brought them, the latest first"
    with pytest.raises(InvalidInput, match="outreach-year"):
        outreach_register.date_grants(session, groups[1].ref, 1913, actor_id=None, on=DAY)
    assert outreach_register.date_grants(session, groups[1].ref, 2012, actor_id=None, on=DAY) == 2
    assert [tuple(row[:2]) for row in lines(session)] == [("Judo Club", 2012), ("Ludothèque", 2012)]
    assert [each.count for each in outreach_register.undated(session)] == [1]
    with pytest.raises(InvalidInput, match="outreach-nothing-undated"):
        outreach_register.date_grants(session, groups[1].ref, 2012, actor_id=None, on=DAY)


def test_a_year_said_with_the_file_is_that_of_rows_that_say_none(session):
    report = take(
        session, "associations", csv_bytes(HEADER, "Judo Club;80000;sport;8000;", ROWS[1]), year=2012
    )
    assert not [warning for warning in report.warnings if warning.code == "missing-year"]
    assert [tuple(row[:2]) for row in lines(session)] == [("Judo Club", 2012), ("Étoile football", 2013)]


def test_a_later_file_that_says_the_year_does_not_leave_the_grant_twice(session):
    take(session, "associations", csv_bytes(HEADER, "Judo Club;80000;sport;8000;"))
    take(session, "associations", csv_bytes(HEADER, "Judo Club;80000;sport;8000;2013"))
    assert session.execute(sa.select(Subsidy.year, Subsidy.amount_cents)).all() == [(2013, 800_000)]
    assert outreach_register.undated(session) == []


def test_employers_of_the_market_are_added_by_choice_once_a_year(session):
    firms = [build.organisation(session, sector=Sector.MARKET) for _ in range(3)]
    club, user = build.organisation(session), build.user(session)
    ids = [firms[0].id, firms[1].id, club.id]

    def add(year):
        return outreach_register.add_employers(
            session, ids, year, actor_id=user.id, party=Party.ADVISOR, on=DAY
        )

    assert (add(2013), add(2013), add(2014)) == (2, 0, 2)
    assert session.scalars(outreach_register.employers_outside(2013)).all() == [firms[2]]
    assert set(session.scalars(sa.select(Outreach.purpose))) == {OutreachPurpose.FRANC}


def test_a_file_is_listed_in_a_number_of_queries_that_does_not_grow(session):
    def counted(first, number):
        rows = [f"Club {first + n};80080;sport;100;2013" for n in range(number)]
        file = csv_bytes(HEADER, *rows)
        return queries(session.connection(), lambda: take(session, "associations", file))

    few, many = counted(0, 2), counted(100, 60)
    assert many <= few + 6


def test_a_file_of_offers_links_them_to_their_lines_in_one_query(session):
    """However many: each line is posted once, and asks the base nothing of its own."""
    names = [f"Club {number}" for number in range(40)]
    take(session, "associations", csv_bytes(HEADER, *(f"{name};80080;sport;100;2013" for name in names)))
    header = "reference;intitule;employeur;type_contrat;code_postal;duree_contrat;duree_hebdo;dispositif;tuteur;formation"

    def asked(first, number):
        rows = [
            f"R{n};Animateur;{names[n]};CDI;80080;;35;;Mme Langlet;BAFA" for n in range(first, first + number)
        ]
        file = csv_bytes(header, *rows)
        with statements(session.connection()) as said:
            take(session, "offres", file, agency=AGENCY)
        return [each for each in said if each.startswith("SELECT") and "outreach" in each]

    session.add(Agency(name=AGENCY, kind=AgencyKind.POLE_EMPLOI))
    session.flush()
    assert (len(asked(0, 2)), len(asked(2, 38))) == (1, 1)
    assert {row.state for row in lines(session)} == {OutreachState.POSTED}
