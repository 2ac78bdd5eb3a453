"""A month of the demo, from the offer that an association sends to the contract that is signed: four people, each at
their own door, and nothing asked twice. What the advisor's part costs is counted and printed."""

import email
import re
from datetime import date, timedelta
from email.policy import default as modern

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from matching import clock
from matching.store.messages import OutgoingMessage
from matching.store.placements import Placement
from matching.vocabulary import PlacementState
from web import settings
from web.mail import transport
from web.mail.deliver import deliver
from web.matcher import run_match
from web.rules import book_of

ADVISOR, ASSOCIATION = "Claire Delmotte", "Sylvie Obry"
EMPLOYER = "Entente handball de la Vallée"
#: What a page, a field and a press cost somebody who reads French at an ordinary pace, in seconds.
PAGE, FIELD, PRESS = 25, 8, 3


class Counted:
    """A page whose loads, fields and presses are counted; what was typed is kept by its label."""

    def __init__(self, page):
        self.page, self.pages, self.presses = page, 0, 0
        self.typed = []
        page.on("framenavigated", lambda frame: self._loaded(frame))

    def _loaded(self, frame):
        if frame == self.page.main_frame:
            self.pages += 1

    def fill(self, label, value, **where):
        self.page.get_by_label(label, **where).first.fill(value)
        self.typed.append((label, value))

    def choose(self, group, answer):
        self.page.get_by_role("group", name=group).get_by_label(answer).check()
        self.typed.append((group, answer))

    def tick(self, box):
        box.check()
        self.presses += 1

    def press_on(self, what):
        what.click()
        self.presses += 1

    def press(self, name, role="button"):
        self.press_on(self.page.get_by_role(role, name=name).first)

    def key(self, key):
        self.page.keyboard.press(key)
        self.presses += 1

    def follow(self, name):
        self.press(name, "link")

    @property
    def minutes(self):
        return (self.pages * PAGE + len(self.typed) * FIELD + self.presses * PRESS) / 60

    def __str__(self):
        return f"{self.pages} pages, {len(self.typed)} fields, {self.presses} presses: {self.minutes:.1f} screen-minutes"


class Post:
    """The worker's rounds, run when the test says so; what they sent is read from the folder of a development."""

    def __init__(self, site):
        self.site, self.read = site, set()

    def leaves(self, on):
        """Everything that waits leaves; returns the new messages, addresses to lower case -> text."""
        here = settings.load()
        database = self.site.app.extensions["passerelle"].database
        with database.reading() as session:
            last = session.scalar(sa.select(sa.func.max(OutgoingMessage.try_at)))
        at = max(clock.now(), last or clock.now()) + timedelta(minutes=1)
        where = transport.of(here)
        deliver(database, here, where, book=book_of(here), on=on, at=at)
        found = {}
        for path in sorted((self.site.folder / "courrier").glob("*.eml")):
            if path in self.read:
                continue
            self.read.add(path)
            message = email.message_from_bytes(path.read_bytes(), policy=modern)
            found[message["To"].lower()] = message.get_body(("plain",)).get_content()
        return found


def link_in(text):
    """The path of the one link of a message."""
    return re.search(r"https?://[^/\s]+(/\S+)", text)[1]


@pytest.fixture
def post(site):
    return Post(site)


