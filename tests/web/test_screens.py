"""Every page on the demo, on both databases: it answers, and its markup holds."""

from datetime import date

import pytest
import sqlalchemy as sa

from matching import clock
from matching.scoring.referential import Referential
from matching.store.accounts import User
from tests.markup import check_markup
from tests.screens import SCREENS, names, pages
from web import settings
from web.app import create_app
from web.demo.load import load
from web.demo.write import write
from web.matcher import run_match
from web.rules import book_of
from web.security import sessions

TODAY = date(2013, 11, 4)


@pytest.fixture
def demo(empty_database_url, tmp_path, monkeypatch):
    """The application on a small demo, in a base of its own."""
    monkeypatch.setenv("PASSERELLE_DATABASE_URL", empty_database_url)
    chosen = settings.load()
    app = create_app(chosen)
    database = app.extensions["passerelle"].database
    write(tmp_path / "files", people=400, offers=60, seed=2013, today=TODAY)
    load(database, tmp_path / "files", book_of(chosen), Referential.starter(), today=TODAY)
    run_match(database, chosen, on=TODAY)
    yield app
    database.dispose()


def browser(app, name):
    """A browser of that person's of the demo; of nobody's without a name."""
    client = app.test_client()
    if name is not None:
        token = sessions.new_token()
        with app.extensions["passerelle"].database.transaction() as session:
            user = session.scalars(sa.select(User).where(User.name == name)).one()
            sessions.open_for(session, user.id, token, at=clock.now(), verified=True)
        client.set_cookie(sessions.COOKIE_DEVELOPMENT, token, domain="localhost")
    return client


def test_every_page_answers_and_its_markup_holds(demo):
    assert pages(demo) == set(SCREENS)
    known = names(demo.extensions["passerelle"].database)
    browsers = {whose: browser(demo, whose) for whose, _ in SCREENS.values()}
    wrong = {}
    for endpoint, (whose, address) in SCREENS.items():
        answer = browsers[whose].get(address.format(**known), follow_redirects=True)
        gone = endpoint in ("accounts.invitation", "accounts.new_password")  # a link that opens nothing
        try:
            assert answer.status_code == (404 if gone else 200)
            check_markup(answer.text)
        except AssertionError as fault:
            wrong[endpoint] = str(fault).splitlines()[:3]
    assert wrong == {}
