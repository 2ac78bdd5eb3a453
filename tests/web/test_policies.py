"""Every endpoint says who may call it, and it is so (Z1, Z3, B1); what pages and templates may not do (Z2, B7)."""

import ast
import re
import sqlite3
import uuid
from contextlib import closing
from pathlib import Path

import pytest
from flask import Blueprint

from tests import build
from tests.web import doors
from tests.web.policies import ENDPOINTS, HOLDERS, KINDS
from web import pages as areas, settings
from web.app import create_app
from web.security import policy, public, requires

WEB = Path(areas.__file__).parents[1]
#: Tables that a GET may write: the trail of what was read, and when a session was last seen.
MAY_CHANGE = ("audit_event", "audit_head", "user_session", "sqlite_sequence")

#: Arguments of addresses, by name, where « x » would not be read.
LEADS_NOWHERE = {"month": "2013-10", "number": 1, "year": 2013, "key": 1}


# --- what is declared


def test_the_table_names_every_endpoint_with_its_policy(app):
    found = {}
    for rule in app.url_map.iter_rules():
        declared = policy.policy_of(app, rule.endpoint)
        said = "public" if declared.permission is None else "half" if declared.half else declared.permission
        found[rule.endpoint] = said + (" fresh" if declared.fresh else "")
    assert found == ENDPOINTS


def test_the_table_names_every_permission_with_its_holders():
    class Somebody:
        def __init__(self, kind):
            self.role, self.permissions = doors.KINDS[kind]

    held = {
        permission: {kind for kind in KINDS if policy.allows(Somebody(kind), permission)}
        for permission in policy.PERMISSIONS
    }
    assert held == HOLDERS


