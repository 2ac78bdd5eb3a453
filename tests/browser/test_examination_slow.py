"""Ten candidates on a slow line (50 kbit/s, 800 ms): few bytes, decisions go on, nothing is lost when the line is."""

import re

import pytest

#: Bytes that ten candidates may move after the first page, headers included.
BUDGET = 40_000
#: 50 kbit/s both ways, 800 ms.
SLOW = {"offline": False, "latency": 800, "downloadThroughput": 50_000 / 8, "uploadThroughput": 50_000 / 8}
OFF = {**SLOW, "offline": True}
CANDIDATES = 10


class Line:
    """The network of a page, slowed down and weighed by Chromium itself."""

    def __init__(self, page):
        self.cdp = page.context.new_cdp_session(page)
        self.cdp.send("Network.enable")
        self.weights, self.sent = {}, 0
        self.cdp.on("Network.responseReceived", self._answered)
        self.cdp.on("Network.loadingFinished", self._finished)
        self.cdp.on("Network.requestWillBeSentExtraInfo", self._sent)

    def _answered(self, event):
        if event["response"]["url"].startswith("http"):
            self.weights[event["requestId"]] = 0

    def _finished(self, event):
        if event["requestId"] in self.weights:
            self.weights[event["requestId"]] = int(event["encodedDataLength"])

    @property
    def received(self):
        return sum(self.weights.values())

    @property
    def answers(self):
        """What came over the line: a picture that was there already weighs nothing."""
        return sum(weight > 0 for weight in self.weights.values())

    def _sent(self, event):
        self.sent += sum(len(name) + len(value) + 4 for name, value in event["headers"].items())

    def emulate(self, conditions):
        self.cdp.send("Network.emulateNetworkConditions", conditions)


@pytest.fixture
def slow(site):
    """An advisor at an offer with at least ten who wait, the first page loaded, the line slow from then on."""
    page = site.page()
    site.sign_in(page, "Hugo Lenoir")
    page.goto(f"{site.url}/propositions")
    for link in page.locator(".row-title a").all():
        if int(re.search(r"(\d+)\scandidats?", link.inner_text())[1]) > CANDIDATES:
            link.click()
            break
    page.wait_for_selector("[data-examination]")
    line = Line(page)
    line.emulate(SLOW)
    return page, line


def after(page, press):
    before = page.locator("#fiche").element_handle()
    press()
    before.wait_for_element_state("hidden")
    page.wait_for_selector("#fiche")


def set_aside(page):
    page.keyboard.press("e")
    page.keyboard.press("2")
    page.keyboard.press("Enter")


def test_ten_candidates_move_less_than_forty_kilobytes_and_each_comes_within_five_seconds(slow, capsys):
    page, line = slow
    page.evaluate("window.untouched = true")
    times = []
    for number in range(CANDIDATES):
        started = page.evaluate("performance.now()")
        name = page.locator("#fiche").get_attribute("data-name")
        after(page, (lambda: set_aside(page)) if number % 2 else (lambda: page.keyboard.press("p")))
        times.append(page.evaluate("performance.now()") - started)
        assert name in page.locator("#decides").inner_text()
    assert page.evaluate("window.untouched") is True, "no page was loaded on the way"
    with capsys.disabled():
        print(
            f"\n{CANDIDATES} candidates: {line.received} bytes received in {line.answers} answers, headers of requests "
            f"{line.sent}; slowest {max(times) / 1000:.1f} s, median {sorted(times)[CANDIDATES // 2] / 1000:.1f} s"
        )
    assert line.answers == CANDIDATES, "one question a decision: no page, no picture, no style comes again"
    assert line.received <= BUDGET
    assert max(times) < 5_000


def test_a_line_that_breaks_keeps_what_was_typed_and_the_next_try_is_recorded_once(site, slow):
    page, line = slow
    first = page.locator("#fiche").get_attribute("data-name")
    page.keyboard.press("e")
    page.locator("#ecarter summary").click()
    page.locator("#ecarter [value=other]").check()
    page.locator("#ecarter textarea").fill("Vit à Abbeville.")
    line.emulate(OFF)
    page.locator("#ecarter button[type=submit]").click()
    page.wait_for_selector(".status-error")
    assert "Connexion perdue. Votre décision n’est pas enregistrée." in page.locator("#status").inner_text()
    assert page.locator("#ecarter textarea").input_value() == "Vit à Abbeville."
    assert page.locator("#fiche").get_attribute("data-name") == first
    line.emulate(SLOW)
    page.get_by_role("button", name="Réessayer").click()
    page.locator(f'#fiche:not([data-name="{first}"])').wait_for()
    assert page.locator("#decides > li", has_text=first).count() == 1
    site.complaints.clear()  # the browser itself says that it was off line
