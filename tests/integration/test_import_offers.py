"""Offers from tables and from France Travail: which offer, which employer, open or waiting (imports.md §5, §6)."""

from __future__ import annotations

import json
from datetime import date

import pytest
import sqlalchemy as sa

from matching.store.intake import ImportRow
from matching.store.organisations import Offer, OfferEvent, Organisation
from matching.vocabulary import OfferState, Sector, Source
from tests.importing import TODAY, codes, counts, csv_bytes, take

HEADER = "reference;intitule;employeur;siret;type_contrat;code_postal"
SIRET, OTHER = "90000001900019", "90000002700012"


def offers(session) -> list[Offer]:
    return list(session.scalars(sa.select(Offer).order_by(Offer.reference, Offer.id)))


def test_an_ordinary_offer_opens_with_its_employer_made_on_the_way(session):
    header = HEADER + ";commune;duree_hebdo;nombre_postes;niveau_requis;competences;date_limite"
    row = f"O-1;Animateur;Club d'Étouvie;{SIRET};CDI;80000;Amiens;35;2;CAP;accueil, vente;01/12/2013"
    assert counts(take(session, "offres", csv_bytes(header, row))) == (1, 0, 0, 0)
    (offer,) = offers(session)
    assert (offer.state, offer.opened_on, offer.review_by) == (OfferState.OPEN, TODAY, date(2013, 12, 1))
    assert (offer.positions, offer.weekly_hours, offer.level_min, offer.skills) == (
        2,
        35.0,
        3,
        ["accueil", "vente"],
    )
    employer = session.get(Organisation, offer.organisation_id)
    assert (employer.name, employer.siret, employer.sector) == ("Club d'Étouvie", SIRET, None)
    assert session.scalars(sa.select(OfferEvent.action)).all() == ["submit", "accept"]
    assert offer.positions == 2


def test_an_offer_under_a_programme_waits_for_what_it_lacks_and_opens_when_its_employer_is_known(session):
    header = HEADER + ";dispositif;duree_hebdo;tuteur;formation"
    row = f"1;Animateur;Club A;{SIRET};CDI;80000;emploi d'avenir;35;Mme Roux;BAFA"
    take(session, "offres", csv_bytes(header, row))
    (offer,) = offers(session)
    assert offer.state is OfferState.TO_COMPLETE
    assert "sector" in offer.missing
    take(session, "associations", csv_bytes("nom;siret;code_postal", f"Club A;{SIRET};80000"))
    session.expire_all()
    assert (offer.state, offer.missing) == (OfferState.OPEN, [])


def test_two_employers_may_both_number_from_1(session):
    report = take(
        session, "offres", csv_bytes(HEADER, "1;Vendeur;Club A;;CDI;80000", "1;Vendeur;Club B;;CDI;80000")
    )
    assert counts(report) == (2, 0, 0, 0)
    again = csv_bytes(HEADER, "1;Vendeur;CLUB  a;;CDI;80000", "1;Vendeuse;Club B;;CDI;80000")
    assert counts(take(session, "offres", again)) == (0, 1, 1, 0)
    assert counts(take(session, "offres", again, source=Source.I_MILO)) == (2, 0, 0, 0)


def test_without_a_reference_title_place_and_first_day_name_the_offer(session):
    header = "intitule;employeur;type_contrat;code_postal;date_debut"
    take(session, "offres", csv_bytes(header, "Vendeur;Club A;CDI;80000;01/12/2013"))
    again = take(
        session,
        "offres",
        csv_bytes(header, "VENDEUR;Club A;CDD;80000;01/12/2013", "Vendeur;Club A;CDI;80000;02/12/2013"),
    )
    assert counts(again) == (1, 1, 0, 0)


def test_the_same_offer_further_down_is_refused(session):
    report = take(
        session, "offres", csv_bytes(HEADER, "1;Vendeur;Club A;;CDI;80000", "1;Autre;club a;;CDD;80090")
    )
    assert codes(report) == [(3, None, "duplicate-in-file")]
    assert offers(session)[0].title == "Vendeur"


def test_the_employer_is_the_one_with_the_siret_else_with_the_name(session):
    session.add_all(
        [
            Organisation(name="Club A", name_key="club a", siret=SIRET, sector=Sector.NON_PROFIT),
            Organisation(name="Club B", name_key="club b", sector=Sector.NON_PROFIT),
        ]
    )
    session.flush()
    rows = (
        f"1;Vendeur;Un autre nom;{SIRET};CDI;80000",
        f"2;Vendeur;CLUB B;{OTHER};CDI;80000",
        "3;Vendeur;club a;;CDI;80000",
    )
    take(session, "offres", csv_bytes(HEADER, *rows))
    session.expire_all()
    known = {row.id: row for row in session.scalars(sa.select(Organisation))}
    assert [known[offer.organisation_id].name for offer in offers(session)] == ["Club A", "Club B", "Club A"]
    assert sorted(row.siret for row in known.values()) == [SIRET, OTHER]


