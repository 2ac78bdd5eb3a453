"""The real application on the real demo, driven by the system's Chromium; skipped, with its reason, without one."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from web import settings
from web.app import create_app

#: Milliseconds that a page has to do what it is asked: generous, a test machine may be busy.
PATIENCE = 20_000
WIDTHS = (1280, 375)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("no chromium on this machine: install the Debian package of that name")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the demo as it ships, with its proposals; copied by each test that writes."""
    folder = tmp_path_factory.mktemp("demo") / "var"
    import os

    subprocess.run(
        [sys.executable, "-m", "web.cli", "demo", "load", "--match"],
        env={**os.environ, "PASSERELLE_DATA_DIR": str(folder)},
        check=True,
        capture_output=True,
    )
    return folder


class Site:
    """A copy of the demo, served on a free port of this machine."""

    def __init__(self, folder: Path, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.browser, self.monkeypatch = folder, browser, monkeypatch
        self.url, self._ends = "", contextlib.ExitStack()
        #: What the console complained of: a page must give no reason to.
        self.complaints: list[str] = []

    def start(self, today: str | None = None) -> Site:
        """Serve; with another business day when one is given. Called again, it starts anew on the same base."""
        self.stop()
        if today is not None:
            self.monkeypatch.setenv("PASSERELLE_TODAY", today)
        self.monkeypatch.setenv("PASSERELLE_DATA_DIR", str(self.folder))
        app = create_app(settings.load())
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        self.url = f"http://127.0.0.1:{server.server_port}"
        self._ends.callback(app.extensions["passerelle"].database.dispose)
        self._ends.callback(server.server_close)
        self._ends.callback(thread.join)
        self._ends.callback(server.shutdown)
        self.app = app
        return self

    def stop(self) -> None:
        self._ends.close()
        self._ends = contextlib.ExitStack()

    def page(self, width: int = 1280, **options: Any) -> Page:
        """A browser of its own: no cookie of another's."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 900}, locale="fr-FR", base_url=self.url, **options
        )
        self._ends.callback(context.close)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on(
            "console",
            lambda said: self.complaints.append(said.text) if said.type in ("error", "warning") else None,
        )
        page.on("pageerror", lambda fault: self.complaints.append(str(fault)))
        return page

    def sign_in(self, page: Page, name: str) -> Page:
        """Through the demo's door, as somebody who tries the demo does."""
        page.goto(f"{self.url}/connexion")
        page.get_by_role("button", name=name).click()
        page.wait_for_url(lambda url: "/connexion" not in url)
        return page


@pytest.fixture
def site(
    demo_folder: Path, chromium: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Site]:
    folder = tmp_path / "var"
    shutil.copytree(demo_folder, folder)
    made = Site(folder, chromium, monkeypatch)
    yield made.start()
    made.stop()


def violations(page: Page) -> list[str]:
    """What axe finds wrong with the page as it stands."""
    return [
        f"{found['id']}: {node['target']}"
        for found in Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        for node in found["nodes"]
    ]


def overflow(page: Page) -> int:
    """Pixels by which the page is wider than its window."""
    wider: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wider
