"""The offers of a session on the screen: chosen, put in, taken out, moved, printed; each agency its own."""

import re
from datetime import date

import pytest
import sqlalchemy as sa

from matching.store.people import Agency
from matching.store.sessions import SessionOffer
from matching.store.upkeep import AuditEvent
from matching.vocabulary import AgencyKind, OfferState, SessionState
from tests import build
from tests.counting import queries
from tests.markup import check_markup
from tests.web import planned
from tests.web.doors import account, sign_in
from tests.web.hiring import base_of, token


class Room:
    """A session of the agency, with three gardeners, two offers for them and one for a cook."""

    def __init__(self, app):
        self.app, self.base = app, base_of(app)
        with self.base.transaction() as session:
            self.row = planned.held(session)
            for _ in range(3):
                planned.seat(session, self.row)
            self.first, self.second = (
                build.offer(
                    session, title=f"Jardinier {number}", rome="A1203", opened_on=date(2013, 10, number),
                    employer=build.organisation(session, name=f"Association {number}"),
                    description="Chez nous, à l'Association secrète.", commune="Amiens",
                )
                for number in (1, 2)
            )  # fmt: skip
            self.cook = build.offer(session, title="Cuisinier", title_key="cuisinier")
            self.user = account(session)
        self.client = sign_in(app, self.user)
        self.path = f"/seances/{self.row.id}/offres"

    def get(self, tail="", client=None):
        answer = (client or self.client).get(self.path + tail)
        if answer.status_code == 200:
            check_markup(answer.text)
        return answer

    def post(self, tail="", client=None):
        client = client or self.client
        return client.post(self.path + tail, data={"csrf_token": token(client.get("/compte"))})

    def shown(self, client=None):
        return re.findall(r'id="offre-([\w-]+)"', self.get(client=client).text)

    def step(self, offer, step):
        return self.post(f"/{offer.public_id}/{step}")


@pytest.fixture
def room(app):
    return Room(app)


def refs(*offers):
    return [str(offer.public_id) for offer in offers]


def test_an_empty_pack_says_what_to_do_then_the_choice_is_shown_and_noted(room):
    page = room.get()
    assert "Aucune offre pour cette séance" in page.text and "Choisir les offres" in page.text
    answer = room.post()
    assert answer.status_code == 303 and answer.headers["Location"].endswith("?fait=offres-choisies&n=2")
    assert room.shown() == refs(room.first, room.second)
    page = room.client.get(answer.headers["Location"]).text
    assert "Offres choisies" in page and "Convient à 3 jeunes" in page
    assert "à qui une offre placée plus haut convient déjà" in page
    with room.base.reading() as session:
        (event,) = session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "session.offers"))
        assert (event.subject_id, event.details) == (str(room.row.public_id), {"offers": 2})


def test_an_offer_is_taken_out_put_in_found_and_moved(room):
    room.post()
    answer = room.step(room.first, "retirer")
    assert answer.headers["Location"] == f"{room.path}?fait=offre-otee#offre-{room.first.public_id}"
    room.post()
    assert room.shown() == refs(room.second) and "Retirées à la main" in room.get().text
    found = room.get("?q=cuisin").text
    assert f"{room.path}/{room.cook.public_id}/ajouter" in found
    assert "Aucune offre ouverte ne répond" in room.get("?q=maçon").text
    assert room.step(room.cook, "ajouter").status_code == 303
    assert room.step(room.first, "ajouter").status_code == 303
    assert room.shown() == refs(room.second, room.cook, room.first)
    room.step(room.first, "monter")
    room.step(room.second, "descendre")
    assert room.shown() == refs(room.first, room.second, room.cook)
    assert "Ajoutée à la main" in room.get().text and "Ne convient à aucun" in room.get().text


def test_a_thirteenth_and_an_offer_that_closes_are_refused_in_words(room):
    room.post()
    with room.base.transaction() as session:
        for number in range(10):
            planned.packed(session, room.row, build.offer(session), number + 3)
    answer = room.step(room.cook, "ajouter")
    assert answer.status_code == 422 and "Une séance montre 12 offres au plus" in answer.text
    check_markup(answer.text)
    room.step(room.first, "retirer")
    with room.base.transaction() as session:
        session.get(planned.Offer, room.cook.id).apply_before = date(2013, 11, 18)
        session.get(planned.Offer, room.second.id).state = OfferState.WITHDRAWN
    answer = room.step(room.cook, "ajouter")
    assert answer.status_code == 422 and "ne sera plus ouverte le 19 novembre 2013" in answer.text
    assert "N’est plus ouverte" in room.get().text
    assert "Jardinier 2" not in room.get("/feuille").text


@pytest.mark.parametrize("state", [SessionState.CANCELLED, SessionState.CLOSED])
def test_the_pack_of_a_session_that_is_over_is_read_and_no_more_changed(room, state):
    room.post()
    with room.base.transaction() as session:
        row = session.get(planned.CollectiveSession, room.row.id)
        row.state = state
        row.cancelled_reason = "Salle indisponible" if state is SessionState.CANCELLED else None
        row.closed_on = date(2013, 11, 4) if state is SessionState.CLOSED else None
    page = room.get().text
    assert "ne changent plus" in page and "formaction" not in page
    answer = room.post()
    assert answer.status_code == 422 and "ses offres ne changent plus" in answer.text


def test_the_sheet_says_the_post_and_names_an_employer_only_where_it_agreed(room):
    room.post()
    with room.base.transaction() as session:
        session.get(planned.Offer, room.second.id).may_be_named = True
    page = room.get("/feuille").text
    assert "Jardinier 1" in page and "CDD de 36\u00a0mois, 35\u00a0h" in page
    assert "Association 2" in page and "Association 1" not in page
    assert page.count("secrète") == 1  # a description may name who wrote it
    assert "aucun diplôme ni permis demandé" in page


def test_an_animator_reads_and_prints_and_another_agency_finds_nothing(app, room):
    room.post()
    with room.base.transaction() as session:
        other = Agency(name="Mission locale", kind=AgencyKind.MISSION_LOCALE)
        session.add(other)
        session.flush()
        animator, stranger, officer = (
            account(session, "animator"),
            account(session, "advisor", other),
            account(session, "officer"),
        )
    reader = sign_in(app, animator)
    assert room.shown(reader) == refs(room.first, room.second)
    page = room.get(client=reader).text
    assert "formaction" not in page and f"/offres/{room.first.public_id}" not in page
    assert room.get("/feuille", client=reader).status_code == 200
    assert room.post(client=reader).status_code == 403
    far = sign_in(app, stranger)
    tails = ("", "/feuille")
    assert [far.get(room.path + tail).status_code for tail in tails] == [404, 404]
    assert room.post(client=far).status_code == 404
    for step in ("ajouter", "retirer", "monter", "descendre"):
        assert room.post(f"/{room.first.public_id}/{step}", client=far).status_code == 404
    assert sign_in(app, officer).get(room.path).status_code == 403
    assert room.client.get("/seances/99999999999/offres").status_code == 404
    assert room.post("/00000000-0000-4000-8000-000000000000/retirer").status_code == 404
    with room.base.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(SessionOffer)) == 2


def test_the_page_takes_as_many_queries_for_twelve_offers_as_for_two(room):
    room.post()
    room.get()
    few = queries(room.base.engine, lambda: room.client.get(room.path))
    with room.base.transaction() as session:
        for number in range(10):
            planned.packed(session, room.row, build.offer(session), number + 3)
    assert queries(room.base.engine, lambda: room.client.get(room.path)) == few