def test_an_application_with_a_bare_endpoint_does_not_start(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    bare = Blueprint("bare", __name__)
    bare.get("/nu")(lambda: "nu")
    monkeypatch.setattr(areas, "ALL", (*areas.ALL, bare))
    with pytest.raises(LookupError, match="bare"):
        create_app(settings.load())


def test_a_permission_that_is_not_listed_cannot_be_asked_for():
    with pytest.raises(LookupError):
        requires("people.erase-all")


# --- what is answered


def without_arguments(app):
    return sorted(
        {
            (rule.endpoint, rule.rule)
            for rule in app.url_map.iter_rules()
            if "GET" in rule.methods and not rule.arguments and rule.endpoint != "static"
        }
    )


def expected(said, kind):
    """Status class of a GET: 2 (or a redirection to another page of theirs), 3 to the door, 4 refused."""
    permission = said.split()[0]
    if permission == "public":
        return 2
    if kind == "public":
        return 3
    return 2 if permission == "half" or kind in HOLDERS[permission] else 4


@pytest.mark.parametrize("kind", ["public", *KINDS])
def test_each_page_answers_each_account_as_the_table_says(app, kind):
    client = app.test_client()
    if kind != "public":
        with app.extensions["passerelle"].database.transaction() as session:
            user = doors.account(session, kind)
        client = doors.sign_in(app, user)
    wrong = {}
    for endpoint, path in without_arguments(app):
        answer = client.get(path)
        to_the_door = answer.status_code == 302 and answer.location.startswith(
            ("/connexion", "/second-facteur")
        )
        found = 3 if to_the_door else 4 if answer.status_code == 403 else 2 if answer.status_code < 400 else 5
        if found != expected(ENDPOINTS[endpoint], kind):
            wrong[path] = (answer.status_code, answer.headers.get("Location"))
    assert wrong == {}


def test_who_gave_the_password_alone_sees_the_page_of_the_code_and_public_ones(app):
    client = app.test_client()
    with app.extensions["passerelle"].database.transaction() as session:
        user = doors.account(session)
        token = doors.sessions.new_token()
        doors.sessions.open_for(session, user.id, token, at=doors.clock.now(), verified=False)
    client.set_cookie(doors.sessions.COOKIE_DEVELOPMENT, token, domain="localhost")
    for endpoint, path in without_arguments(app):
        answer = client.get(path)
        if ENDPOINTS[endpoint] in ("public", "half"):
            assert answer.status_code < 400 and "/second-facteur" not in (answer.location or ""), path
        else:
            assert answer.location.startswith("/second-facteur"), path


def test_an_address_of_the_interface_answers_401_and_not_a_page(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    api = Blueprint("api", __name__)
    api.get("/api/v1/essai", endpoint="a")(requires("signed_in")(lambda: {"a": 1}))
    api.get("/api/v1/ouvert", endpoint="b")(public(lambda: {"a": 1}))
    monkeypatch.setattr(areas, "ALL", (*areas.ALL, api))
    made = create_app(settings.load())
    client = made.test_client()
    assert (client.get("/api/v1/essai").status_code, client.get("/api/v1/ouvert").status_code) == (401, 200)
    made.extensions["passerelle"].database.dispose()


# --- forms (B1)


def posts(app):
    """Every address that takes a POST, its arguments filled with what leads nowhere."""
    adapter = app.url_map.bind("localhost")
    for rule in sorted(app.url_map.iter_rules(), key=str):
        if "POST" not in rule.methods:
            continue
        values = {}
        for name in rule.arguments:
            converter = type(rule._converters[name]).__name__
            values[name] = uuid.UUID(int=4) if converter == "UUIDConverter" else LEADS_NOWHERE.get(name, "x")
            if converter == "AnyConverter":
                values[name] = re.search(r"\((?:\?:)?(\w+)", rule._converters[name].regex)[1]
        yield rule.endpoint, adapter.build(rule.endpoint, values, method="POST")


@pytest.mark.parametrize("kind", ["chief", "admin"])
def test_no_form_is_taken_without_the_token_of_its_own_session(app, kind):
    with app.extensions["passerelle"].database.transaction() as session:
        user = doors.account(session, kind)
    client, other = doors.sign_in(app, user), app.test_client()
    foreign = doors.csrf(other, "/connexion")
    before = dump(app)
    for endpoint, path in posts(app):
        for form in ({}, {"csrf_token": ""}, {"csrf_token": foreign}):
            assert client.post(path, data=form).status_code == 400, (endpoint, form)
    assert dump(app) == before


def test_who_is_not_signed_in_posts_nothing(app):
    client = app.test_client()
    token = doors.csrf(client, "/connexion")
    before = dump(app)
    for endpoint, path in posts(app):
        if ENDPOINTS[endpoint] != "public":
            answer = client.post(path, data={"csrf_token": token})
            assert (answer.status_code, answer.location) == (302, "/connexion"), endpoint
    assert dump(app) == before


# --- reading changes nothing


def dump(app):
    """Every row of the base but those that reading may leave."""
    path = app.extensions["passerelle"].database.engine.url.database
    with closing(sqlite3.connect(path)) as base:
        return [
            line
            for line in base.iterdump()
            if not any(line.startswith(f'INSERT INTO "{table}"') for table in MAY_CHANGE)
        ]


@pytest.mark.parametrize("kind", ["chief", "officer", "admin"])
def test_looking_changes_nothing(app, kind):
    with app.extensions["passerelle"].database.transaction() as session:
        user = doors.account(session, kind)
        for _ in range(2):
            build.proposal(session, person=build.person(session, agency_id=doors.an_agency(session).id))
        build.placement(session)
    client = doors.sign_in(app, user)
    client.get("/compte")
    before = dump(app)
    for _, path in without_arguments(app):
        for _ in range(2):
            client.get(path), client.head(path)
        assert dump(app) == before, path


# --- what is written (Z2, B7, I3)


def modules(*folders):
    return [
        (path, ast.parse(path.read_text())) for folder in folders for path in (WEB / folder).rglob("*.py")
    ]


def test_pages_find_rows_by_their_scope_and_never_by_key():
    for path, tree in modules("pages", "forms"):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = node.func.value
                is_session = isinstance(owner, ast.Name) and owner.id in ("session", "s", "db")
                assert not (is_session and node.func.attr in ("get", "get_one")), f"{path}:{node.lineno}"
                assert node.func.attr != "populate_obj", f"{path}:{node.lineno}"


def test_nothing_is_written_into_a_page_without_escaping():
    for path, tree in modules("."):
        for node in ast.walk(tree):
            name = getattr(node, "id", getattr(node, "attr", None))
            assert name not in ("Markup", "render_template_string"), f"{path}:{getattr(node, 'lineno', 0)}"
    for path in (WEB / "templates").rglob("*.html"):
        text = path.read_text()
        assert not re.search(r"\|\s*safe\b|autoescape|Markup\(", text), path


def test_templates_hold_no_script_and_no_style_of_their_own():
    for path in (WEB / "templates").rglob("*.html"):
        text = path.read_text()
        assert not re.search(r"<style|\sstyle=|<[a-z][^<>]*\son[a-z]+=|javascript:", text), path
        assert not re.search(r"<script(?![^>]*\ssrc=)", text), path
