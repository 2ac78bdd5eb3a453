"""Offers on screen: the list, who may, the sheet and its steps."""

import re
from datetime import date
from functools import partial

import pytest
import sqlalchemy as sa

from matching.store.organisations import Offer, OfferEvent
from matching.store.upkeep import AuditEvent, Job
from matching.vocabulary import OfferState, ProposalState
from tests import build
from tests.counting import queries
from tests.markup import check_markup
from tests.web.doors import account, an_agency, csrf, sign_in
from tests.web.offering import SIRET, act, made, stored, waiting


@pytest.fixture
def claire(database):
    with database.transaction() as session:
        return account(session)


@pytest.fixture
def client(app, claire):
    return sign_in(app, claire)


# --- the list


def test_an_empty_base_says_what_to_do(client):
    page = client.get("/offres")
    assert page.status_code == 200 and "Aucune offre pour le moment" in page.text
    assert "/offres/nouvelle" in page.text
    check_markup(page.text)


def test_the_list_says_of_each_offer_what_it_waits_for(client, database, claire):
    ref = waiting(database, title="Médiateur <social>", reference="P-7")
    with database.transaction() as session:
        offer = build.offer(
            session, title="Jardinier", apply_before=date(2013, 11, 9), positions=5, posts_filled=2
        )
        for agency in (claire.agency_id, claire.agency_id, an_agency(session, "Abbeville").id):
            build.proposal(session, offer=offer, person=build.person(session, agency_id=agency))
    page = client.get("/offres").text
    check_markup(page)
    assert "Médiateur &lt;social&gt;" in page and "P\u20117" in page
    assert "Manque\u00a0: tuteur, formation prévue" in page and f"/offres/{ref}/completer" in page
    assert "3&nbsp;sur&nbsp;5" in page and "Dans 5\u00a0jours" in page
    assert '2<span class="unseen"> candidats à examiner' in page, "people of another agency are not counted"


#: state in the address -> titles of the offers shown, in order
ADDRESSES = [
    ("?q=mediateur", ["Médiateur"]),
    ("?q=ETOILE+medi", ["Médiateur"]),
    ("?q=o-77", ["Vendeur"]),
    ("?etat=to_complete", ["Médiateur"]),
    ("?dispositif=droit_commun", ["Vendeur"]),
    ("?voir=completer", ["Médiateur"]),
    ("?voir=examiner", ["Vendeur"]),
    ("?voir=bientot", ["Vendeur"]),
    ("?voir=nimporte&etat=x&dispositif=%00&tri=-x&page=99", ["Vendeur", "Médiateur"]),
    ("?tri=-offre", ["Vendeur", "Médiateur"]),
    ("?tri=-examiner", ["Vendeur", "Médiateur"]),
    ("?q=rien", []),
]


def test_offers_are_found_sorted_and_filtered_by_the_address(client, database, claire):
    with database.transaction() as session:
        star = build.organisation(session, name="Étoile", name_key="etoile", siret=SIRET)
        build.offer(
            session, employer=star, title="Médiateur", title_key="mediateur", state=OfferState.TO_COMPLETE, missing=["tutor"]
        )  # fmt: skip
        offer = build.offer(
            session, title="Vendeur", title_key="vendeur", scheme=None, reference="O-77", apply_before=date(2013, 11, 10)
        )  # fmt: skip
        build.proposal(session, offer=offer, person=build.person(session, agency_id=claire.agency_id))
    for address, found in ADDRESSES:
        page = client.get(f"/offres{address}").text
        assert re.findall(r'<th scope="row"><a [^>]*>([^<]*)</a>', page) == found, address
        assert found or "Aucune offre ne correspond" in page


def test_long_lists_are_paged(client, database):
    with database.transaction() as session:
        for _ in range(55):
            build.offer(session)
    assert client.get("/offres").text.count('<th scope="row">') == 25
    assert client.get("/offres?page=3").text.count('<th scope="row">') == 5


