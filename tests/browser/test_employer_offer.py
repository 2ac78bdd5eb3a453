"""An association, from its invitation to the offer it sent: errors, a draft that is kept, figures, a telephone."""

import re

import pytest
import sqlalchemy as sa

from matching.store.accounts import User
from matching.store.organisations import Offer, Organisation
from tests.browser.conftest import overflow, violations
from web import warm

CHIEF, ASSOCIATION = "Claire Delmotte", "Sylvie Obry"
PASSWORD = "sept mots simples pour entrer ici demain"


def house(site):
    """The association that the demo's account speaks for."""
    with site.app.extensions["passerelle"].database.reading() as session:
        return session.scalars(
            sa.select(Organisation)
            .join(User, User.organisation_id == Organisation.id)
            .where(User.name == ASSOCIATION)
        ).one()


def sound(page, name):
    assert violations(page) == [], name
    assert overflow(page) == 0, name


def test_invited_then_an_offer_is_sent_and_read(site):
    """The link shown once, an account, an offer with its errors, its draft found again, sent; the advisor is told."""
    warm.up(site.app)  # as the service does when it starts
    advisor = site.sign_in(site.page(), CHIEF)
    advisor.goto(f"{site.url}/organisations/{house(site).public_id}")
    sound(advisor, "the organisation")
    advisor.get_by_role("link", name="Inviter quelqu’un").click()
    sound(advisor, "the invitation")
    advisor.get_by_label("Prénom et nom").fill("Nora Petit")
    advisor.get_by_label("Adresse e-mail").fill("nora.petit@example.org")
    advisor.get_by_label("Je le lui remets").check()
    advisor.get_by_role("button", name="Inviter").click()
    link = advisor.get_by_label("Lien").input_value()

    page = site.page(375)
    page.goto(link)
    page.get_by_label("Nouveau mot de passe").fill(PASSWORD)
    page.get_by_label("Le même, encore une fois").fill(PASSWORD)
    page.get_by_role("button").last.click()
    page.get_by_label("Adresse e-mail").fill("nora.petit@example.org")
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url(f"{site.url}/")
    sound(page, "home")

    page.get_by_role("link", name="Proposer un emploi").click()
    page.get_by_label("Nom du poste").fill("éducateur de basket")
    page.get_by_label("Ce que fera le jeune").fill("Aider l'entraîneur les mercredis et samedis.")
    page.get_by_label("Educateur sportif").wait_for()
    page.locator("#brouillon", has_text="Enregistré à").wait_for()
    page.get_by_label("Emploi d’avenir").check()
    page.get_by_label("Avec une date de fin").check()
    page.get_by_label("Heures par semaine").fill("35")
    page.get_by_label("Durée du contrat").fill("48")
    page.get_by_label("Salaire").focus()
    page.locator("#months-erreur").wait_for()
    page.locator("#estimation").get_by_text("À corriger").first.wait_for()
    page.get_by_role("button", name="Vérifier et envoyer").click()
    page.get_by_role("heading", name="Il y a 3 points à corriger").wait_for()
    assert page.evaluate("document.activeElement.id") == "erreurs"
    assert page.title().startswith("Erreur")
    sound(page, "errors")

    page.goto(page.url)  # what was typed is there again
    assert page.get_by_label("Nom du poste").input_value() == "éducateur de basket"
    page.get_by_label("Durée du contrat").fill("36")
    page.get_by_label("Salaire").focus()
    page.locator("#estimation").get_by_text("par mois pendant 36").wait_for()
    people = page.locator("#estimation").get_by_text("jeunes").first.inner_text()
    assert re.match(r"(Environ \d*[05]|Moins de 10) jeunes|Qui pourrait", people)
    page.get_by_label("Qui accompagnera").fill("Mme Langlet")
    page.get_by_label("Formation prévue").fill("à voir ensemble")
    page.get_by_role("button", name="Vérifier et envoyer").click()
    page.get_by_role("heading", name="Vérifiez avant d’envoyer").wait_for()
    sound(page, "check")
    page.get_by_role("button", name="Envoyer l’offre").click()
    page.get_by_text("Votre offre est envoyée. Référence").wait_for()
    sound(page, "sent")

    advisor.goto(site.url + "/?liste=dossiers&tout=1")
    advisor.get_by_role("link", name="éducateur de basket : offre à relire").first.click()
    advisor.get_by_role("button", name="Ouvrir l’offre").click()
    advisor.get_by_text("L’offre est ouverte.").wait_for()
    page.reload()
    assert page.get_by_text("Des candidates et candidats sont cherchés").is_visible()
    with site.app.extensions["passerelle"].database.reading() as session:
        assert session.scalars(sa.select(Offer.title).where(Offer.title == "éducateur de basket")).all() == [
            "éducateur de basket"
        ]
    # The browser itself says that the form was refused; a page gives it nothing else to say.
    assert [said for said in site.complaints if "422" not in said] == []


@pytest.mark.parametrize("width", [1280, 375, 320])
def test_the_pages_of_an_association(site, width):
    page = site.sign_in(site.page(width), ASSOCIATION)
    for address in ("/", "/offres", "/offres/nouvelle"):
        page.goto(site.url + address)
        page.wait_for_load_state("networkidle")
        sound(page, address)
    page.goto(site.url + "/offres")
    page.locator(".row-title a").first.click()
    sound(page, "an offer")
    assert site.complaints == []


def test_an_offer_without_a_script(site):
    """Figures on demand, and the draft by its button."""
    page = site.sign_in(site.page(java_script_enabled=False), ASSOCIATION)
    page.goto(f"{site.url}/offres/nouvelle")
    page.get_by_label("Nom du poste").fill("jardinier")
    page.get_by_label("Emploi d’avenir").check()
    page.get_by_label("Sans date de fin").check()
    page.get_by_label("Heures par semaine").fill("35")
    page.get_by_role("button", name="Recalculer").click()
    assert page.locator("#estimation").get_by_text("par mois pendant 36").is_visible()
    page.get_by_role("button", name="Enregistrer le brouillon").click()
    assert page.get_by_text("Brouillon enregistré").is_visible()
    page.goto(f"{site.url}/offres")
    page.get_by_role("link", name="Reprendre").click()
    assert page.get_by_label("Nom du poste").input_value() == "jardinier"
