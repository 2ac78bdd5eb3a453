"""A file changes hands on the screen: asked from a hire, answered by the other agency, seen by both."""

import re

import pytest
import sqlalchemy as sa

from matching.store.follow_up import HandOver
from matching.store.organisations import Offer
from matching.store.people import Agency, Person
from matching.vocabulary import AgencyKind, HandOverState, ProposalState
from tests import hires
from tests.web.doors import account, an_agency, csrf, sign_in


@pytest.fixture
def house(app, database):
    """Two browsers, one of each agency, and a promised hire of the giving one."""
    with database.transaction() as session:
        pole = an_agency(session)
        local = Agency(name="Mission locale", kind=AgencyKind.MISSION_LOCALE)
        session.add(local)
        session.flush()
        giver, taker = account(session, agency=pole), account(session, agency=local, name="Leïla Morand")
        placement = hires.hired(session, agency=pole, steps=hires.way(hires.AVENIR)[:1], actor_id=giver.id)
        person = session.get_one(Person, placement.person_id)
        franc = hires.hired(session, agency=pole, name=hires.FRANC, steps=hires.way(hires.FRANC)[:1])
        found = {
            "local": local.id, "placement": placement.public_id, "person": person.public_id,
            "franc": franc.public_id, "name": f"{person.given_names} {person.family_name}",
        }  # fmt: skip
    return sign_in(app, giver), sign_in(app, taker), found


def ask(client, found, **changes):
    path = f"/placements/{found['placement']}/passation"
    data = {
        "csrf_token": csrf(client, path),
        "to": str(found["local"]),
        "note": "Promesse signée.",
        **changes,
    }
    return client.post(path, data=data)


def request_of(database):
    with database.reading() as session:
        row = session.scalars(sa.select(HandOver).order_by(HandOver.id.desc())).first()
        return row.public_id, row.version, row.state


def answer(client, database, step, **data):
    ref, version, _ = request_of(database)
    page = f"/passations/{ref}"
    fields = {"csrf_token": csrf(client, page), f"{step}-version": version}
    return client.post(
        f"{page}/{step}", data={**fields, **{f"{step}-{key}": value for key, value in data.items()}}
    )


def test_asked_from_the_hire_accepted_by_the_other_agency_and_followed_there(house, database):
    giver, taker, found = house
    shown = giver.get(f"/placements/{found['placement']}").text
    assert "Confier le suivi…" in shown
    assert "Confier le suivi" not in giver.get(f"/placements/{found['franc']}").text, "emplois d'avenir alone"
    assert ask(giver, found).status_code == 303
    ref, _, _ = request_of(database)

    # Before: the name, the offer, the employer, the reason, the deadline. No page of the file.
    page = taker.get(f"/passations/{ref}").text
    for said in (found["name"], "Jardinier", "Promesse signée.", "12 novembre"):
        assert said in page.replace(" ", " ").replace(" ", " ")
    for hidden in ("06 39 98 00 00", "1993", "Quartier", "0639980000"):
        assert hidden not in page
    closed = (
        f"/candidats/{found['person']}", f"/placements/{found['placement']}",
    )  # fmt: skip
    assert [taker.get(path).status_code for path in closed] == [404, 404]
    assert found["name"] in taker.get("/").text, "a line of the day's work"

    assert answer(taker, database, "acceptation").status_code == 303
    assert [taker.get(path).status_code for path in closed] == [200, 200]
    assert [giver.get(path).status_code for path in closed] == [200, 200]
    for client in (giver, taker):
        assert "Suivi par Mission locale depuis" in client.get(closed[1]).text
        assert "Suivi par Mission locale depuis" in client.get(closed[0]).text

    # The mission locale notes the next step itself.
    page = taker.get(closed[1]).text
    form = re.search(r'action="[^"]*/etapes/request_aid".*?</form>', page, re.S)[0]
    data = dict(re.findall(r'name="([^"]+)"[^>]*?value="([^"]*)"', form))
    stated = {"request_aid-conditions": list(hires.STATED[hires.AVENIR])}
    done = taker.post(f"{closed[1]}/etapes/request_aid", data={**data, **stated})
    assert done.status_code == 303

    assert answer(taker, database, "fin", reason="person_asked").status_code == 303
    assert [taker.get(path).status_code for path in closed] == [404, 404]
    assert "Suivi rendu" in giver.get(closed[1]).text