def test_the_list_and_the_sheet_ask_as_much_for_one_as_for_fifty(client, database, claire):
    ref = waiting(database)
    paths = ("/offres", f"/offres/{ref}", f"/offres/{ref}/completer", "/offres?format=csv")
    one = [queries(database.engine, partial(client.get, path)) for path in paths]
    with database.transaction() as session:
        offer = session.scalars(sa.select(Offer)).one()
        for _ in range(49):
            build.offer(session)
            build.proposal(session, offer=offer, person=build.person(session, agency_id=claire.agency_id))
            session.add(
                OfferEvent(
                    offer_id=offer.id, action="refresh", to_state=OfferState.OPEN, done_on=date(2013, 11, 1)
                )
            )
    assert [queries(database.engine, partial(client.get, path)) for path in paths] == one
    assert max(one) <= 10


def test_the_csv_has_every_offer_and_no_formula(client, database):
    made(database, title="=HYPERLINK(1)", reference="O-1")
    answer = client.get("/offres?format=csv")
    assert answer.mimetype == "text/csv" and answer.data.startswith(b"\xef\xbb\xbf")
    assert '"\'=HYPERLINK(1)"' in answer.text and '"35"' in answer.text and '"ouverte"' in answer.text


# --- who may


@pytest.mark.parametrize("kind", ["animator", "officer", "admin"])
@pytest.mark.parametrize(
    "path", ["/offres", "/offres/{ref}", "/offres/{ref}/completer", "/offres/nouvelle", "/organisations"]
)
def test_only_advisors_see_offers(app, database, kind, path):
    ref = made(database)
    with database.transaction() as session:
        user = account(session, kind)
    assert sign_in(app, user).get(path.format(ref=ref)).status_code == 403


def test_signed_out_nobody_sees_them(app, database):
    assert app.test_client().get("/offres").status_code == 302


@pytest.mark.parametrize(
    "path", ["/offres/{}", "/offres/{}/completer", "/offres/{}/retirer", "/organisations/{}"]
)
def test_an_offer_that_does_not_exist_is_not_found(client, path):
    assert client.get(path.format("00000000-0000-4000-8000-000000000000")).status_code == 404


# --- the sheet and its steps


def test_the_sheet_says_terms_aid_history_and_candidates(client, database, claire):
    ref = made(database, siret=SIRET, starts_on=None, weekly_hours=35.0, needs_licence=False, level_min=3)
    with database.transaction() as session:
        offer = session.scalars(sa.select(Offer)).one()
        session.add(
            OfferEvent(
                offer_id=offer.id, actor_id=claire.id, action="accept", to_state=OfferState.OPEN, done_on=date(2013, 10, 1)
            )
        )  # fmt: skip
        for state in (ProposalState.TO_REVIEW, ProposalState.SENT, ProposalState.REJECTED):
            who = build.person(session, agency_id=claire.agency_id)
            build.proposal(session, offer=offer, person=who, state=state)
    page = client.get(f"/offres/{ref}").text
    check_markup(page)
    assert "1\u202f073&nbsp;€" in page and "Le montant définitif figure sur la décision d’aide." in page
    assert "Offre ouverte" in page and "le 1er octobre 2013, Claire Delmotte" in page
    assert (
        "À examiner" in page and "Réponse de l’employeur attendue" in page and "une proposition close" in page
    )
    assert "au moins CAP ou BEP" in page and "pas nécessaire" in page
    assert "Morel" not in page, "candidates are named on the page of examination only"


def test_only_the_steps_that_the_machine_allows_are_shown(client, database):
    page = client.get(f"/offres/{made(database)}").text
    assert "/etape/hold" in page and "/etape/refresh" in page and "/retirer" in page
    assert "/etape/accept" not in page and "/etape/return" not in page and "/etape/resume" not in page
    over = client.get(f"/offres/{made(database, state=OfferState.WITHDRAWN)}").text
    assert "/etape/reopen" in over and "/modifier" not in over


def test_an_offer_is_held_with_a_reason_then_resumed(client, database):
    ref = made(database, siret=SIRET)
    answer = act(client, ref, "hold", version=stored(database, ref).version, reason="Employeur en congé")
    assert answer.status_code == 303 and stored(database, ref).state is OfferState.ON_HOLD
    page = client.get(answer.location).text
    assert "L’offre est en attente." in page and "Employeur en congé" in page
    act(client, ref, "resume", version=stored(database, ref).version, reason="De retour")
    assert stored(database, ref).state is OfferState.OPEN
    with database.reading() as session:
        assert list(session.scalars(sa.select(AuditEvent.action))) == ["offer.hold", "offer.resume"]


