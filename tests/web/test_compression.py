"""What is made smaller, and what never is: a page that repeats a search beside a token (BREACH)."""

import gzip

import pytest

from tests.web.doors import account, sign_in
from web import compression

GZIP = {"Accept-Encoding": "gzip, deflate"}


@pytest.fixture
def client(app, database):
    with database.transaction() as session:
        user = account(session)
    return sign_in(app, user)


@pytest.mark.parametrize("path", ["/candidats?q=secret", "/", "/propositions", "/connexion", "/passations"])
def test_a_whole_page_is_never_compressed(client, path):
    assert "Content-Encoding" not in client.get(path, headers=GZIP).headers


def test_a_file_has_one_name(app):
    """Other spellings of it filled the memory, one compressed copy each; those through no folder broke the page."""
    stranger, before = app.test_client(), compression._file.cache_info().currsize
    for name in ("./passerelle.css", "././passerelle.css", "nowhere/../passerelle.css", "./nowhere"):
        for query in ("", "?v=1"):
            answer = stranger.get(f"/static/{name}{query}", headers=GZIP)
            assert answer.status_code == 404, name
    assert compression._file.cache_info().currsize == before


def test_a_file_of_ours_and_a_part_for_our_script_are(client):
    plain = client.get("/static/passerelle.css")
    small = client.get("/static/passerelle.css", headers=GZIP)
    assert "Content-Encoding" not in plain.headers and small.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(small.data) == plain.data and len(small.data) * 3 < len(plain.data)
    assert "Accept-Encoding" in small.headers["Vary"]
    plain.close()
    part = client.get("/propositions", headers={**GZIP, "X-Fragment": "1"})
    assert part.headers["Content-Encoding"] == "gzip" and b"<main" in gzip.decompress(part.data)
    assert int(part.headers["Content-Length"]) == len(part.data)
    head = client.head("/static/passerelle.css", headers=GZIP)
    assert head.data == b"" and head.status_code == 200
    head.close()
    ranged = client.get("/static/passerelle.css", headers={**GZIP, "Range": "bytes=0-9"})
    assert "Content-Encoding" not in ranged.headers and len(ranged.data) == 10
    ranged.close()