def test_from_the_offer_to_the_signature_nothing_is_asked_twice(site, post, capsys):
    database, on = site.app.extensions["passerelle"].database, date(2013, 11, 4)

    # The association writes its offer.
    association = Counted(site.sign_in(site.page(), ASSOCIATION))
    association.follow("Mes offres")
    association.follow("Proposer un emploi")
    association.fill("Nom du poste", "Animatrice sportive")
    association.fill("Ce que fera le jeune", "Accueillir les enfants le mercredi, préparer le matériel.")
    association.fill("Début souhaité", "2/12/2013")
    association.choose("Quel contrat", re.compile("Emploi d.avenir"))
    association.choose("Avec ou sans date de fin", re.compile("Avec une date"))
    association.fill("Durée du contrat", "36")
    association.fill("Heures par semaine", "35")
    association.fill("Qui accompagnera", "Paul Vasseur, éducateur")
    association.fill("Formation prévue", "BAFA")
    association.press("Vérifier et envoyer")
    association.press("Envoyer l’offre")
    expect(association.page.locator("h1")).to_have_text("Animatrice sportive")

    # The advisor reads it among the day's work, opens it, and proposes three people without leaving the page.
    advisor = Counted(site.sign_in(site.page(), ADVISOR))
    advisor.follow(re.compile("^Dossiers à compléter"))
    line = (
        advisor.page.get_by_role("listitem").filter(has_text="Animatrice sportive").filter(has_text=EMPLOYER)
    )
    advisor.press_on(line.get_by_role("link").first)
    advisor.press("Ouvrir l’offre")
    expect(advisor.page.locator("main")).to_contain_text("Offre ouverte le 4 novembre 2013")
    run_match(database, settings.load(), on=on)  # the worker's part
    advisor.page.reload()
    advisor.follow(re.compile("^Examiner les"))
    proposed = []
    for _ in range(3):
        sheet = advisor.page.locator("#fiche h2")
        name = sheet.inner_text()
        proposed.append(name.split("·")[0].strip())
        advisor.key("p")
        expect(sheet).not_to_have_text(name)
    expect(advisor.page.locator("#status")).to_contain_text("Le message part")

    # Each is asked by a message whose link a robot may open as often as it likes; the first says yes.
    letters = post.leaves(on)
    asked = {to: link_in(text) for to, text in letters.items() if "Donner ma réponse" in text}
    assert len(asked) >= 2, "people of the demo who can be written to"
    young = Counted(site.page(375))
    for path in asked.values():
        assert young.page.request.get(f"{site.url}{path}").ok
    for path in asked.values():
        young.page.goto(path)
        young.press(re.compile("^Oui"))
        expect(young.page.locator("h1")).to_contain_text("Vous avez dit oui")

    # The advisor sends them on; nothing is typed.
    for _ in asked:
        advisor.page.goto("/")
        advisor.follow(re.compile("^Réponses"))
        line = advisor.page.get_by_role("listitem").filter(has_text="à transmettre").filter(has_text=EMPLOYER)
        advisor.press_on(line.get_by_role("link").first)
        advisor.press("Transmettre à l’employeur")
        expect(advisor.page.locator("#status")).to_contain_text(re.compile("transmise?"))

    # The employer answers from its message: it met one and keeps that one, on the day that its offer said.
    (to_employer,) = [text for text in post.leaves(on).values() if "/reponse/employeur/" in text]
    employer = Counted(site.page(375))
    employer.page.goto(link_in(to_employer))
    employer.press(re.compile("^Rencontré"))
    employer.press(re.compile("^Retenu"))
    expect(employer.page.locator("#status, [role=status]").first).to_be_visible()
    with database.reading() as session:
        held = session.scalars(
            sa.select(Placement).where(Placement.starts_on == date(2013, 12, 2), Placement.promised_on == on)
        ).one()
    assert held.state is PlacementState.PROMISED

    # The hire: the aid is asked for, granted, the contract signed. The days and terms are there already.
    advisor.follow("Embauches")
    line = advisor.page.get_by_role("row").filter(has_text=EMPLOYER).filter(has_text="Promesse")
    advisor.press_on(line.get_by_role("link").first)
    for box in advisor.page.get_by_role("group", name=re.compile("atteste")).get_by_role("checkbox").all():
        advisor.tick(box)
    advisor.press("Noter la demande d’aide")
    advisor.fill("Numéro de la décision", "80-2013-901")
    advisor.press("Noter l’accord de l’aide")
    advisor.press("Noter la signature")
    expect(advisor.page.locator("h1")).to_contain_text(
        "signature"
    )  # what it does to the others is read first
    advisor.press("Noter la signature")
    expect(advisor.page.locator("main")).to_contain_text("Contrat signé")
    with database.reading() as session:
        held = session.get_one(Placement, held.id)
        assert held.state is PlacementState.SIGNED
        assert held.tutor == "Paul Vasseur, éducateur"
        assert (held.months, held.weekly_hours) == (36, 35)

    # A fact is typed once, whoever types it.
    everything = [value for each in (association, advisor, young, employer) for _, value in each.typed]
    texts = [value for value in everything if isinstance(value, str)]
    assert len(texts) == len(set(texts)), texts
    assert advisor.minutes <= 20
    assert site.complaints == []
    with capsys.disabled():
        print()
        for who, each in (
            ("association", association),
            ("advisor", advisor),
            ("young", young),
            ("employer", employer),
        ):
            print(f"a month, {who}: {each}")
