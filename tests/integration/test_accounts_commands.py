"""`passerelle init` gives the first account's link once; `passerelle users` does what the administrator's page does."""

import json
import re

import pytest
import sqlalchemy as sa

from matching import accounts, clock
from matching.store.accounts import Invitation, User
from matching.store.upkeep import AuditEvent
from matching.vocabulary import Role
from web import cli, database, settings


@pytest.fixture(autouse=True)
def _base(monkeypatch, empty_database_url):
    monkeypatch.setenv("PASSERELLE_DATABASE_URL", empty_database_url)


@pytest.fixture
def run(capsys):
    def call(*arguments, status=cli.DONE):
        assert cli.status(list(arguments)) == status
        out, err = capsys.readouterr()
        if status == cli.DONE:
            assert err == ""
        else:
            assert out == "" and err.count("\n") == 1 and "Traceback" not in err
        return out + err

    return call


def rows(query):
    with database.opened(settings.load()) as opened, opened.reading() as session:
        return session.execute(query).all()


def token_of(said):
    return re.search(
        r"http://127\.0\.0\.1:8000/(?:invitation|mot-de-passe)/([\w-]{43})$", said, re.MULTILINE
    )[1]


def use(said):
    """Open the account of that link, as the page does."""
    with database.opened(settings.load()) as opened, opened.transaction() as session:
        link = accounts.open_link(session, token_of(said), at=clock.now())
        return accounts.use_link(session, link, "hash", at=clock.now()).email


def test_init_gives_the_first_link_once(run):
    first = run("init", "--admin-email", "Chef@Exemple.fr")
    assert len(token_of(first)) == 43
    again = run("init")
    assert "déjà été donné pour chef@exemple.fr" in again and "invitation/" not in again
    assert len(rows(sa.select(Invitation.id))) == 1
    assert use(first) == "chef@exemple.fr"
    assert rows(sa.select(User.role, User.name)) == [(Role.ADMIN, "Administration")]
    assert "lien" not in run("init") and "lien" not in run("init", "--admin-email", "autre@exemple.fr")


def test_init_gives_another_link_when_asked_and_the_former_one_is_closed(run):
    first = run("init")
    second = run("init", "--admin-email", "chef@exemple.fr")
    with database.opened(settings.load()) as opened, opened.reading() as session:
        at = clock.now()
        assert accounts.open_link(session, token_of(first), at=at) is None
        assert accounts.open_link(session, token_of(second), at=at).email == "chef@exemple.fr"


def test_links_lead_to_the_public_address(run, monkeypatch):
    monkeypatch.setenv("PASSERELLE_PUBLIC_URL", "https://passerelle.example.fr")
    assert re.search(r"^  https://passerelle\.example\.fr/invitation/[\w-]{43}$", run("init"), re.MULTILINE)


def test_an_account_is_invited_listed_closed_and_opened_again(run):
    use(run("init", "--admin-email", "chef@exemple.fr"))
    invited = run(
        "users", "invite", "Nadia@Exemple.fr", "--name", "Nadia Férat", "--role", "advisor", "--may", "import",
        "--agency", "Mission locale", "--new-agency", "mission_locale",
    )  # fmt: skip
    assert use(invited) == "nadia@exemple.fr"
    listed = run("users", "list")
    assert "Nadia Férat <nadia@exemple.fr> : conseil, imports, Mission locale\n" in listed
    run("users", "disable", "nadia@exemple.fr")
    assert "Mission locale (fermé)" in run("users", "list")
    run("users", "enable", "nadia@exemple.fr")
    assert json.loads(run("users", "list", "--json"))[1] == {
        "email": "nadia@exemple.fr", "name": "Nadia Férat", "role": "advisor", "permissions": ["import"],
        "agency": "Mission locale", "active": True, "second_factor": False,
    }  # fmt: skip
    assert use(run("users", "password", "nadia@exemple.fr")) == "nadia@exemple.fr"
    run("users", "reset-second-factor", "nadia@exemple.fr")
    said = [row[0] for row in rows(sa.select(AuditEvent.action).order_by(AuditEvent.id))]
    assert said == [
        "account.invited", "account.opened", "account.invited", "account.opened", "account.disabled",
        "account.enabled", "account.password-link", "account.password-by-link", "account.second-factor-reset",
    ]  # fmt: skip
    assert "9 lignes" in run("audit", "verify")


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["disable", "personne@exemple.fr"], cli.REFUSED, "Aucun compte"),
        (["password", "personne@exemple.fr"], cli.REFUSED, "Aucun compte"),
        (["disable", "chef@exemple.fr"], cli.REFUSED, "dernier compte d'administration"),
        (["invite", "chef@exemple.fr", "--name", "A", "--role", "officer"], cli.REFUSED, "porte déjà"),
        (["invite", "a@b.fr", "--name", "A", "--role", "advisor"], cli.REFUSED, "l'agence"),
        (
            ["invite", "a@b.fr", "--name", "A", "--role", "advisor", "--agency", "X"],
            cli.REFUSED,
            "Aucune agence",
        ),
        (["invite", "a@b.fr", "--name", "A", "--role", "employer"], cli.REFUSED, "SIRET"),
        (
            ["invite", "a@b.fr", "--name", "A", "--role", "officer", "--may", "import"],
            cli.REFUSED,
            "Seul un compte",
        ),
        (["invite", "a@b", "--name", "A", "--role", "officer"], cli.USAGE, "--help"),
        (["invite", "a@b.fr", "--role", "officer"], cli.USAGE, "--help"),
        (["invite", "a@b.fr", "--name", "A", "--role", "roi"], cli.USAGE, "--help"),
        (["list", "x"], cli.USAGE, "--help"),
        (["disable"], cli.USAGE, "--help"),
    ],
    ids=str,
)
def test_what_cannot_be_says_what_to_do_and_writes_nothing(run, arguments, status, said):
    use(run("init", "--admin-email", "chef@exemple.fr"))
    before = rows(sa.select(AuditEvent.id))
    assert said in run("users", *arguments, status=status)
    assert rows(sa.select(AuditEvent.id)) == before
    assert len(rows(sa.select(Invitation.id))) == 1
