"""Young people from files, on both databases: who is whom, and what a row changes (imports.md §3, §6)."""

from __future__ import annotations

import json
from datetime import date

import pytest
import sqlalchemy as sa

from matching import reference, statements
from matching.store.engine import seal_of
from matching.store.intake import ImportRow, PossibleDuplicate
from matching.store.people import (
    Agency,
    Diploma,
    DisabilityRecognition,
    Person,
    RegistrationSpell,
    ResidenceSpell,
    Situation,
    SourceRecord,
)
from matching.vocabulary import AgencyKind, ResidenceKind, ResidenceMethod, Source
from tests.importing import TODAY, codes, counts, csv_bytes, take, xlsx_bytes

HEADER = "identifiant;nom;prenom;date_naissance"


def person(session, name: str = "Dupont") -> Person:
    return session.scalars(sa.select(Person).where(Person.family_name == name)).one()


def test_a_row_becomes_a_dossier_with_its_dated_facts(session):
    reference.write(session)
    header = (
        HEADER + ";adresse;code_postal;commune;quartier;niveau_diplome;date_inscription;date_fin_inscription;"
        "categorie;habite_depuis;situation;situation_depuis;rqth;rqth_fin;competences;mobilite_km;permis_b"
    )
    row = (
        "A1;Dupont;Inès;02/03/1995;1 rue Fafet;80080;Amiens;Amiens Nord;licence;01/02/2013;30/06/2013;B;"
        "01/01/2005;sans emploi;01/07/2013;oui;31/12/2014;vente, accueil;12,5;oui"
    )
    report = take(session, "jeunes", csv_bytes(header, row), source=Source.I_MILO)
    assert counts(report) == (1, 0, 0, 0)
    made = person(session)
    assert (made.given_names, made.birth_date, made.name_key) == ("Inès", date(1995, 3, 2), "dupont ines")
    assert (made.insee_code, made.declared_quarter, made.known_since) == ("80021", "nord", TODAY)
    assert (made.skills, made.mobility_km, made.driving_licence) == (["vente", "accueil"], 12.5, True)
    record = session.scalars(sa.select(SourceRecord)).one()
    assert (record.source, record.identifier, record.person_id) == (Source.I_MILO, "A1", made.id)
    home = session.scalars(sa.select(ResidenceSpell)).one()
    assert (home.kind, home.zone_id, home.declared_place) == (ResidenceKind.DECLARED, None, "nord")
    assert (home.start_on, home.end_on, home.method) == (date(2005, 1, 1), None, ResidenceMethod.DECLARED)
    spell = session.scalars(sa.select(RegistrationSpell)).one()
    assert (spell.start_on, spell.end_on, spell.category) == (date(2013, 2, 1), date(2013, 6, 30), 1)
    diploma = session.scalars(sa.select(Diploma)).one()
    assert (diploma.level, diploma.bac_plus) == (6, 3)
    situation = session.scalars(sa.select(Situation)).one()
    assert (situation.since_on, situation.stated_on) == (date(2013, 7, 1), TODAY)
    recognition = session.scalars(sa.select(DisabilityRecognition)).one()
    assert statements.opened(seal_of(session), recognition) == (True, date(2014, 12, 31))
    assert b"yes" not in recognition.value


def test_what_was_never_said_stays_unknown(session):
    take(session, "jeunes", csv_bytes(HEADER, "A1;Dupont;Inès;02/03/1995"))
    made = person(session)
    assert (made.driving_licence, made.contact_agreed, made.no_diploma_stated_on) == (None, None, None)
    for model in (ResidenceSpell, RegistrationSpell, Situation, Diploma, DisabilityRecognition):
        assert session.scalars(sa.select(model)).all() == []


def test_no_diploma_is_kept_with_the_day_it_was_stated(session):
    take(session, "jeunes", csv_bytes(HEADER + ";niveau_diplome", "A1;Dupont;Inès;02/03/1995;sans diplôme"))
    assert person(session).no_diploma_stated_on == TODAY
    assert session.scalars(sa.select(Diploma)).all() == []


