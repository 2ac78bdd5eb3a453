"""Files of any rows: taken twice they change nothing, and the order of their rows leaves no trace (imports.md §6)."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings, strategies as st
from sqlalchemy.orm import Session

from matching.store.engine import Database
from matching.store.organisations import Offer, Organisation
from matching.store.people import (
    Diploma,
    Person,
    RegistrationSpell,
    ResidenceSpell,
    Situation,
    SourceRecord,
)
from tests.importing import csv_bytes, take, xlsx_bytes

SETTINGS = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

PEOPLE = "identifiant;nom;prenom;date_naissance;quartier;adresse;situation;situation_depuis;date_inscription;diplome"
OFFERS = "reference;intitule;employeur;siret;type_contrat;code_postal;dispositif"

words = st.sampled_from
person = st.tuples(
    words(["A1", "A2", "A3", "A4", "", "!"]),
    words(["Dupont", "Duponts", "Martin", ""]),
    words(["Inès", "Ines", "Lina", "Karim", "Karima", "-"]),
    words(["02/03/1995", "1995-03-02", "05/06/1993", "01/01/1900", "31/02/1999"]),
    words(["", "nord", "etouvie", "hors zone"]),
    words(["", "1 rue Fafet", "2 rue X"]),
    words(["", "sans emploi", "en emploi"]),
    words(["", "01/02/2013", "01/12/2013"]),
    words(["", "01/01/2013"]),
    words(["", "CAP", "sans", "licence"]),
).map(";".join)

offer = st.tuples(
    words(["", "1", "2"]),
    words(["Vendeur", "VENDEUR", "Animateur"]),
    words(["Club A", "club a", "Club B"]),
    words(["", "", "90000001900019", "90000002700012"]),
    words(["CDI", "CDD", "?"]),
    words(["80000", "80090"]),
    words(["", "emploi d'avenir"]),
).map(";".join)


@contextlib.contextmanager
def fresh(database: Database) -> Iterator[Session]:
    """A session on the migrated base that leaves nothing behind: examples start alike."""
    with database.engine.connect() as connection:
        outer = connection.begin()
        with Session(
            connection, join_transaction_mode="create_savepoint", info={"seal": database.seal}
        ) as made:
            yield made
        outer.rollback()


def picture(session: Session) -> list[Any]:
    """What the base holds, without numbers that are drawn at random or count rows."""
    session.expire_all()
    found: list[Any] = []
    for model in (
        Person,
        SourceRecord,
        ResidenceSpell,
        RegistrationSpell,
        Situation,
        Diploma,
        Organisation,
        Offer,
    ):
        table = model.__table__
        kept = [column for column in table.c if column.name not in ("public_id",)]
        found.append(
            (
                table.name,
                [tuple(map(str, row)) for row in session.execute(sa.select(*kept).order_by(table.c.id))],
            )
        )
    return found


@SETTINGS
@example(rows=["A2;Dupont;Inès;01/01/1900;;;;;;", "A2;Dupont;Inès;02/03/1995;;;;;;"])
@given(rows=st.lists(person, min_size=1, max_size=8))
def test_the_same_people_in_another_file_change_nothing(sqlite_database, rows):
    with fresh(sqlite_database) as session:
        first = take(session, "jeunes", csv_bytes(PEOPLE, *rows))
        if first.refused:
            return
        before = picture(session)
        again = take(session, "jeunes", xlsx_bytes(PEOPLE, *rows))
        assert (again.created, again.updated, again.duplicates) == (0, 0, [])
        assert again.unchanged == first.created
        assert picture(session) == before


@SETTINGS
@given(
    rows=st.lists(person, min_size=2, max_size=8, unique_by=lambda row: row.split(";")[0] or row),
    seed=st.integers(),
)
def test_the_order_of_people_leaves_no_trace(sqlite_database, rows, seed):
    shuffled = random.Random(seed).sample(rows, len(rows))
    pictures = []
    for order in (rows, shuffled):
        with fresh(sqlite_database) as session:
            report = take(session, "jeunes", csv_bytes(PEOPLE, *order))
            same_record = any(error.code == "duplicate-in-file" for error in report.errors)
            pairs = sorted((pair["reason"], pair["score"]) for pair in report.duplicates)
            pictures.append((picture(session), report.created, report.rejected, pairs))
    if not same_record:
        assert pictures[0] == pictures[1]


@SETTINGS
@given(rows=st.lists(offer, min_size=1, max_size=8), seed=st.integers())
def test_offers_taken_again_in_any_order_change_nothing(sqlite_database, rows, seed):
    with fresh(sqlite_database) as session:
        first = take(session, "offres", csv_bytes(OFFERS, *rows))
        if first.refused or any(error.code == "duplicate-in-file" for error in first.errors):
            return
        before = picture(session)
        shuffled = random.Random(seed).sample(rows, len(rows))
        again = take(session, "offres", xlsx_bytes(OFFERS, *shuffled))
        assert (again.created, again.updated, again.unchanged) == (0, 0, first.created)
        assert picture(session) == before
    with fresh(sqlite_database) as session:
        take(session, "offres", csv_bytes(OFFERS, *shuffled))
        assert picture(session) == before
