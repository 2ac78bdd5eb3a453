"""A file of the demo's kind goes through the pages in a real browser, with the worker beside: with and without script."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import WIDTHS, Site, overflow, violations
from web.worker import consume


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `passerelle demo write` writes."""
    folder = tmp_path_factory.mktemp("files")
    subprocess.run(
        [
            sys.executable,
            "-m",
            "web.cli",
            "demo",
            "write",
            str(folder / "demo"),
            "--people",
            "60",
            "--offers",
            "5",
        ],
        env={**os.environ, "PASSERELLE_DATA_DIR": str(folder / "var")},
        check=True,
        capture_output=True,
    )
    return folder / "demo"


@contextlib.contextmanager
def worker(site: Site) -> Iterator[None]:
    """The work of `passerelle work`, in a thread of this process."""
    here, stop = site.app.extensions["passerelle"], threading.Event()
    thread = threading.Thread(target=consume, args=(here.settings, here.database, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(60)


def send(page: Page, file: Path) -> None:
    page.get_by_role("link", name="Importer un fichier").click()
    page.get_by_label("Jeunes").check()
    page.get_by_label("D’où vient-il").select_option(label="Mission locale (i-milo)")
    page.get_by_label("Fichier", exact=True).set_input_files(file)
    page.get_by_role("button", name="Envoyer et vérifier").click()
    page.get_by_text("Vous pouvez quitter cette page").wait_for()


def is_well_made(page: Page) -> None:
    """Nothing for axe to say, and nothing beyond the edge, from a wide screen to the narrowest phone."""
    page.wait_for_load_state()  # the page follows its work by itself, and may be between two
    for width in (320, *reversed(WIDTHS)):
        page.set_viewport_size({"width": width, "height": 900})
        assert overflow(page) <= 0, (page.url, width)
    assert violations(page) == [], page.url


def test_a_file_is_sent_looked_at_and_applied_while_its_page_follows_by_itself(site, files):
    page = site.sign_in(site.page(), "Claire Delmotte")
    page.get_by_role("link", name="Imports", exact=True).click()
    is_well_made(page)
    send(page, files / "jeunes.csv")
    is_well_made(page)
    with worker(site):
        page.get_by_role("link", name="À créer (60)").wait_for()
        assert page.get_by_role("listitem").filter(has_text="Ligne 2").count()
        is_well_made(page)
        page.get_by_role("link", name="À corriger (0)").press("Enter")
        page.get_by_text("Aucune ligne à corriger").wait_for()
        page.get_by_role("button", name="Appliquer les lignes correctes").press("Enter")
        page.get_by_text("Les correspondances seront recalculées").wait_for()
        is_well_made(page)
        page.get_by_role("link", name="Voir les travaux").click()
        is_well_made(page)
        page.get_by_role("link", name="Imports", exact=True).click()
        page.get_by_role("row").filter(has_text="jeunes.csv").filter(has_text="Appliqué").first.wait_for()
        send(page, files / "jeunes.csv")
        page.get_by_text("Ce fichier a déjà été importé le").wait_for()
    assert site.complaints == []


def test_leaving_and_coming_back_finds_the_work_where_it_is(site, files):
    page = site.sign_in(site.page(), "Claire Delmotte")
    page.goto("/imports")
    send(page, files / "jeunes.csv")
    page.goto("/imports")
    with worker(site):
        page.get_by_role("link", name="jeunes.csv").first.click()
        page.get_by_role("button", name="Appliquer les lignes correctes").wait_for()
        page.get_by_role("button", name="Abandonner").click()
        page.get_by_text("Cet import a été abandonné").wait_for()


def test_without_a_script_the_same_way_is_open(site, files):
    page = site.sign_in(site.page(java_script_enabled=False), "Claire Delmotte")
    page.goto("/imports")
    send(page, files / "jeunes.csv")
    with worker(site):
        apply = page.get_by_role("button", name="Appliquer les lignes correctes")
        follow(page, apply)
        apply.click()
        follow(page, page.get_by_text("Les correspondances seront recalculées"))


def follow(page: Page, wanted) -> None:
    """Press « Actualiser » until what is waited for is there, as somebody without a script does."""
    for _ in range(200):
        if wanted.count():
            return
        page.get_by_role("link", name="Actualiser").click()
        page.wait_for_load_state()
    raise AssertionError(page.url)