def test_an_identifier_names_the_same_person_in_its_source_only(session):
    file = csv_bytes(HEADER, "A1;Dupont;Inès;02/03/1995")
    assert counts(take(session, "jeunes", file, source=Source.I_MILO)) == (1, 0, 0, 0)
    renamed = csv_bytes(HEADER, "A1;Durand;Inès;02/03/1995")
    assert counts(take(session, "jeunes", renamed, source=Source.I_MILO)) == (0, 1, 0, 0)
    other = take(session, "jeunes", file, source=Source.CAP_EMPLOI)
    assert counts(other) == (1, 0, 0, 0)


def test_without_identifier_names_count_as_written_and_only_among_such_records(session):
    header = "nom;prenom;date_naissance"
    take(session, "jeunes", csv_bytes(HEADER, "A1;Dupont;Inès;02/03/1995"))
    first = take(session, "jeunes", csv_bytes(header, "Dupont;Inès;02/03/1995"))
    assert counts(first) == (1, 0, 0, 0)
    assert [pair["reason"] for pair in first.duplicates] == ["same-name"]
    again = take(session, "jeunes", csv_bytes(header, " Dupont ;Inès;1995-03-02"))
    assert counts(again) == (0, 0, 1, 0)
    unaccented = take(session, "jeunes", csv_bytes(header, "Dupont;Ines;02/03/1995"))
    assert counts(unaccented) == (1, 0, 0, 0)
    assert len(unaccented.duplicates) == 2


def test_a_blank_never_erases_and_a_value_replaces(session):
    header = HEADER + ";telephone;courriel;competences"
    take(session, "jeunes", csv_bytes(header, "A1;Dupont;Inès;02/03/1995;0639980001;a@b.fr;vente"))
    blank = take(session, "jeunes", csv_bytes(header, "A1;Dupont;Inès;02/03/1995;;;"))
    assert counts(blank) == (0, 0, 1, 0)
    changed = take(session, "jeunes", csv_bytes(header, "A1;Dupont;Inès;02/03/1995;;c@d.fr;"))
    assert counts(changed) == (0, 1, 0, 0)
    session.expire_all()
    assert (person(session).email, person(session).phone) == ("c@d.fr", "+33639980001")
    row = session.scalars(sa.select(ImportRow).where(ImportRow.batch_id == changed.run_id)).one()
    assert (row.person_id, row.changes) == (person(session).id, {"email": ["a@b.fr", "c@d.fr"]})


def test_the_wording_of_a_diploma_is_no_change_but_its_level_is(session):
    header = HEADER + ";diplome"
    assert counts(take(session, "jeunes", csv_bytes(header, "A1;Dupont;Inès;02/03/1995;CAP cuisine")))[0] == 1
    assert counts(take(session, "jeunes", csv_bytes(header, "A1;Dupont;Inès;02/03/1995;BEP"))) == (0, 0, 1, 0)
    assert counts(take(session, "jeunes", csv_bytes(header, "A1;Dupont;Inès;02/03/1995;bac"))) == (0, 1, 0, 0)
    assert session.scalars(sa.select(Diploma.level)).all() == [4]


def test_the_same_record_further_down_is_refused_whatever_it_says_and_the_first_stays(session):
    report = take(
        session,
        "jeunes",
        csv_bytes(
            HEADER,
            "A1;Dupont;Inès;02/03/1995",
            "a1;Martin;Paul;01/01/1990",
            ";Roux;Zoé;05/05/1994",
            ";Roux;Zoé;05/05/1994",
        ),
    )
    assert codes(report) == [(3, None, "duplicate-in-file"), (5, None, "duplicate-in-file")]
    assert sorted(session.scalars(sa.select(Person.family_name))) == ["Dupont", "Roux"]


def test_a_row_with_another_error_does_not_count_as_the_first(session):
    report = take(
        session, "jeunes", csv_bytes(HEADER, "A1;Dupont;Inès;31/02/1995", "A1;Dupont;Inès;02/03/1995")
    )
    assert codes(report) == [(2, "date_naissance", "bad-date")]
    assert counts(report) == (1, 0, 0, 1)


