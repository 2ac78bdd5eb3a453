"""An employer's own offers on screen: theirs alone, no exact count of people, the steps that are theirs; invitations."""

import html
import re
import uuid
from datetime import date

import pytest
import sqlalchemy as sa

from matching import accounts, links
from matching.store.messages import OutgoingMessage
from matching.store.organisations import Offer
from matching.vocabulary import EmployerKind, LinkKind, OfferState, ProposalState, Role, Sector
from tests import build
from tests.markup import check_markup
from tests.web.doors import account, csrf, sign_in
from tests.web.offering import SIRET, stored

TYPED = {
    "version": "0", "title": "Éducateur de basket", "description": "Entraîner les petits.", "scheme": "emploi_avenir",
    "contract_kind": "CDD", "months": "36", "weekly_hours": "35", "positions": "1", "postcode": "80080",
    "commune": "Amiens", "level": "", "needs_licence": "non", "tutor": "Mme Langlet", "training": "à voir ensemble",
    "contact_email": "club@exemple.fr", "starts_on": "02/12/2013", "rome": "",
}  # fmt: skip


@pytest.fixture
def house(database):
    with database.transaction() as session:
        return build.organisation(
            session, name="Étoile du Pigeonnier", siret=SIRET, legal_kind=EmployerKind.ASSOCIATION
        )


@pytest.fixture
def employer(app, database, house):
    with database.transaction() as session:
        user = account(session, "employer", organisation_id=house.id, name="Sylvie Obry")
    return sign_in(app, user)


@pytest.fixture
def advisor(app, database):
    with database.transaction() as session:
        user = account(session, name="Nadia Férat")
    return sign_in(app, user)


def of(database, house, **changes):
    with database.transaction() as session:
        return build.offer(session, employer=house, **changes).public_id


def typed(client, **changes):
    return {**TYPED, "csrf_token": csrf(client, "/offres/nouvelle"), **changes}


def said(answer):
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.text)))


def test_an_offer_is_checked_sent_once_and_told(employer, database, advisor):
    ref = uuid.uuid4()
    form = typed(employer, ref=str(ref), months="48", tutor="", etape="verifier")
    wrong = employer.post(f"/offres/{ref}/modifier", data=form)
    assert wrong.status_code == 422 and "Il y a 2 points à corriger" in wrong.text
    assert "entre 12 et 36" in wrong.text and "la personne qui accompagnera" in wrong.text
    check_markup(wrong.text)
    listed = employer.get("/offres").text
    assert "Brouillons" in listed and "Éducateur de basket" in listed

    good = employer.post(f"/offres/{ref}/modifier", data={**form, "months": "36", "tutor": "Mme Langlet"})
    assert (good.status_code, good.location) == (303, f"/offres/{ref}/verifier")
    check = employer.get(good.location)
    check_markup(check.text)
    assert "Lundi 2 décembre 2013".lower() in said(check).lower() and "1 073 €" in said(check)
    for _ in range(2):
        sent = employer.post(f"/offres/{ref}/verifier", data={"csrf_token": form["csrf_token"]})
        assert sent.status_code == 303
    page = employer.get(sent.location)
    check_markup(page.text)
    assert "Votre offre est envoyée. Référence : E-" in said(page) and "avant le mercredi 6 novembre" in said(
        page
    )
    with database.reading() as session:
        assert session.scalars(sa.select(Offer.state)).all() == [OfferState.SUBMITTED]
        assert session.scalars(sa.select(OutgoingMessage.kind)).all() == ["offer_received"]
    assert "Éducateur de basket : offre à relire" in said(advisor.get("/"))

    token = csrf(advisor, f"/offres/{ref}")
    version = str(stored(database, ref).version)
    back = {"csrf_token": token, "version": version, "missing": "description"}
    assert advisor.post(f"/offres/{ref}/etape/return", data=back).status_code == 303
    assert "Dites ce que fera le jeune" in employer.get(f"/offres/{ref}").text
    assert "Il manque : description du poste" in said(employer.get("/"))
    with database.reading() as session:
        kinds = session.scalars(sa.select(OutgoingMessage.kind).order_by(OutgoingMessage.id)).all()
    assert kinds == ["offer_received", "offer_returned"]


