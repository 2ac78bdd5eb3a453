"""Associations and employers from files (imports.md §4, §6)."""

from __future__ import annotations

import sqlalchemy as sa

from matching.store.intake import PossibleDuplicate
from matching.store.organisations import Organisation, Subsidy
from matching.vocabulary import Sector
from tests.importing import codes, counts, csv_bytes, take

HEADER = "nom;rna;siret;code_postal"
SIRET, OTHER = "90000001900019", "90000002700012"
RNA = "W802000001"


def only(session) -> Organisation:
    session.expire_all()
    return session.scalars(sa.select(Organisation)).one()


def test_associations_are_non_market_with_their_grant_and_employers_market(session):
    header = HEADER + ";domaine;objet;montant_subvention;annee;quartier"
    row = f"Club d'Étouvie;{RNA};{SIRET};80000;Sport;Faire du foot;12 500,50 €;2012;etouvie"
    assert counts(take(session, "associations", csv_bytes(header, row))) == (1, 0, 0, 0)
    club = only(session)
    assert (club.sector, club.field, club.declared_quarter) == (Sector.NON_PROFIT, "sport", "etouvie")
    grant = session.scalars(sa.select(Subsidy)).one()
    assert (grant.organisation_id, grant.year, grant.amount_cents) == (club.id, 2012, 1_250_050)
    take(
        session,
        "employeurs",
        csv_bytes(HEADER + ";code_naf;tranche_effectif", f"Boutique;;{OTHER};80000;4711B;12"),
    )
    shop = session.scalars(sa.select(Organisation).where(Organisation.siret == OTHER)).one()
    assert (shop.sector, shop.naf, shop.workforce) == (Sector.MARKET, "4711B", "12")


def test_rna_then_siret_then_name_and_postcode_name_the_record(session):
    take(
        session,
        "associations",
        csv_bytes(HEADER, f"Club A;{RNA};;80000", f"Club B;;{SIRET};80000", "Club C;;;80000"),
    )
    again = take(
        session,
        "associations",
        csv_bytes(
            HEADER, f"Club A;{RNA};;80090", f"Club B;;{SIRET};80000", "CLUB  c;;;80000", "Club C;;;80090"
        ),
    )
    assert counts(again) == (1, 2, 1, 0)


def test_the_same_grant_is_no_change_another_amount_is_and_another_year_is_added(session):
    header = HEADER + ";montant_subvention;annee"
    for amount, year, expected in (("100", 2012, (1, 0, 0, 0)), ("100,00", 2012, (0, 0, 1, 0)),
                                   ("150", 2012, (0, 1, 0, 0)), ("90", 2013, (0, 1, 0, 0))):  # fmt: skip
        report = take(session, "associations", csv_bytes(header, f"Club A;{RNA};;80000;{amount};{year}"))
        assert counts(report) == expected
    grants = session.execute(sa.select(Subsidy.year, Subsidy.amount_cents).order_by(Subsidy.year)).all()
    assert grants == [(2012, 15_000), (2013, 9_000)]


def test_numbers_of_two_organisations_in_one_row_are_refused(session):
    take(
        session, "associations", csv_bytes(HEADER, f"Club A;{RNA};;80000", f"Club B;W802000002;{SIRET};80000")
    )
    report = take(session, "associations", csv_bytes(HEADER, f"Club A;{RNA};{SIRET};80000"))
    assert codes(report) == [(2, "siret", "identifier-conflict")]


def test_the_same_organisation_further_down_is_refused(session):
    report = take(session, "associations", csv_bytes(HEADER, f"Club A;{RNA};;80000", f"Autre;{RNA};;80000"))
    assert codes(report) == [(3, None, "duplicate-in-file")]


def test_near_names_of_one_postcode_are_listed_once(session):
    take(session, "associations", csv_bytes(HEADER, "Football Club d'Étouvie;;;80000"))
    rows = ("Football club Etouvie;;;80000", "Football Club Etouvies;;;80090", "Judo;;;80000")
    report = take(session, "associations", csv_bytes(HEADER, *rows))
    assert [(p["row"], p["reason"], p["other_row"]) for p in report.duplicates] == [(2, "near-name", None)]
    kept = session.scalars(sa.select(PossibleDuplicate)).one()
    assert (kept.person_a_id, kept.organisation_a_id < kept.organisation_b_id) == (None, True)
    again = take(session, "associations", csv_bytes(HEADER, *rows, encoding="utf-16"))
    assert (counts(again), again.duplicates) == ((0, 0, 3, 0), [])


def test_the_organisation_that_an_offer_named_is_described_and_not_doubled(session):
    take(
        session,
        "offres",
        csv_bytes("reference;intitule;employeur;type_contrat;code_postal", "1;Vendeur;Club A;CDI;80000"),
    )
    report = take(session, "associations", csv_bytes(HEADER, f"Club A;{RNA};{SIRET};80000"))
    assert counts(report) == (1, 0, 0, 0)
    assert (only(session).rna, only(session).sector) == (RNA, Sector.NON_PROFIT)


def test_a_file_of_employers_does_not_make_an_association_a_company(session):
    take(session, "associations", csv_bytes(HEADER, f"Club A;{RNA};{SIRET};80000"))
    assert counts(take(session, "employeurs", csv_bytes(HEADER, f"Club A;;{SIRET};80000"))) == (0, 0, 1, 0)
    assert only(session).sector is Sector.NON_PROFIT
