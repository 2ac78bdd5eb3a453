"""An offer of another agency is read, and its people proposed for it; it is not changed nor taken down (security.md §2)."""

import pytest

from matching.store.organisations import Offer
from matching.store.people import Agency
from matching.vocabulary import AgencyKind, OfferState
from tests import build
from tests.web import doors


@pytest.fixture
def theirs(database):
    with database.transaction() as session:
        other = Agency(name="Pôle emploi Abbeville", kind=AgencyKind.POLE_EMPLOI)
        session.add(other)
        session.flush()
        return build.offer(session, agency_id=other.id, title="Jardinier")


@pytest.fixture
def client(app, database):
    with database.transaction() as session:
        user = doors.account(session)
    return doors.sign_in(app, user)


def test_it_is_shown_without_its_steps(client, theirs):
    page = client.get(f"/offres/{theirs.public_id}").text
    assert "Jardinier" in page
    assert "Modifier" not in page and "Retirer" not in page and "Mettre en attente" not in page


@pytest.mark.parametrize("path", ["modifier", "completer", "retirer"])
def test_its_forms_are_not_there(client, theirs, path):
    assert client.get(f"/offres/{theirs.public_id}/{path}").status_code == 404


@pytest.mark.parametrize("path", ["modifier", "etape/hold", "etape/withdraw", "recherche"])
def test_nothing_of_it_is_changed(client, database, theirs, path):
    held = {"csrf_token": doors.csrf(client, "/compte"), "version": "1", "reason": "fermé", "title": "Autre"}
    answer = client.post(f"/offres/{theirs.public_id}/{path}", data=held)
    assert answer.status_code == 404
    with database.reading() as session:
        kept = session.get_one(Offer, theirs.id)
        assert (kept.state, kept.title, kept.version) == (OfferState.OPEN, "Jardinier", theirs.version)


def test_an_offer_of_no_agency_yet_is_anybodys_to_complete(client, database):
    with database.transaction() as session:
        offer = build.offer(session, agency_id=None)
    assert client.get(f"/offres/{offer.public_id}/modifier").status_code == 200