def test_a_known_identifier_on_somebody_else_overwrites_nothing(session):
    take(session, "jeunes", csv_bytes(HEADER, "A1;Dupont;Inès;02/03/1995"))
    report = take(
        session, "jeunes", csv_bytes(HEADER, "A1;Martin;Paul;01/01/1990", "A2;Petit;Léa;01/01/1990")
    )
    assert codes(report) == [(2, "identifiant", "identifier-conflict")]
    assert report.errors[0].value == "A1"
    assert person(session).birth_date == date(1995, 3, 2)


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("A1;Duponts;Inès;03/03/1995", "another day, a near name"),
        ("A1;Martin;Paul;02/03/1995", "the same day, another name"),
    ],
)
def test_a_known_identifier_with_a_near_name_or_the_same_birth_is_an_update(session, row, what):
    take(session, "jeunes", csv_bytes(HEADER, "A1;Dupont;Inès;02/03/1995"))
    assert counts(take(session, "jeunes", csv_bytes(HEADER, row))) == (0, 1, 0, 0), what


@pytest.mark.parametrize(
    ("born", "kept"),
    [
        ("04/11/1999", True),
        ("05/11/1999", False),
        ("05/11/1945", True),
        ("04/11/1945", False),
        ("01/01/1900", False),
    ],
)
def test_people_to_be_created_are_14_to_67(session, born, kept):
    report = take(session, "jeunes", csv_bytes(HEADER, f"A1;Dupont;Inès;{born}"))
    assert (codes(report) == []) is kept
    if not kept:
        assert codes(report) == [(2, "date_naissance", "age-out-of-range")]
        assert report.errors[0].value == born


def test_somebody_known_is_not_checked_for_age_again(session):
    take(session, "jeunes", csv_bytes(HEADER, "A1;Dupont;Inès;05/11/1945"))
    later = csv_bytes(HEADER + ";telephone", "A1;Dupont;Inès;05/11/1945;0639980001")
    assert counts(take(session, "jeunes", later, today=date(2020, 1, 1))) == (0, 1, 0, 0)


def test_a_birth_date_that_a_row_brings_is_checked_for_a_known_person_too(session):
    """The 01/01/1900 of a form replaces no true date, whichever file comes first."""
    header = "identifiant;nom;prenom;date_naissance;quartier;niveau_diplome"
    rows = ["A2;Dupont;Inès;01/01/1900;hors_zus;CAP", "A2;Dupont;Inès;02/03/1995;hors_zus;CAP"]
    for outcome in ((1, 0, 0, 1), (0, 0, 1, 1)):
        make = csv_bytes if outcome[0] else xlsx_bytes
        report = take(session, "jeunes", make(header, *rows))
        assert (report.created, report.updated, report.unchanged, report.rejected) == outcome
        assert codes(report) == [(2, "date_naissance", "age-out-of-range")]
    assert person(session).birth_date == date(1995, 3, 2)


def test_all_errors_of_a_row_are_told_those_of_the_base_too(session):
    report = take(session, "jeunes", csv_bytes(HEADER + ";code_rome", "A1;;Inès;01/01/1900;zz"))
    assert sorted(codes(report)) == [
        (2, "code_rome", "bad-rome"),
        (2, "date_naissance", "age-out-of-range"),
        (2, "nom", "missing-required"),
    ]


def test_look_alikes_of_one_birth_date_are_created_and_listed_once(session):
    base = take(session, "jeunes", csv_bytes(HEADER, "A1;Benali;Karim;02/03/1995"))
    assert base.duplicates == []
    known = session.scalars(sa.select(Person)).one()
    rows = ("B1;BENALI;karim;02/03/1995", "B2;Karim;Ben-Ali;02/03/1995", "B3;Benali;Karima;02/03/1995")
    report = take(session, "jeunes", csv_bytes(HEADER, *rows))
    assert counts(report) == (3, 0, 0, 0)
    with_base = [pair for pair in report.duplicates if pair["other_row"] is None]
    assert [(p["row"], p["reason"], p["score"]) for p in with_base] == [
        (2, "same-name", 100.0),
        (3, "near-name", 92.3077),
        (4, "near-name", 90.9091),
    ]
    assert {pair["other_id"] for pair in with_base} == {str(known.public_id)}
    assert [(p["row"], p["other_row"]) for p in report.duplicates if p["other_row"]] == [
        (3, 2),
        (4, 2),
        (4, 3),
    ]
    kept = session.scalars(sa.select(PossibleDuplicate)).all()
    assert len(kept) == 6
    assert all(pair.person_a_id < pair.person_b_id and pair.decision is None for pair in kept)
    again = take(session, "jeunes", xlsx_bytes(HEADER, *rows))
    assert (counts(again), again.duplicates) == ((0, 0, 3, 0), [])


