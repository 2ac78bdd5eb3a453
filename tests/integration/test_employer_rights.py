"""Who may hire under a programme is in its file, kind by kind (programmes.md a, b1, b2); offers are judged by it."""

from datetime import UTC, date, datetime

import pytest

from matching import employer_rights, offer_terms, offers, organisation_statements as statements
from matching.eligibility import programme
from matching.errors import CorruptReference, InvalidInput
from matching.offers import OfferAction
from matching.store.organisations import Organisation
from matching.vocabulary import EmployerKind as Kind, OfferState, Party, Sector, Verdict
from tests import build

BOOK = programme.load()
DAY, AT = date(2013, 11, 4), datetime(2013, 11, 4, 9, tzinfo=UTC)
YES, CHECK, NO = Verdict.YES, Verdict.UNKNOWN, Verdict.NO
SIRET = "73282932000074"


@pytest.mark.parametrize(
    ("kind", "avenir", "franc_2013", "franc_2018", "franc_2020"),
    [
        (Kind.ASSOCIATION, YES, YES, YES, YES),
        (Kind.LOCAL_AUTHORITY, YES, NO, NO, NO),
        (Kind.PUBLIC_BODY, YES, NO, NO, NO),
        (Kind.STATE, NO, NO, NO, NO),
        (Kind.GEIQ, YES, YES, YES, YES),
        (Kind.INSERTION, YES, YES, YES, YES),
        (Kind.COMPANY, CHECK, YES, YES, YES),
        (Kind.PUBLIC_INDUSTRIAL, YES, YES, NO, NO),
        (Kind.MIXED_COMPANY, CHECK, YES, CHECK, YES),
        (Kind.PRIVATE_PERSON, NO, NO, NO, NO),
    ],
)
def test_each_kind_has_its_answer_on_its_day(kind, avenir, franc_2013, franc_2018, franc_2020):
    asked = [
        ("emplois-avenir", DAY, avenir),
        ("emplois-francs-2013", DAY, franc_2013),
        ("emplois-francs-2018", date(2019, 12, 31), franc_2018),
        ("emplois-francs-2018", date(2020, 1, 1), franc_2020),
    ]
    for name, day, expected in asked:
        found = employer_rights.entitled(BOOK[name], Organisation(legal_kind=kind), day)
        assert (found.verdict, bool(found.because), bool(found.source)) == (expected, True, True), name


def test_a_kind_without_an_answer_does_not_load(tmp_path):
    text = (programme.SHIPPED / "emplois-avenir.yaml").read_text()
    (tmp_path / "emplois-avenir.yaml").write_text(text.replace("kinds: [state]", "kinds: [geiq]"))
    with pytest.raises(CorruptReference, match=r"emplois-avenir\.yaml, ligne .* « geiq » a deux réponses"):
        programme.load(tmp_path)
    (tmp_path / "emplois-avenir.yaml").write_text(
        text.replace("kinds: [company, mixed_company]", "kinds: [company]")
    )
    with pytest.raises(CorruptReference, match="« mixed_company »"):
        programme.load(tmp_path)


@pytest.mark.parametrize(
    ("scheme", "sector", "kind", "gaps"),
    [
        ("emploi_avenir", Sector.NON_PROFIT, None, []),
        ("emploi_avenir", Sector.MARKET, None, ["employer-not-agreed"]),
        ("emploi_franc", Sector.NON_PROFIT, None, ["employer-not-market"]),
        ("emploi_avenir", None, None, ["sector"]),
        ("emploi_franc", Sector.NON_PROFIT, Kind.ASSOCIATION, []),
        ("emploi_avenir", Sector.MARKET, Kind.COMPANY, ["employer-to-check"]),
        ("emploi_avenir", Sector.PUBLIC, Kind.STATE, ["employer-excluded"]),
        ("emploi_franc", Sector.PUBLIC, Kind.LOCAL_AUTHORITY, ["employer-excluded"]),
    ],
)
def test_the_guards_of_an_offer_follow(session, scheme, sector, kind, gaps):
    """Without a kind, the sector alone decides, as before there were kinds."""
    employer = build.organisation(session, siret=SIRET, sector=sector, legal_kind=kind)
    terms = {"contract_kind": "CDI", "months": None, "scheme": scheme}
    offer = build.offer(session, employer=employer, state=OfferState.DRAFT, **terms)
    assert offer_terms.missing_for(offer, employer, BOOK, DAY) == gaps

    def submit():
        offers.change(
            session, offer, OfferAction.SUBMIT, actor_id=None, party=Party.EMPLOYER, on=DAY, book=BOOK,
            organisation=employer,
        )  # fmt: skip

    if set(gaps) <= {"employer-to-check"}:
        submit()
        assert (offer.state, offer.missing) == (OfferState.SUBMITTED, gaps)
    else:
        with pytest.raises(InvalidInput, match="guards-not-met"):
            submit()


def test_a_kind_that_is_stated_brings_its_sector_and_judges_the_offers_again(session):
    user = build.user(session)
    employer = build.organisation(session, siret=SIRET, sector=None)
    offer = build.offer(session, employer=employer, state=OfferState.TO_COMPLETE, missing=["sector"])
    stated = statements.state_kind(
        session, employer, Kind.LOCAL_AUTHORITY, BOOK, ground="register", actor_id=user.id, on=DAY, at=AT
    )
    assert (employer.sector, stated.opened, offer.state) == (Sector.PUBLIC, (offer,), OfferState.OPEN)
    with pytest.raises(InvalidInput, match="kind-known"):
        statements.state_kind(
            session, employer, Kind.LOCAL_AUTHORITY, BOOK, ground="register", actor_id=user.id, on=DAY, at=AT
        )


def test_an_organisation_says_of_itself_only_what_nobody_had_said(session):
    user = build.user(session)
    employer = build.organisation(session, sector=Sector.MARKET, legal_kind=Kind.COMPANY)
    waiting = build.offer(
        session, employer=employer, state=OfferState.TO_COMPLETE, missing=["siret"], scheme=None
    )
    statements.own_facts(session, employer, Kind.ASSOCIATION, SIRET, actor_id=user.id, on=DAY, at=AT)
    assert (employer.legal_kind, employer.siret) == (Kind.COMPANY, SIRET)
    assert waiting.state is OfferState.TO_COMPLETE, "an advisor reads before anything opens"
