"""An offer as its employer types it: fewer questions than an advisor's form, in plain words (ux.md §6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import Field, RadioField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Optional, ValidationError

from importers import values as read
from matching.offer_drafts import OwnFacts
from matching.offer_terms import TO_CHECK, mended_by
from matching.store.organisations import Offer, Organisation
from matching.vocabulary import EmployerKind

from ..wording import offers as words, own_offers as own, phone
from .fields import DayField, DecimalCommaField, WholeField
from .offer_layout import PAIRS as PAIRS, Shown
from .offer_steps import longest, text
from .offers import FORM_FIELDS, LEVEL_WORDS, SIRET, OfferForm, between, of

#: Schemes that an employer may ask for itself; others are agreed upon with an advisor.
SCHEMES = ("emploi_avenir", "emploi_franc", None)
SCHEME_NAMES = {**words.SCHEMES, None: "Un contrat ordinaire, sans cette aide"}
CONTRACTS = {"CDI": "Sans date de fin (CDI)", "CDD": "Avec une date de fin (CDD)"}

SHOWN: dict[str, Shown] = {
    "title": Shown(hint="Comme vous le diriez à quelqu'un. Par exemple : éducateur de basket.", optional=False),
    "description": Shown("area", "Trois ou quatre phrases suffisent, avec vos mots.", optional=False),
    "positions": Shown(width="short", optional=False, inputmode="numeric"),
    "postcode": Shown(hint="Du lieu de travail. Par exemple : 80080", width="short", inputmode="numeric"),
    "commune": Shown(hint="Du lieu de travail.", width="medium"),
    "starts_on": Shown("date", "Par exemple : 02/12/2013"),
    "apply_before": Shown("date", "Passé ce jour, plus personne ne vous est proposé."),
    "scheme": Shown("radios", optional=False),
    "contract_kind": Shown("radios", optional=False),
    "months": Shown("text", "Pour un contrat avec une date de fin.", "short", "mois", False, "numeric"),
    "weekly_hours": Shown("text", "Par exemple : 35 ou 17,5.", "short", "heures", False, "decimal"),
    "salary": Shown(hint="Par exemple : SMIC horaire", width="medium"),
    "tutor": Shown(hint="Un salarié ou un bénévole, appelé tuteur. Un emploi d'avenir le demande."),
    "training": Shown(hint="Un emploi d'avenir la demande. Vous n'êtes pas sûr ? Écrivez « à voir ensemble »."),
    "level": Shown("select", optional=False),
    "needs_licence": Shown("radios", optional=False),
    "skills": Shown("area", "Un par ligne. Par exemple : BAFA. Cela aide à choisir, et n'écarte personne."),
    "contact_email": Shown(type="email", width="medium"),
    "contact_phone": Shown(type="tel", width="medium"),
    "may_be_named": Shown("radios", "Sans votre accord, cette offre n'y paraît pas.", optional=False),
    "legal_kind": Shown("radios", "Les contrats aidés en dépendent. Vous ne le direz qu'une fois.", optional=False),
    "siret": Shown(hint="14 chiffres. Vous ne le direz qu'une fois.", width="medium", inputmode="numeric"),
}  # fmt: skip
SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Votre structure", ("legal_kind", "siret")),
    ("Le poste", ("title", "description", "positions", "postcode", "commune", "starts_on", "apply_before")),
    ("Le contrat", ("scheme", "contract_kind", "months", "weekly_hours", "salary")),
    ("L'accompagnement", ("tutor", "training")),
    ("Ce que vous demandez", ("level", "needs_licence", "skills")),
    ("Qui peut-on appeler ?", ("contact_email", "contact_phone")),
    ("Le planning public des séances", ("may_be_named",)),
)
#: What a draft keeps.
TYPED = (*(name for _, names in SECTIONS for name in names), "rome", "version")
#: Terms that an aid is estimated from: none is, while one of them cannot be read.
TERMS = ("scheme", "contract_kind", "months", "weekly_hours", "starts_on", "level", "postcode")


class EmployerOfferForm(OfferForm):
    """The terms of an offer, asked of who will sign the contract."""

    title = StringField(
        "Nom du poste", [DataRequired("Indiquez le nom du poste."), longest(255)], filters=[text]
    )
    description = TextAreaField(
        "Ce que fera le jeune, semaine après semaine",
        [DataRequired("Dites en quelques phrases ce que fera le jeune."), longest(4000)],
        filters=[text],
    )
    scheme = RadioField(
        "Quel contrat voulez-vous proposer ?",
        [DataRequired("Choisissez un contrat.")],
        choices=[SelectChoice(name or words.ORDINARY, SCHEME_NAMES[name]) for name in SCHEMES],
        validate_choice=False,
    )
    contract_kind = RadioField(
        "Avec ou sans date de fin ?",
        [DataRequired("Choisissez avec ou sans date de fin.")],
        choices=[SelectChoice(kind, label) for kind, label in CONTRACTS.items()],
        validate_choice=False,
    )
    months = WholeField(
        "Durée du contrat",
        [between(1, 60, "Indiquez une durée entre 1 et 60 mois.")],
        refused="Indiquez un nombre de mois, par exemple 24.",
    )
    weekly_hours = DecimalCommaField(
        "Heures par semaine",
        [
            InputRequired("Indiquez les heures par semaine, par exemple 35."),
            between(1, 48, "Indiquez entre 1 et 48 heures par semaine."),
        ],
        refused="Indiquez un nombre d'heures, par exemple 35 ou 17,5.",
    )
    tutor = StringField("Qui accompagnera le jeune au quotidien ?", [longest(255)], filters=[text])
    training = StringField("Formation prévue", [longest(255)], filters=[text])
    starts_on = DayField("Début souhaité")
    apply_before = DayField("Date limite")
    level = SelectField(
        "Faut-il un diplôme ?",
        choices=[
            SelectChoice(value, "Non, aucun" if value == "" else label)
            for value, label in LEVEL_WORDS.items()
            if value != "0"
        ],
        validate_choice=False,
    )
    needs_licence = RadioField(
        "Le permis B est-il indispensable ?",
        [Optional()],
        choices=[SelectChoice("non", "Non"), SelectChoice("oui", "Oui")],
        validate_choice=False,
    )
    skills = TextAreaField("Savoir-faire souhaités", [longest(2000)], filters=[text])
    contact_email = StringField(
        "Votre courriel",
        [longest(255), of(read.email, "Écrivez une adresse électronique, par exemple nom@exemple.fr.")],
        filters=[text],
    )
    contact_phone = StringField(
        "Votre téléphone",
        [of(read.phone, "Écrivez un numéro de téléphone, par exemple 03 22 00 00 00.")],
        filters=[text],
    )
    may_be_named = RadioField(
        "Le nom de votre structure",
        [Optional()],
        choices=[
            SelectChoice("non", "Ne pas le montrer sur le planning public"),
            SelectChoice(
                "oui",
                "J'accepte que le nom de ma structure apparaisse à côté de cette offre sur le planning public",
            ),
        ],
        validate_choice=False,
    )
    legal_kind = RadioField(
        "Vous êtes…",
        [Optional()],
        choices=[SelectChoice(str(kind), words.capital(label)) for kind, label in words.KINDS.items()],
        validate_choice=False,
    )
    siret = StringField("Votre SIRET", [SIRET], filters=[text])

    def validate_legal_kind(self, field: Field) -> None:
        if field.data and field.data not in tuple(map(str, EmployerKind)):
            raise ValidationError("Choisissez une réponse de la liste.")

    def validate_months(self, field: Field) -> None:
        if self.contract_kind.data == "CDI":
            field.data = None
        elif self.contract_kind.data == "CDD" and field.data is None and not field.errors:
            raise ValidationError("Indiquez la durée du contrat, par exemple 36 mois.")

    def refuse(self, name: str, message: str) -> None:
        """An exception is an advisor's to note: an employer is told what to type."""
        super().refuse(name, message.replace(", ou notez l'exception accordée", ""))

    @property
    def said(self) -> OwnFacts:
        """What the organisation says of itself here; to be read after validation."""
        kind = EmployerKind(self.legal_kind.data) if self.legal_kind.data else None
        return OwnFacts(kind, self.stated_siret)

    def refuse_gaps(self, gaps: Iterable[str], asked: Iterable[str]) -> bool:
        """Errors beside what a programme still asks for; whether there is none. `asked`: fields that are drawn."""
        left, drawn = [gap for gap in gaps if gap not in TO_CHECK], set(asked)
        for gap in left:
            wanted = "legal_kind" if gap == "sector" else mended_by(gap)[0]
            if gap.startswith("employer-") and "legal_kind" in drawn:
                wanted = "scheme"
            name = FORM_FIELDS.get(wanted, wanted)
            self.refuse(name, own.ADVICE.get(gap) or words.missing_advice(gap))
        return not left