def test_a_refusal_needs_a_reason_that_says_who_reads_it_and_keeps_what_was_typed(house, database):
    giver, taker, found = house
    ask(giver, found)
    ref, _, _ = request_of(database)
    assert "jamais envoyé au jeune" in taker.get(f"/passations/{ref}").text
    refused = answer(taker, database, "refus", reason="other", note="")
    assert refused.status_code == 422 and "Ajoutez un mot" in refused.text
    assert "Choisissez un motif" in answer(taker, database, "refus", note="Pas chez nous").text
    kept = answer(taker, database, "refus", note="Pas chez nous")
    assert kept.status_code == 422 and "Pas chez nous" in kept.text
    assert answer(taker, database, "refus", reason="not_ours", note="Amiens Sud").status_code == 303
    assert "Amiens Sud" in giver.get(f"/passations/{ref}").text
    assert ask(giver, found).status_code == 303, "another may be asked"


def test_two_answers_at_once_one_effect_and_the_other_is_told(house, database):
    giver, taker, found = house
    ask(giver, found)
    ref, version, _ = request_of(database)
    token = csrf(giver, f"/passations/{ref}")
    assert answer(taker, database, "acceptation").status_code == 303
    late = giver.post(f"/passations/{ref}/retrait", data={"csrf_token": token, "retrait-version": version})
    assert late.status_code == 409
    assert "accepté par Leïla Morand" in late.text and "pas enregistrée" in late.text
    assert request_of(database)[2] is HandOverState.ACCEPTED


def test_asking_twice_is_told_and_makes_one_request(house, database):
    giver, _, found = house
    path = f"/placements/{found['placement']}/passation"
    data = {"csrf_token": csrf(giver, path), "to": str(found["local"]), "note": "Promesse."}
    assert [giver.post(path, data=data).status_code for _ in range(2)] == [303, 409]
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(HandOver)) == 1
    assert giver.post(path, data={**data, "to": "", "note": ""}).status_code == 422


def test_a_third_agency_sees_nothing_of_it(house, database, elsewhere):
    giver, _, found = house
    ask(giver, found)
    ref, version, _ = request_of(database)
    assert elsewhere.get(f"/passations/{ref}").status_code == 404
    assert found["name"] not in elsewhere.get("/passations").text
    token = csrf(elsewhere, "/compte")
    sent = elsewhere.post(
        f"/passations/{ref}/acceptation", data={"csrf_token": token, "acceptation-version": version}
    )
    assert sent.status_code == 404 and request_of(database)[2] is HandOverState.ASKED


def test_asked_from_a_proposal_whose_person_said_yes_and_not_before(house, database):
    giver, _, found = house
    with database.transaction() as session:
        pole = an_agency(session)
        agreed = hires.selected(session, agency=pole)
        agreed.state = ProposalState.AGREED
        early = hires.selected(session, agency=pole)
        early.state = ProposalState.APPROVED
        refs = [(session.get_one(Offer, each.offer_id).public_id, each.public_id) for each in (agreed, early)]
    pages = [giver.get(f"/offres/{offer}/propositions/{ref}").text for offer, ref in refs]
    assert ["Confier le suivi…" in page for page in pages] == [True, False]
    path = f"/propositions/{refs[0][1]}/passation"
    data = {"csrf_token": csrf(giver, path), "to": str(found["local"]), "note": "D'accord pour signer."}
    assert giver.post(path, data=data).status_code == 303
    assert "Réponse avant le" in giver.get(f"/offres/{refs[0][0]}/propositions/{refs[0][1]}").text
    refused = giver.post(f"/propositions/{refs[1][1]}/passation", data=data)
    assert refused.status_code == 422 and "ce n" in refused.text