def test_another_organisations_offers_are_not_there(employer, database):
    foreign, unknown = of(database, None), uuid.uuid4()
    token = csrf(employer, "/offres/nouvelle")
    for address in ("", "/modifier", "/verifier", "/retirer"):
        there, nowhere = (employer.get(f"/offres/{ref}{address}") for ref in (foreign, unknown))
        assert there.status_code == nowhere.status_code == 404, address
    before = stored(database, foreign)
    for address in (
        "/modifier",
        "/brouillon",
        "/verifier",
        "/etape/hold",
        "/etape/withdraw",
        "/etape/refresh",
    ):
        form = {**TYPED, "csrf_token": token, "reason": "x", "version": before.version}
        assert employer.post(f"/offres/{foreign}{address}", data=form).status_code == 404, address
    after = stored(database, foreign)
    assert (after.version, after.state, after.title) == (before.version, before.state, before.title)
    assert employer.get("/offres").text.count("/offres/" + str(foreign)) == 0
    for address in (f"/offres/{foreign}/completer", f"/organisations/{uuid.uuid4()}", "/organisations"):
        assert employer.get(address).status_code == 403


def test_no_count_of_people_is_exact_and_counting_is_limited(employer, database, house, monkeypatch):
    ref = of(database, house)
    with database.transaction() as session:
        offer = session.scalars(sa.select(Offer).where(Offer.public_id == ref)).one()
        for _ in range(13):
            build.proposal(
                session, offer=offer, person=build.person(session, wanted_title="jardinier"),
                state=ProposalState.TO_REVIEW,
            )  # fmt: skip
    for address in ("/", "/offres", f"/offres/{ref}", f"/offres/{ref}/modifier", f"/offres/{ref}/retirer"):
        page = employer.get(address)
        assert page.status_code == 200 and not re.search(r"\b13\b", said(page)), address
        check_markup(page.text)
    monkeypatch.setattr("web.estimates.MOST", 2)
    form = typed(employer, title="Jardinier")

    def ask():
        return employer.post("/offres/estimation", data=form, headers={"X-Fragment": "1"})

    assert "Environ 15 jeunes" in said(ask()) and ask().status_code == 200
    refused = ask()
    assert refused.status_code == 429 and "Trop de calculs" in refused.text and "Environ" not in refused.text
    assert "par mois pendant 36 mois" in said(refused), "the aid is no secret"
    wrong = employer.post("/offres/estimation", data={**form, "months": "48"}, headers={"X-Fragment": "1"})
    assert "À corriger" in wrong.text and "par mois" not in said(wrong)


@pytest.mark.parametrize(
    ("state", "action", "after"),
    [
        (OfferState.OPEN, "hold", OfferState.ON_HOLD),
        (OfferState.ON_HOLD, "resume", OfferState.OPEN),
        (OfferState.LAPSED, "refresh", OfferState.OPEN),
        (OfferState.OPEN, "withdraw", OfferState.WITHDRAWN),
    ],
)
def test_the_steps_that_are_an_employers(employer, database, house, state, action, after):
    ref = of(database, house, state=state)
    form = {"csrf_token": csrf(employer, f"/offres/{ref}"), "version": stored(database, ref).version}
    if action != "refresh":
        refused = employer.post(f"/offres/{ref}/etape/{action}", data=form)
        assert refused.status_code == 422 and stored(database, ref).state is state
    done = employer.post(f"/offres/{ref}/etape/{action}", data={**form, "reason": "club fermé"})
    assert (done.status_code, stored(database, ref).state) == (303, after)
    again = employer.post(f"/offres/{ref}/etape/{action}", data={**form, "reason": "club fermé"})
    assert again.status_code == 409 and stored(database, ref).state is after
    for step in ("accept", "return", "reopen"):
        assert employer.post(f"/offres/{ref}/etape/{step}", data=form).status_code == 404


