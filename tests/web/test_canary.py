"""The attacker with an account: what belongs to another agency, and what somebody wrote to run in a page.

Addresses come from the map of the application, so that a new page is covered by itself (security.md Z3, Z5, Z6, B7).
"""

from __future__ import annotations

import re
import uuid

import pytest

from tests import build, hires
from tests.web import campaigning, crawl, doors, marked
from tests.web.policies import ENDPOINTS, HOLDERS
from tests.web.test_policies import dump

CANARY = "kanari"
#: The name of a file is told to the administrator, whose journal of imports has no rows; so are ids of imports and jobs.
FILE = f"{CANARY}.csv"
KINDS = ("chief", "officer", "admin", "animator", "public")
#: What is different at each answer: how often a dossier was read, tokens of forms, and ids.
READ = re.compile(r"(?s)<h3>Qui a consulté.*?(?=</details>)|\s+(?=</details>)")
TOKENS = re.compile(r'name="csrf(?:_|-)token"[^>]*|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}')
FORMS = (
    {},
    {"action": "approve", "version": "1", "seen": "1", "on": "2013-11-04", "day": "2013-11-04", "channel": "phone"},
)  # fmt: skip


def other_agency(session):
    """A dossier of another agency, for an offer that everybody reads, and that agency's advisor."""
    agency = doors.an_agency(session, "Pôle emploi Abbeville")
    user = doors.account(session, "chief", agency, name="Hugo Lenoir")
    made = marked.dossier(session, CANARY, agency=agency, user=user)
    made.areas = campaigning.around(session, CANARY, agency=agency, user=user, who=made.person)
    return made


def own_people(session):
    """What the agency of the accounts of these tests follows: somebody proposed, somebody hired."""
    agency = doors.an_agency(session)
    placement = hires.hired(session, agency=agency)
    proposal = build.proposal(session, person=hires.person(session, agency=agency))
    return placement, proposal


def browser(app, kind):
    if kind == "public":
        return app.test_client()
    with app.extensions["passerelle"].database.transaction() as session:
        user = doors.account(session, kind)
    return doors.sign_in(app, user)


def ids_of(theirs):
    """First part of an address -> ids of that dossier that may stand there."""
    return {
        "candidats": theirs.people,
        "propositions": theirs.proposals,
        "offres": theirs.proposals,
        "organisations": [theirs.person],
        "placements": [theirs.placement],
        "demandes": theirs.requests,
        "imports": theirs.batches,
        "travaux": [theirs.job],
        "comptes": [],
        **theirs.areas,
    }


def with_own(ids, offer, placement, proposal):
    """The same with what is in scope besides."""
    more = {"offres": offer, "placements": placement, "propositions": proposal}
    return {area: [*some, *([more[area]] if area in more else [])] for area, some in ids.items()}


def flat(ids):
    return {each for some in ids.values() for each in some}


def out_of_scope(theirs, kind):
    """Imports and long work are the administrator's to see."""
    seen = ("imports", "travaux") if kind == "admin" else ()
    return {area: () if area in seen else some for area, some in ids_of(theirs).items()}


def said(answer):
    """The text of an answer without tokens, ids and spaces between digits."""
    return READ.sub("", TOKENS.sub("", answer.get_data(as_text=True)))


def bare(answer):
    """Status, text and headers, without what carries a token or the id that was asked for."""
    changing = ("Date", "Set-Cookie", "Location", "Content-Length")
    return answer.status_code, said(answer), {k: v for k, v in answer.headers if k not in changing}


def leaks(kind, address, answer, theirs):
    """What of the other agency's dossier is in that answer."""
    text = answer.get_data(as_text=True).casefold()
    if kind == "admin":
        text = text.replace(FILE, "")
    else:
        text = text.replace(address.split("?")[0], "")
    digits = re.sub(r"[\s\u00a0\u202f.]", "", text)
    found = [word for word in (CANARY, "29/02/1992", "29 février 1992", "1992-02-29") if word in text]
    found += [word for word in ("39989123",) if word in digits]
    if kind != "admin":
        found += [str(each) for each in flat(ids_of(theirs)) if str(each) in text]
    return found


@pytest.mark.parametrize("kinds", [KINDS, pytest.param(("advisor",), marks=pytest.mark.deep)])
def test_a_dossier_of_another_agency_is_nowhere(app, database, kinds):
    with database.transaction() as session:
        theirs = other_agency(session)
        placement, proposal = own_people(session)
        ids = with_own(ids_of(theirs), theirs.offer, placement.public_id, proposal.public_id)
    found, broken = {}, []
    for kind in kinds:
        pages = crawl.crawl(app, browser(app, kind), ids)
        assert len(pages) > 30
        broken += [address for address, answer in pages.items() if answer.status_code >= 500]
        for address, answer in pages.items():
            if words := leaks(kind, address, answer, theirs):
                found[kind, address] = words
    assert found == {}
    assert broken == []


def test_an_id_out_of_scope_is_answered_like_one_that_does_not_exist(app, database):
    with database.transaction() as session:
        theirs = other_agency(session)
    browsers = {kind: browser(app, kind) for kind in KINDS}
    before, wrong, never = dump(app), {}, str(uuid.uuid4())
    for kind, client in browsers.items():
        for endpoint, address in crawl.addresses(app, out_of_scope(theirs, kind)):
            missing = crawl.ID.sub(never, address)
            if missing != address:
                one, two = client.get(address), client.get(missing)
                if bare(one) != bare(two) or one.status_code < 300:
                    wrong[kind, endpoint, address] = (one.status_code, two.status_code)
    assert wrong == {}
    assert dump(app) == before


