"""The headers of every answer (B2, B3, B4), whatever its status."""

import pytest

from tests.web import doors
from tests.web.entering import enter_account, post
from web import assets, settings
from web.app import create_app

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
ALWAYS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@pytest.fixture
def admin(app):
    with app.extensions["passerelle"].database.transaction() as session:
        user = doors.account(session, "admin")
    return doors.sign_in(app, user)


def check(answer, status):
    assert answer.status_code == status
    for name, value in ALWAYS.items():
        assert answer.headers.getlist(name) == [value], name
    features = dict(part.strip().split("=") for part in answer.headers["Permissions-Policy"].split(","))
    assert set(features.values()) == {"()"} and {"camera", "geolocation", "microphone", "payment"} <= set(
        features
    )
    assert "Server" not in answer.headers and "X-Powered-By" not in answer.headers


@pytest.mark.parametrize(
    ("path", "status"),
    [("/connexion", 200), ("/compte", 302), ("/nulle-part", 404), ("/healthz", 200), ("/deconnexion", 405),
     ("/invitation/x", 404), ("/static/nulle-part.css", 404), ("/static/passerelle.css", 200)],
)  # fmt: skip
def test_whoever_asks_and_whatever_is_answered(app, path, status):
    with app.test_client().get(path) as answer:
        check(answer, status)


def test_errors_carry_them_too(app, admin, monkeypatch):
    client = app.test_client()
    check(client.post("/connexion", data={}), 400)
    check(client.get("/connexion", headers={"Host": "e.x"}), 400)
    check(client.post("/connexion", data={"csrf_token": "x" * 1_100_000}), 413)
    user = enter_account(app)
    for _ in range(5):
        post(client, "/connexion", email=user.email, password="faux")
    check(post(client, "/connexion", email=user.email, password="faux"), 429)
    with app.extensions["passerelle"].database.transaction() as session:
        advisor = doors.account(session)
    check(doors.sign_in(app, advisor).get("/comptes"), 403)
    check(post(admin, "/comptes/invitation"), 422)
    monkeypatch.setattr("matching.audit.verify", lambda _session: 1 / 0)
    check(admin.get("/journal/verification"), 500)


@pytest.mark.parametrize("path", ["/comptes?format=csv", "/journal?format=csv"])
def test_a_download_is_an_attachment_that_is_not_kept(admin, path):
    answer = admin.get(path)
    check(answer, 200)
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert answer.mimetype == "text/csv"


def test_only_the_address_of_the_present_content_of_a_file_may_be_kept(app):
    client = app.test_client()
    version = assets.fingerprint("passerelle.css")
    with client.get(f"/static/passerelle.css?v={version}") as kept:
        assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert kept.headers["Content-Security-Policy"] == CSP
    for stale in ("", "?v=", "?v=00000000"):
        with client.get(f"/static/passerelle.css{stale}") as answer:
            assert answer.headers["Cache-Control"] == "no-store"


def test_production_asks_for_https_and_a_cookie_that_only_https_carries(app, monkeypatch):
    monkeypatch.setenv("PASSERELLE_ENV", "production")
    monkeypatch.setenv("PASSERELLE_TRUSTED_HOSTS", "passerelle.example.fr")
    monkeypatch.delenv("PASSERELLE_ARGON2")
    served = create_app(settings.load())
    answer = served.test_client().get("/connexion", base_url="https://passerelle.example.fr")
    check(answer, 200)
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-passerelle=")
    assert cookie.endswith("; Secure; HttpOnly; Path=/; SameSite=Lax") and "Domain" not in cookie
    user = enter_account(served, "officer", secret=None)
    for name, status in (
        ("passerelle_dev", 302),
        ("__Host-passerelle", 200),
    ):  # development's cookie is worth nothing
        client, token = served.test_client(), doors.sessions.new_token()
        with served.extensions["passerelle"].database.transaction() as session:
            doors.sessions.open_for(session, user.id, token, at=doors.clock.now(), verified=True)
        client.set_cookie(name, token, domain="passerelle.example.fr", secure=True)
        assert client.get("/compte", base_url="https://passerelle.example.fr").status_code == status, name
    served.extensions["passerelle"].database.dispose()


def test_development_asks_for_no_https(app):
    assert "Strict-Transport-Security" not in app.test_client().get("/connexion").headers