def test_two_sirets_of_one_name_are_two_employers(session):
    take(
        session,
        "offres",
        csv_bytes(HEADER, f"1;Vendeur;Club;{SIRET};CDI;80000", f"1;Vendeur;Club;{OTHER};CDI;80000"),
    )
    assert sorted(session.scalars(sa.select(Organisation.siret))) == [SIRET, OTHER]
    assert len(offers(session)) == 2


def test_a_change_is_journaled_and_a_blank_erases_nothing(session):
    header = HEADER + ";nombre_postes;salaire"
    take(session, "offres", csv_bytes(header, "1;Vendeur;Club A;;CDI;80000;3;SMIC"))
    assert counts(take(session, "offres", csv_bytes(header, "1;Vendeur;Club A;;CDI;80000;;"))) == (0, 0, 1, 0)
    report = take(session, "offres", csv_bytes(header, "1;Vendeur;Club A;;CDI;80000;5;"))
    assert counts(report) == (0, 1, 0, 0)
    session.expire_all()
    (offer,) = offers(session)
    assert (offer.positions, offer.salary) == (5, "SMIC")
    row = session.scalars(sa.select(ImportRow).where(ImportRow.batch_id == report.run_id)).one()
    assert (row.offer_id, row.changes) == (offer.id, {"positions": [3, 5]})


def test_what_a_person_decided_of_an_offer_stays(session):
    take(session, "offres", csv_bytes(HEADER, "1;Vendeur;Club A;;CDI;80000"))
    offers(session)[0].state = OfferState.WITHDRAWN
    session.flush()
    take(session, "offres", csv_bytes(HEADER, "1;Vendeuse;Club A;;CDI;80000"))
    session.expire_all()
    assert (offers(session)[0].state, offers(session)[0].title) == (OfferState.WITHDRAWN, "Vendeuse")


def element(**changes) -> dict:
    return {
        "id": "048KLTP", "intitule": "Vendeur / Vendeuse", "typeContrat": "CDD",
        "typeContratLibelle": "Contrat à durée déterminée - 6 Mois", "nombrePostes": 2,
        "lieuTravail": {"libelle": "80 - AMIENS", "codePostal": "80000", "commune": "80021"},
        "entreprise": {"nom": "Boutique du Beffroi"}, "dateCreation": "2013-09-01T08:30:00.000Z", **changes,
    }  # fmt: skip


def as_json(*elements: dict) -> bytes:
    return json.dumps({"resultats": list(elements)}).encode()


def test_an_offer_of_france_travail_is_known_by_its_reference_alone(session):
    assert counts(take(session, "offres", as_json(element()))) == (1, 0, 0, 0)
    (offer,) = offers(session)
    assert (offer.insee_code, offer.months, offer.positions) == ("80021", 6, 2)
    assert (offer.created_at_source_on, offer.state) == (date(2013, 9, 1), OfferState.OPEN)
    renamed = element(entreprise={"nom": "Boutique des Coursives"})
    assert counts(take(session, "offres", as_json(renamed))) == (0, 1, 0, 0)
    session.expire_all()
    assert session.get(Organisation, offer.organisation_id).name == "Boutique des Coursives"
    assert counts(take(session, "offres", as_json(renamed, element(id="2", entreprise={})))) == (1, 0, 1, 0)


def test_a_confidential_offer_does_not_forget_a_known_employer(session):
    take(session, "offres", as_json(element()))
    assert counts(take(session, "offres", as_json(element(entreprise=None)))) == (0, 0, 1, 0)


def test_rows_of_json_are_the_ranks_of_the_list(session):
    report = take(
        session, "offres", as_json(element(), element(), element(id="3", typeContrat="ZZZ"), element(id=4))
    )
    assert codes(report) == [
        (2, None, "duplicate-in-file"),
        (3, "type_contrat", "bad-choice"),
        (4, None, "bad-record"),
    ]
    assert (report.encoding, report.header_row) == ("utf-8", None)


@pytest.mark.parametrize("first", [0, 1])
def test_an_employer_named_with_and_without_its_siret_is_one_in_any_order(session, first):
    rows = [f"1;Vendeur;Club A;{SIRET};CDI;80000", "2;Vendeur;Club A;;CDI;80000"]
    take(session, "offres", csv_bytes(HEADER, rows[first], rows[1 - first]))
    assert session.scalars(sa.select(Organisation.siret)).all() == [SIRET]


def test_a_file_may_not_ask_for_fewer_posts_than_are_filled(session):
    header = HEADER + ";nombre_postes"
    take(session, "offres", csv_bytes(header, "1;Vendeur;Club A;;CDI;80000;3"))
    offers(session)[0].posts_filled = 2
    session.flush()
    report = take(session, "offres", csv_bytes(header, "1;Vendeur;Club A;;CDI;80000;1"))
    assert [(e.column, e.code, e.value) for e in report.errors] == [("nombre_postes", "bad-number", "1")]
    blank = csv_bytes(header, "1;Vendeuse;Club A;;CDI;80000;")
    assert counts(take(session, "offres", blank)) == (0, 1, 0, 0)