def test_twins_are_two_records_and_no_pair(session):
    report = take(
        session, "jeunes", csv_bytes(HEADER, "A1;Dupont;Inès;02/03/1995", "A2;Dupont;Lina;02/03/1995")
    )
    assert (counts(report), report.duplicates) == ((2, 0, 0, 0), [])


def test_another_birth_date_is_no_pair(session):
    report = take(
        session, "jeunes", csv_bytes(HEADER, "A1;Dupont;Inès;02/03/1995", "A2;Dupont;Inès;03/03/1995")
    )
    assert report.duplicates == []


HOME = HEADER + ";adresse;code_postal;commune;quartier;habite_depuis"


def homes(session) -> list[tuple]:
    rows = session.scalars(sa.select(ResidenceSpell).order_by(ResidenceSpell.start_on))
    return [(row.start_on, row.end_on, row.declared_place) for row in rows]


def test_a_home_stated_again_is_no_change_and_another_ends_it_on_the_eve(session):
    first = "A1;Dupont;Inès;02/03/1995;1 rue Fafet;80080;Amiens;nord;"
    take(session, "jeunes", csv_bytes(HOME, first), today=date(2013, 9, 2))
    same = take(session, "jeunes", csv_bytes(HOME, first), today=date(2013, 10, 1))
    assert counts(same) == (0, 0, 1, 0)
    moved = "A1;Dupont;Inès;02/03/1995;3 avenue d'Italie;80000;Amiens;etouvie;15/10/2013"
    assert counts(take(session, "jeunes", csv_bytes(HOME, moved))) == (0, 1, 0, 0)
    assert homes(session) == [
        (date(2013, 9, 2), date(2013, 10, 14), "nord"),
        (date(2013, 10, 15), None, "etouvie"),
    ]
    assert person(session).address == "3 avenue d'Italie"


def test_the_same_street_spelled_otherwise_is_no_move(session):
    take(
        session,
        "jeunes",
        csv_bytes(HOME, "A1;Dupont;Inès;02/03/1995;1 rue Fafet;80000;Amiens;;"),
        today=date(2013, 9, 2),
    )
    corrected = "A1;Dupont;Inès;02/03/1995;1, Rue FAFET;80080;AMIENS;nord;"
    take(session, "jeunes", csv_bytes(HOME, corrected.replace("1, ", "1 ")))
    assert homes(session) == [(date(2013, 9, 2), None, "nord")]
    assert person(session).postcode == "80080"


def test_a_postcode_that_does_not_fit_its_commune_leaves_what_was_known(session):
    reference.write(session)
    take(
        session, "jeunes", csv_bytes(HOME, "A1;Dupont;Inès;02/03/1995;2 rue B;80330;Longueau;nord;01/01/2014")
    )
    take(session, "jeunes", csv_bytes(HOME, "A1;Dupont;Inès;02/03/1995;3 rue C;80330;Longueau;;01/10/2013"))
    odd = "A1;Dupont;Inès;02/03/1995;3 rue C;80000;Longueau;etouvie;"
    assert counts(take(session, "jeunes", csv_bytes(HOME, odd))) == (0, 1, 0, 0)
    assert counts(take(session, "jeunes", csv_bytes(HOME, odd, ""))) == (0, 0, 1, 0)
    assert person(session).insee_code == "80489"


