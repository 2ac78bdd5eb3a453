"""Hostile forms and addresses: nothing breaks, nothing is half written, no column is reached that a form does not show.

Forms are those of the pages themselves, found by following their links, so that a new one is covered by itself.
"""

from __future__ import annotations

import itertools
from urllib.parse import urlencode, urlsplit

import pytest
import sqlalchemy as sa

from matching.store import accounts, matches, organisations, people, placements
from matching.store.upkeep import AuditEvent
from tests.web import crawl, doors, marked

#: What no field expects; lone surrogates come as bytes that are no UTF-8.
HOSTILE = (
    "99999999999999999999999999999", "-1", "1e999", "nan", "9" * 5_000, "a\0b", "\udcff\udc80", "x" * 10_000,
    "99/99/9999", "0000-00-00", "31/02/2013", "²", "１２", "\u202e\u200b\ufeff", "' OR 1=1 --", "%00%ff", "{0.__class__}",
    "%(x)s", "../../etc/passwd", "\r\nX-Injected: 1", "🦊" * 40, " ", "",
)  # fmt: skip
QUERIES = (
    "page", "tri", "q", "format", "fait", "n", "etat", "onglet", "histoire", "apres", "voir", "jours", "type", "action", "p",
    "dispositif", "next", "qui", "jour", "au", "du", "droit", "fin", "zone", "programme", "on", "rqth",
)  # fmt: skip


def encoded(pairs):
    """As a browser of bad faith sends them."""
    return urlencode(pairs, errors="surrogateescape")


@pytest.fixture
def base(app, database):
    """Somebody with a dossier, an offer and a hire in scope; who may do most, and who runs the accounts."""
    with database.transaction() as session:
        agency = doors.an_agency(session)
        chief = doors.account(session, "chief", agency)
        admin = doors.account(session, "admin")
        own = marked.dossier(session, "Morel", agency=agency, user=chief)
        employer = session.scalars(
            sa.select(organisations.Organisation.public_id)
            .join(organisations.Offer)
            .where(organisations.Offer.public_id == own.offer)
        ).one()
        ids = {
            "candidats": own.people[1:], "propositions": own.proposals[1:], "offres": [own.offer], "imports": own.batches[:1],
            "placements": [own.placement], "demandes": own.requests, "organisations": [employer], "travaux": [own.job], "comptes": [chief.public_id],
        }  # fmt: skip
    return {"chief": doors.sign_in(app, chief), "admin": doors.sign_in(app, admin)}, ids


def forms_of(app, client, ids):
    """One form of each address and set of fields, of the pages at known addresses."""
    found = {}
    for _, address in crawl.addresses(app, ids):
        answer = client.get(address)
        if answer.mimetype == "text/html" and answer.status_code == 200:
            for form in crawl.read(f"http://localhost{address}", answer.text).forms:
                path = urlsplit(form.action).path
                if form.method == "post" and ENDS not in path:
                    found.setdefault((path, tuple(sorted(form.fields))), form)
    return [(path, form.fields) for (path, _), form in found.items()]


#: The one form that would end the session of the test.
ENDS = "/deconnexion"


#: How often each is tried; each time every field gets another value.
ROUNDS = pytest.mark.parametrize("rounds", [1, pytest.param(len(HOSTILE), marks=pytest.mark.deep)])


@ROUNDS
@pytest.mark.parametrize("kind", ["chief", "admin"])
def test_no_address_breaks_whatever_its_query_says(app, base, kind, rounds):
    clients, ids = base
    broken, values = {}, itertools.cycle(HOSTILE)
    for endpoint, address in crawl.addresses(app, ids):
        for _ in range(rounds):
            query = encoded([(name, next(values)) for name in QUERIES for _ in range(2)])
            answer = clients[kind].get(f"{address}?{query}")
            if answer.status_code >= 500 or b"Traceback" in answer.data or "X-Injected" in answer.headers:
                broken[endpoint] = query
    assert broken == {}