def test_a_step_without_its_reason_comes_back_and_changes_nothing(client, database):
    ref = made(database)
    answer = act(client, ref, "hold", version=stored(database, ref).version, reason=" ")
    assert answer.status_code == 422 and "Donnez un motif" in answer.text and "<title>Erreur" in answer.text
    assert stored(database, ref).state is OfferState.OPEN
    check_markup(answer.text)


def test_a_step_that_does_not_start_here_is_a_conflict_and_one_of_nobody_has_no_address(client, database):
    ref = made(database)
    for action, status in (
        ("accept", 409),
        ("resume", 409),
        ("submit", 409),
        ("fill", 404),
        ("lapse", 404),
        ("nope", 404),
    ):
        assert (
            act(client, ref, action, version=stored(database, ref).version, reason="x").status_code == status
        ), action
    assert stored(database, ref).state is OfferState.OPEN


def test_whoever_comes_second_is_told_who_was_faster_and_keeps_the_reason(app, client, database):
    ref = made(database, siret=SIRET)
    seen = stored(database, ref).version
    with database.transaction() as session:
        other = account(session, name="Hugo Lenoir")
    hugo = sign_in(app, other)
    act(hugo, ref, "hold", version=seen, reason="Congés")
    answer = act(client, ref, "hold", version=seen, reason="Mon motif")
    assert answer.status_code == 409
    assert re.search(r"Hugo Lenoir a mis cette offre en attente à \d+\u00a0h\u00a0\d\d", answer.text)
    check_markup(answer.text)


def test_a_withdrawal_says_how_many_proposals_close_and_closes_them(client, database):
    ref = made(database)
    with database.transaction() as session:
        offer = session.scalars(sa.select(Offer)).one()
        build.proposal(session, offer=offer)
        build.proposal(session, offer=offer, state=ProposalState.SENT)
    page = client.get(f"/offres/{ref}/retirer").text
    assert "2 propositions en cours se fermeront" in page
    check_markup(page)
    refused = act(client, ref, "withdraw", version=stored(database, ref).version)
    assert refused.status_code == 422 and "Donnez un motif" in refused.text
    answer = act(client, ref, "withdraw", version=stored(database, ref).version, reason="Pourvu ailleurs")
    assert answer.status_code == 303 and "2 propositions en cours fermées" in client.get(answer.location).text
    assert stored(database, ref).state is OfferState.WITHDRAWN
    assert client.get(f"/offres/{ref}/retirer").status_code == 404


def test_an_offer_is_sent_back_with_what_is_ticked_and_accepted_in_spite_of_it_with_a_reason(
    client, database
):
    ref = made(database, state=OfferState.SUBMITTED, siret=SIRET, tutor=None)
    version = stored(database, ref).version
    assert "facultatif" not in client.get(f"/offres/{ref}").text
    nothing = act(client, ref, "accept", version=version)
    assert nothing.status_code == 422 and stored(database, ref).state is OfferState.SUBMITTED
    act(client, ref, "return", version=version, missing=["description", "tutor"])
    assert (stored(database, ref).state, stored(database, ref).missing) == (
        OfferState.TO_COMPLETE,
        ["description", "tutor"],
    )
    act(client, ref, "submit", version=stored(database, ref).version)
    act(
        client,
        ref,
        "accept",
        version=stored(database, ref).version,
        reason="Tuteur nommé la semaine prochaine",
    )
    assert stored(database, ref).state is OfferState.OPEN
    assert "Ouverte par dérogation" in client.get(f"/offres/{ref}").text


def test_an_unknown_thing_ticked_is_refused(client, database):
    ref = made(database, state=OfferState.SUBMITTED)
    assert act(client, ref, "return", version=1, missing=["owner"]).status_code == 422


def test_a_search_is_asked_of_the_worker_once(client, database):
    ref = made(database)
    for _ in range(2):
        answer = client.post(f"/offres/{ref}/recherche", data={"csrf_token": csrf(client, f"/offres/{ref}")})
        assert answer.status_code == 303
    assert "Une recherche est demandée" in client.get(f"/offres/{ref}").text
    with database.reading() as session:
        assert [job.kind for job in session.scalars(sa.select(Job))] == ["match"]