def test_a_registration_is_added_closed_and_never_removed(session):
    header = HEADER + ";date_inscription;date_fin_inscription"
    take(session, "jeunes", csv_bytes(header, "A1;Dupont;Inès;02/03/1995;01/02/2013;"))
    take(session, "jeunes", csv_bytes(header, "A1;Dupont;Inès;02/03/1995;01/02/2013;30/06/2013"))
    take(session, "jeunes", csv_bytes(header, "A1;Dupont;Inès;02/03/1995;01/09/2013;"))
    silent = take(session, "jeunes", csv_bytes(header + ";commune", "A1;Dupont;Inès;02/03/1995;;;"))
    assert counts(silent) == (0, 0, 1, 0)
    rows = session.scalars(sa.select(RegistrationSpell).order_by(RegistrationSpell.start_on))
    assert [(row.start_on, row.end_on) for row in rows] == [
        (date(2013, 2, 1), date(2013, 6, 30)),
        (date(2013, 9, 1), None),
    ]


def test_a_recognition_is_updated_and_its_journal_does_not_tell_it(session):
    header = HEADER + ";rqth"
    take(session, "jeunes", csv_bytes(header, "A1;Dupont;Inès;02/03/1995;oui"))
    assert counts(take(session, "jeunes", xlsx_bytes(header, "A1;Dupont;Inès;02/03/1995;x"))) == (0, 0, 1, 0)
    report = take(session, "jeunes", csv_bytes(header, "A1;Dupont;Inès;02/03/1995;non"))
    assert counts(report) == (0, 1, 0, 0)
    journal = session.scalars(sa.select(ImportRow.changes).where(ImportRow.batch_id == report.run_id)).one()
    before, after = journal["disability_recognition@rqth"]
    assert before["value"].startswith("sealed:")
    assert after["value"].startswith("sealed:")


def test_rqth_turned_off_is_never_stored(session):
    report = take(session, "jeunes", csv_bytes(HEADER + ";rqth", "A1;Dupont;Inès;02/03/1995;oui"), rqth=False)
    assert ("rqth", "sensitive-column") in [(w.column, w.code) for w in report.warnings]
    assert session.scalars(sa.select(DisabilityRecognition)).all() == []


def test_a_social_security_number_reaches_neither_base_nor_journal_nor_rejects(session):
    nir = "295038002100526"
    key = 97 - int(nir[:13]) % 97
    nir = nir[:13] + f"{key:02d}"
    from importers import batches
    from importers.checking import check
    from matching.vocabulary import ImportKind

    data = csv_bytes(
        HEADER + ";observations;adresse",
        f"{nir};Dupont;Inès;02/03/1995;voir {nir};",
        f"A2;Petit;Léa;31/02/1995;{nir};{nir}",
    )
    checked = check(ImportKind.YOUNG_PEOPLE, data, "l.csv", source=Source.OTHER, today=TODAY)
    report = batches.apply(session, checked)
    session.flush()
    assert person(session).remarks == "voir ***"
    stored = str(
        [list(row) for table in Person.metadata.sorted_tables for row in session.execute(sa.select(table))]
    )
    for where in (stored, json.dumps(report.as_json()), checked.rejects(report)):
        assert nir not in where
    assert "***" in checked.rejects(report)


def test_people_join_the_only_agency_or_the_one_that_is_named(session):
    first = take(session, "jeunes", csv_bytes(HEADER, "A1;Dupont;Inès;02/03/1995"))
    assert counts(first) == (1, 0, 0, 0)
    only = session.scalars(sa.select(Agency)).one()
    assert person(session).agency_id == only.id
    session.add(Agency(name="Mission locale", kind=AgencyKind.MISSION_LOCALE))
    session.flush()
    file = csv_bytes(HEADER, "A2;Petit;Léa;02/03/1995")
    undecided = take(session, "jeunes", file)
    assert undecided.refused["code"] == "agency-needed"
    assert "Mission locale" in undecided.refused["message"]
    assert take(session, "jeunes", file, agency="Nulle part").refused["code"] == "unknown-agency"
    assert counts(take(session, "jeunes", file, agency="mission locale")) == (1, 0, 0, 0)
    assert person(session, "Petit").agency_id != only.id