def asked_of(organisation: Organisation) -> tuple[str, ...]:
    """What the form asks the organisation about itself: what nobody has said yet."""
    kind = ("legal_kind",) if organisation.legal_kind is None else ()
    return (*kind, *(("siret",) if organisation.siret is None else ()))


def sections(organisation: Organisation) -> list[tuple[str, list[str]]]:
    """The form in sections, without what is known of the organisation."""
    known = set(SECTIONS[0][1]) - set(asked_of(organisation))
    kept = [(title, [name for name in names if name not in known]) for title, names in SECTIONS]
    return [(title, names) for title, names in kept if names]


def as_with(organisation: Organisation, said: OwnFacts) -> Organisation:
    """The organisation as it would be with what it says of itself, in no session."""
    from matching.employer_rights import SECTOR_OF

    kind = organisation.legal_kind or said.kind
    sector = organisation.sector or (SECTOR_OF[kind] if kind is not None else None)
    return Organisation(
        name=organisation.name, siret=organisation.siret or said.siret, sector=sector, legal_kind=kind
    )


def blank(organisation: Organisation, email: str | None) -> dict[str, Any]:
    """What a new form begins with: what is known of the organisation is not asked for again."""
    return {
        "positions": 1,
        "level": "",
        "needs_licence": "non",
        "may_be_named": "non",
        "postcode": organisation.postcode,
        "commune": organisation.commune,
        "contact_email": organisation.contact_email or email,
        "contact_phone": organisation.contact_phone and phone(organisation.contact_phone),
    }


def values_of(offer: Offer) -> dict[str, Any]:
    """The offer as the form shows it."""
    values = OfferForm._values(offer)
    said = {name: "oui" if getattr(offer, name) else "non" for name in ("needs_licence", "may_be_named")}
    return {**values, **said, "contact_phone": phone(offer.contact_phone)}


def typed(fields: Mapping[str, str], offer: Offer | None) -> EmployerOfferForm:
    """The form as a draft kept it; its token was checked when it was kept."""
    data = values_of(offer) if offer is not None else None
    return EmployerOfferForm(formdata=MultiDict(dict(fields)), data=data, meta={"csrf": False})