@pytest.mark.parametrize("kind", ["chief", "admin"])
def test_nothing_can_be_posted_to_an_id_out_of_scope(app, database, kind):
    with database.transaction() as session:
        theirs = other_agency(session)
    client = browser(app, kind)
    token = doors.csrf(client, "/compte")
    before, wrong = dump(app), {}
    for endpoint, address in crawl.addresses(app, out_of_scope(theirs, kind), "POST"):
        if not crawl.ID.search(address):
            continue
        permission = ENDPOINTS[endpoint].split()[0]
        held = HOLDERS.get(permission, {"admin", "importer"}) & (
            {"admin"} if kind == "admin" else {"importer", "supervisor"}
        )
        for form in FORMS:
            answer = client.post(address, data={**form, "csrf_token": token})
            if answer.status_code != (404 if held else 403):
                wrong[endpoint, address] = answer.status_code
    assert wrong == {}
    assert dump(app) == before


def test_ids_out_of_scope_inside_a_form_do_nothing(app, database):
    with database.transaction() as session:
        theirs = other_agency(session)
        ref = own_people(session)[0].public_id
    client = browser(app, "chief")
    token = doors.csrf(client, "/compte")
    before = dump(app)
    for action in ("approve", "reject"):
        many = {"csrf_token": token, "action": action, "reason_code": "other", "note": "n"}
        many["p"] = [f"{each}:1" for each in theirs.proposals] + [str(each) for each in theirs.proposals]
        for offer in (theirs.offer,):
            answer = client.post(f"/offres/{offer}/propositions/lot", data=many)
            assert answer.status_code < 500 and not leaks("chief", "", answer, theirs)
    lines = {"csrf_token": token, "lot-on": "2013-11-04", "action": "ask"}
    lines["lignes"] = [str(each) for each in theirs.milestones]
    assert client.post(f"/placements/{ref}/echeances", data=lines).status_code in (404, 422)
    assert dump(app) == before


#: Reports are of the whole town; a withdrawal closes the proposals of every agency, and says how many.
FOR_ALL = re.compile(r"/bilans|/offres/[^/]+/retirer")


def test_counts_and_searches_are_the_same_with_and_without_another_agency(app, database):
    """Z5, Z6: all that a caseload shows, byte for byte."""
    with database.transaction() as session:
        placement, proposal = own_people(session)
        shared = build.offer(session, title="Animatrice")
        build.proposal(session, person=hires.person(session, agency=doors.an_agency(session)), offer=shared)
        own = {
            "candidats": [],
            "offres": [shared.public_id],
            "placements": [placement.public_id],
            "propositions": [proposal.public_id],
        }
    client = browser(app, "chief")
    found = crawl.crawl(app, client, own, most=120)
    before = {address: said(answer) for address, answer in found.items() if not FOR_ALL.match(address)}
    with database.transaction() as session:
        agency = doors.an_agency(session, "Pôle emploi Abbeville")
        shared = session.merge(shared)
        for state in ("to_review", "sent", "selected", "rejected"):
            build.proposal(session, person=hires.person(session, agency=agency), offer=shared, state=state)
    after = {address: said(client.get(address)) for address in before}
    assert len(before) > 40
    differ = {a: _differs(before[a], after[a]) for a in before if before[a] != after[a]}
    assert differ == {}, repr(differ)


def _differs(before, after):
    return [(a, b) for a, b in zip(before.splitlines(), after.splitlines(), strict=False) if a != b][:3]


#: What an attacker writes where a text is expected. Each says xq9, that a page must show as it was typed.
PAYLOADS = (
    """javascript:xq9()//"'><script>xq9()</script><img src=x onerror=xq9()>{{7*7}}xq9{%""",
    """=cmd|'xq9'!A0" onmouseover="xq9()" x=' autofocus onfocus='xq9()' {{7*7}}xq9""",
)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_people_wrote_is_never_run(app, database, payload):
    with database.transaction() as session:
        agency = doors.an_agency(session)
        user = doors.account(session, "chief", agency, name=payload)
        own = marked.dossier(session, payload, agency=agency, user=user)
        rachida = doors.account(session, "animator", agency)
        areas = campaigning.around(
            session, payload, agency=agency, user=user, who=own.person, animator=rachida, common=True
        )
        own.areas = areas
        employer = marked.mark_offer(session, payload, own.offer)
        admin = doors.account(session, "admin")
    shown = 0
    ids = {**ids_of(own), "offres": [*own.proposals, own.offer], "organisations": [employer]}
    for account in (user, rachida, admin):
        pages = crawl.crawl(app, doors.sign_in(app, account), ids, most=100 if account is user else 60)
        for address, answer in pages.items():
            assert answer.status_code < 500, address
            text = answer.get_data(as_text=True)
            shown += "xq9" in text
            assert "49xq9" not in text, address
            if answer.mimetype == "text/html":
                assert crawl.read(address, text).runs == [], address
            elif answer.mimetype == "text/csv":
                assert not re.search(r'(?:^|;)"\s*[=+@-]', text, re.M), address
    assert shown > 15
