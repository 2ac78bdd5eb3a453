"""The shared frame: markup of its pages, contrast of its colours, assets that may be kept and pages that may not."""

import gzip
import re
from pathlib import Path

import pytest

import web
from tests.markup import check_markup, faults
from tests.web.doors import account, sign_in
from web import charts

STATIC = Path(web.__file__).parent / "static"
CSS = (STATIC / "passerelle.css").read_text()
TOKENS = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", CSS))


def contrast(one, other):
    def light(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    darker, lighter = sorted((light(one), light(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize(
    ("text", "behind"),
    [(text, behind) for text in ("ink", "second", "petrol", "error", "warn", "ok", "info") for behind in ("card", "page")]
    + [(name, f"{name}-soft") for name in ("ok", "warn", "error", "info", "petrol")]
    + [("petrol-dark", "petrol-soft"), ("second", "petrol-soft"), ("card", "petrol"), ("card", "petrol-dark"), ("card", "error"),
       ("error", "error-soft"), ("ink", "info-soft")],
)  # fmt: skip
def test_text_reaches_4_5_to_1(text, behind):
    assert contrast(TOKENS[text], TOKENS[behind]) >= 4.5


@pytest.mark.parametrize("colour", charts.COLOURS)
def test_a_bar_of_a_chart_reaches_3_to_1(colour):
    assert contrast(colour, TOKENS["card"]) >= 3


@pytest.mark.parametrize("behind", ["card", "page"])
def test_borders_of_controls_reach_3_to_1(behind):
    assert contrast(TOKENS["control"], TOKENS[behind]) >= 3


def test_nothing_is_smaller_than_13_pixels_and_colours_are_tokens():
    sizes = [float(size) for size in re.findall(r"font-size: ([\d.]+)rem", CSS)]
    assert min(sizes) >= 0.8125
    components = CSS[CSS.index("*, *::before") :]
    assert set(re.findall(r"#[0-9a-f]{3,6}\b", components)) <= {"#fff"}
    assert len(gzip.compress(CSS.encode())) < 12_500, "what a phone waits for"


def test_own_templates_and_script_hold_nothing_that_the_content_policy_refuses():
    for path in (Path(web.__file__).parent / "templates").rglob("*.html"):
        text = path.read_text()
        assert not re.search(
            r"\sstyle=|\son(?:click|change|input|submit|load|error|focus|blur|toggle|key\w+|mouse\w+)=|<style|<script(?![^>]* src=)|\|\s*safe\b|javascript:",
            text,
        ), path
    script = re.sub(r"^\s*//.*$", "", (STATIC / "passerelle.js").read_text(), flags=re.M)
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|DOMParser|\beval\(|document\.write|\.style\b", script
    )


def test_the_page_of_an_unknown_address_is_whole(app, database):
    anonymous = app.test_client().get("/nulle-part")
    assert anonymous.status_code == 404
    check_markup(anonymous.text)
    with database.transaction() as session:
        advisor = account(session, name="Nadia Férat")
    page = sign_in(app, advisor).get("/nulle-part")
    check_markup(page.text)
    assert all(words in page.text for words in ("Nadia Férat", "conseil", "Pôle emploi Amiens"))


def test_assets_may_be_kept_only_under_the_address_of_their_content(app):
    client = app.test_client()
    page = client.get("/nulle-part")
    assert page.headers["Cache-Control"] == "no-store"

    def kept(address):
        with client.get(address) as answer:
            return answer.headers["Cache-Control"]

    for address in re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text):
        assert kept(address) == "public, max-age=31536000, immutable"
        assert kept(address.split("?")[0]) == kept(address[:-1] + "z") == "no-store"


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        ("<h1>a</h1><h3>b</h3>", "h3 after h1"),
        ("<h2>a</h2>", "0 h1"),
        ('<h1>a</h1><input name="x">', "no label"),
        ('<h1>a</h1><p id="x"></p><p id="x"></p>', "twice"),
        ('<h1>a</h1><p style="x"></p>', "style"),
        ('<h1>a</h1><p onclick="x"></p>', "onclick"),
        ("<h1>a</h1><table><tr><th>x</th></tr></table>", "scope"),
        ("<h1>a</h1><p>Vraiment ?</p>", "spaces"),
        ("<h1>a</h1><div><p></div>", "closes"),
        ('<h1>a</h1><p aria-describedby="rien"></p>', "no element"),
        ("<h1>a</h1><script>x</script>", "inline"),
    ],
)
def test_the_check_finds_what_is_wrong(bad, fault):
    page = '<!doctype html><html lang="fr"><head><title>x — Passerelle</title></head><body>{}</body></html>'
    assert faults(page.format("<h1>a</h1>")) == []
    assert any(fault in each for each in faults(page.format(bad)))