@ROUNDS
@pytest.mark.parametrize("kind", ["chief", "admin"])
def test_no_form_breaks_whatever_is_typed(app, base, kind, rounds):
    """All fields hostile at once, then each alone with the others as the page gave them."""
    clients, ids = base
    client, broken, taken = clients[kind], {}, 0
    token = doors.csrf(client, "/compte")
    values = itertools.cycle(HOSTILE)
    for path, fields in forms_of(app, client, ids):
        names = [name for name in fields if name != "csrf_token"]
        tries = [{name: next(values) for name in names} for _ in range(rounds)]
        tries += [{**fields, name: next(values)} for name in names[: 2 * rounds]]
        for form in tries:
            pairs = [*form.items(), *list(form.items())[:2]]
            body = encoded([*(pair for pair in pairs if pair[0] != "csrf_token"), ("csrf_token", token)])
            answer = client.post(path, data=body, content_type="application/x-www-form-urlencoded")
            taken += 1
            if answer.status_code >= 500 or b"Traceback" in answer.data or "X-Injected" in answer.headers:
                broken.setdefault(path, []).append(form)
    assert taken > 10
    assert broken == {}


#: Model -> columns that no form of a page may reach, whoever sends them.
HELD = {
    accounts.User: ("password_hash", "public_id", "id", "organisation_id"),
    people.Person: ("public_id", "id", "agency_id", "caseload_user_id", "known_since", "name_key"),
    organisations.Offer: ("public_id", "id", "source", "posts_filled", "agency_id"),
    organisations.Organisation: ("public_id", "id"),
    matches.MatchProposal: ("public_id", "id", "score", "verdict", "person_id", "offer_id", "rank", "run_id"),
    placements.Placement: ("public_id", "id", "person_id", "organisation_id", "snapshot", "proposal_id"),
}


@pytest.mark.parametrize("kind", ["chief", "admin"])
def test_no_form_writes_a_column_that_it_does_not_show(app, database, base, kind):
    """I3: every column of every model besides what each form asks."""
    clients, ids = base
    client = clients[kind]
    columns = {column.key for model in HELD for column in sa.inspect(model).columns}
    token = doors.csrf(client, "/compte")
    before = held(database)
    for path, fields in forms_of(app, client, ids):
        extra = dict.fromkeys(columns - set(fields), "7")
        client.post(path, data={**extra, **fields, "csrf_token": token})
    after = held(database)
    assert {key: after[key] for key in before} == before


def held(database):
    """(model, row) -> what its held columns say."""
    with database.reading() as session:
        return {
            (model.__name__, row.id): [getattr(row, name) for name in names]
            for model, names in HELD.items()
            for row in session.scalars(sa.select(model))
        }


@pytest.mark.parametrize("number", ["9" * 5_000, "²", "-1", ""])
def test_numbers_hidden_in_a_form_may_be_anything(app, base, number):
    clients, ids = base
    client, placement = clients["chief"], ids["placements"][0]
    token = doors.csrf(client, "/compte")
    lines = {"csrf_token": token, "action": "ask", "lot-on": "2013-11-04", "lignes": f"aid:{number}:due"}
    assert client.post(f"/placements/{placement}/echeances", data=lines).status_code in (404, 422)
    step = {"csrf_token": token, "version": "0", "seen": number}
    assert client.post(f"/placements/{placement}/etapes/start", data=step).status_code in (404, 409)


def test_a_notice_says_only_what_is_written_beforehand(app, base):
    clients, _ = base
    for query in ("fait=<b>Pirate</b>", "fait=person-edited&n=Pirate", "fait=milestones-settled&n=Pirate"):
        assert "Pirate" not in clients["chief"].get(f"/propositions?{query}").text


def test_all_answers_carry_the_policy_of_the_page(app, base):
    clients, ids = base
    for _, address in crawl.addresses(app, ids):
        for client in (clients["admin"], app.test_client()):
            headers = client.get(address).headers
            assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self';"), (
                address
            )
            assert headers["X-Content-Type-Options"] == "nosniff", address


def test_reading_a_dossier_leaves_its_trace(app, database, base):
    """S3: each page that shows a person, and each export, is on the trail."""
    clients, ids = base
    person, proposal, placement = ids["candidats"][0], ids["propositions"][0], ids["placements"][0]
    silent = []
    for address in (
        f"/candidats/{person}", f"/candidats/{person}/coordonnees", f"/candidats/{person}/offres",
        f"/offres/{ids['offres'][0]}/propositions/{proposal}", f"/propositions/{proposal}/ecart",
        f"/placements/{placement}", "/candidats?format=csv", "/placements?format=csv", "/echeances?format=csv",
        "/propositions/journal?format=csv",
    ):  # fmt: skip
        before = events(database)
        answer = clients["chief"].get(address)
        if answer.status_code != 200 or events(database) == before:
            silent.append((address, answer.status_code))
    assert silent == []


def events(database):
    with database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(AuditEvent))