def test_an_employer_that_is_not_entitled_is_told_before_and_refused(app, database):
    with database.transaction() as session:
        house = build.organisation(session, siret=SIRET, sector=Sector.PUBLIC, legal_kind=EmployerKind.STATE)
        user = account(session, "employer", organisation_id=house.id)
    client, ref = sign_in(app, user), uuid.uuid4()
    assert "Les services de l’État n’y ont pas droit." in client.get("/offres/nouvelle").text
    refused = client.post(f"/offres/{ref}/modifier", data=typed(client, ref=str(ref), etape="verifier"))
    assert refused.status_code == 422 and "choisissez-en un autre" in refused.text
    ordinary = typed(client, ref=str(ref), scheme="droit_commun", etape="verifier")
    assert client.post(f"/offres/{ref}/modifier", data=ordinary).status_code == 303


def test_the_link_of_a_notice_confirms_once_and_only_by_its_button(app, database, house, now):
    ref = of(database, house, state=OfferState.LAPSED, review_by=date(2013, 10, 30))
    with database.transaction() as session:
        _, token = links.issue(session, LinkKind.REFRESH, at=now.at, offer_id=stored(database, ref).id)
    client = app.test_client()
    for _ in range(2):
        page = client.get(f"/reponse/offre/{token}")
        assert page.status_code == 200 and "Oui, je cherche toujours" in page.text
        client.head(f"/reponse/offre/{token}")
    check_markup(page.text)
    assert stored(database, ref).state is OfferState.LAPSED
    form = {"csrf_token": csrf(client, f"/reponse/offre/{token}")}
    for _ in range(2):
        assert client.post(f"/reponse/offre/{token}", data=form).status_code == 303
        assert (stored(database, ref).state, stored(database, ref).version) == (OfferState.OPEN, 2)
    assert "la recherche continue" in client.get(f"/reponse/offre/{token}").text
    assert client.get("/reponse/offre/rien").status_code == 404
    now.forward(days=31)
    assert client.get(f"/reponse/offre/{token}").status_code == 410


def test_an_advisor_invites_for_one_organisation_and_nothing_else(app, advisor, database, house):
    path = f"/organisations/{house.public_id}/invitation"
    form = {
        "csrf_token": csrf(advisor, path),
        "name": "Nora Petit",
        "email": "nora@exemple.fr",
        "way": "main",
    }
    extra = {"role": "admin", "permissions": "import", "organisation_id": "999"}
    shown = advisor.post(path, data={**form, **extra})
    check_markup(shown.text)
    link = re.search(r'value="[^"]*(/invitation/[^"]+)"', shown.text)[1]
    client, password = app.test_client(), "sept mots simples pour entrer ici demain"
    for _ in range(2):
        assert client.get(link).status_code == 200
    token = csrf(client, link)
    assert (
        client.post(link, data={"csrf_token": token, "password": password, "again": password}).status_code
        == 303
    )
    assert client.get(link).status_code == 404
    with database.reading() as session:
        made = session.scalars(sa.select(build.User).where(build.User.email == "nora@exemple.fr")).one()
    assert (made.role, made.organisation_id, made.permissions) == ("employer", house.id, [])
    refused = advisor.post(path, data=form)
    assert refused.status_code == 422 and "Un compte porte déjà cette adresse" in refused.text
    assert advisor.post(path, data={**form, "email": "b@exemple.fr", "way": "courriel"}).status_code == 303
    assert "Invitation de Nora Petit" in said(advisor.get(f"/organisations/{house.public_id}"))


def test_an_advisor_does_not_replace_what_the_administrator_invites(advisor, database, house, now):
    """The link to an advisor's account was closed, and an employer's sent to the same address."""
    with database.transaction() as session:
        rights = accounts.Rights(Role.OFFICER)
        token = accounts.invite(
            session, email="nora@exemple.fr", name="Nora Petit", rights=rights, by=None, at=now.at
        )
    path = f"/organisations/{house.public_id}/invitation"
    form = {"csrf_token": csrf(advisor, path), "name": "N", "email": "Nora@exemple.fr", "way": "main"}
    assert advisor.post(path, data=form).status_code == 422
    with database.reading() as session:
        assert accounts.open_link(session, token, at=now.at).role is Role.OFFICER
