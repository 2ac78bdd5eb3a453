"""Parsers of single values (imports.md §3): text of a cleaned cell -> value, or Bad with its code."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from stdnum.fr import siret as siret_numbers

from matching.vocabulary import CONTRACT_KINDS, SituationValue, Source

from .cells import Bad
from .folding import bare, folded


@dataclass(slots=True)
class Context:
    """What values depend on, and the warnings of the cell under way (code -> facts)."""

    today: date
    source: Source = Source.OTHER
    nomenclature: str = "2019"
    warnings: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def warn(self, code: str, **facts: Any) -> None:
        self.warnings.append((code, facts))


Parser = Callable[[str, Context], Any]

MONTHS = ("janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre", "octobre",
          "novembre", "decembre")  # fmt: skip
#: Everywhere figures are 0 to 9 alone: those of other scripts would be stored as they are.
_NUMERIC = re.compile(r"^([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})$")
_ISO = re.compile(r"^([0-9]{4})-([0-9]{2})-([0-9]{2})$")
_WORDS = re.compile(r"^([0-9]{1,2})(?:er)?\s+([a-z]+)\s+([0-9]{4})$")
_TIME = re.compile(r"[\sT][0-9]{1,2}[:hH][0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?$")
_SERIAL = re.compile(r"^([0-9]{1,5})(?:[.,]0+)?$")
_ZERO_DAY = date(1899, 12, 30)
LAST_SERIAL = 73050


def text(value: str, _: Context) -> str:
    return value


def day(value: str, context: Context, *, birth: bool = False) -> date:
    """J/M/AAAA, AAAA-MM-JJ, « 2 mars 1995 », two-digit years and Excel serials with a warning; else bad-date."""
    said = _TIME.sub("", value).strip()
    try:
        if found := _ISO.match(said):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := _NUMERIC.match(said):
            return _numeric(found, context, birth)
        if (found := _WORDS.match(bare(said))) and found[2] in MONTHS:
            return date(int(found[3]), MONTHS.index(found[2]) + 1, int(found[1]))
    except ValueError:
        raise Bad("bad-date") from None
    if (found := _SERIAL.match(said)) and 1 <= int(found[1]) <= LAST_SERIAL:
        read = _ZERO_DAY + timedelta(int(found[1]))
        context.warn("excel-serial-date", read=f"{read:%d/%m/%Y}")
        return read
    raise Bad("bad-date")


def _numeric(found: re.Match[str], context: Context, birth: bool) -> date:
    day_, month, year = int(found[1]), int(found[3]), found[4]
    if len(year) == 4:
        return date(int(year), month, day_)
    century = 2000 if not birth or _is_14(2000 + int(year), month, day_, context.today) else 1900
    read = date(century + int(year), month, day_)
    context.warn("two-digit-year", read=f"{read:%d/%m/%Y}")
    return read


def _is_14(year: int, month: int, day_: int, today: date) -> bool:
    """Whether somebody born that day is 14 or more today; of a 29 February the 28th counts in a common year."""
    last = monthrange(year + 14, month)[1] if 1 <= month <= 12 else day_
    return (year + 14, month, min(day_, last)) <= (today.year, today.month, today.day)


def birth_date(value: str, context: Context) -> date:
    born = day(value, context, birth=True)
    if born > context.today:
        raise Bad("future-birth-date")
    return born


def identifier(value: str, context: Context) -> str:
    said = value.upper() if value.isascii() else value
    if not re.fullmatch(r"[A-Z0-9\-_/.]{1,40}", said) or (len(said) >= 4 and len(set(said)) == 1):
        raise Bad("bad-identifier")
    if context.source is Source.POLE_EMPLOI:
        if re.fullmatch("[0-9]{7}|[0-9]{10}", said):
            context.warn("lost-leading-zero")
            said = "0" + said
        if not re.fullmatch("[0-9]{7}[A-Z0-9]|[0-9]{11}", said):
            raise Bad("bad-identifier")
    return said


def postcode(value: str, context: Context) -> str:
    digits = re.sub(r"\s|\.0$", "", value)
    if re.fullmatch("[0-9]{4}", digits):
        context.warn("lost-leading-zero")
        return "0" + digits
    if not re.fullmatch("[0-9]{5}", digits):
        raise Bad("bad-postcode")
    if digits == "80021":
        context.warn("insee-as-postcode")
    return digits


def insee(value: str, _: Context) -> str:
    code = re.sub(r"\s", "", value).upper()
    if not re.fullmatch("[0-9]{5}|2[AB][0-9]{3}", code):
        raise Bad("bad-postcode")
    return code


def siret(value: str, context: Context) -> str:
    digits = re.sub(r"[\s.\-]", "", re.sub(r"[.,]0$", "", value))
    if re.fullmatch("[0-9]{13}", digits):
        context.warn("lost-leading-zero")
        digits = "0" + digits
    if not re.fullmatch("[0-9]{14}", digits):
        raise Bad("bad-siret")
    post_office = digits.startswith("356000000") and sum(map(int, digits)) % 5 == 0
    if not post_office and not siret_numbers.is_valid(digits):
        raise Bad("bad-siret")
    return digits


def rna(value: str, _: Context) -> str:
    code = re.sub(r"\s", "", value).upper()
    if not re.fullmatch("W[0-9][0-9A-Z][0-9]{7}", code):
        raise Bad("bad-rna")
    return code


def phone(value: str, context: Context) -> str | None:
    digits = re.sub(r"[\s.\-/]", "", value)
    digits = re.sub(r"[()]", "", re.sub(r"^((?:\+|00)[0-9]{2,3})\(0\)", r"\1", digits))
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if re.fullmatch("[1-9][0-9]{8}", digits):
        context.warn("lost-leading-zero")
        digits = "0" + digits
    if re.fullmatch("0[1-9][0-9]{8}", digits):
        return "+33" + digits[1:]
    if re.fullmatch(r"\+[0-9]{8,15}", digits):
        return digits
    context.warn("bad-phone")
    return None


#: Some letters are two in lower case: what goes into the column is measured again.
LONGEST_EMAIL = 255


def email(value: str, context: Context) -> str | None:
    said = value.lower()
    if len(said) <= LONGEST_EMAIL and re.fullmatch(r"[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)*\.[^\s@.]{2,}", said):
        return said
    context.warn("bad-email")
    return None


def number(value: str, _: Context, *, units: str = "", least: float = 0, most: float = 1e12) -> float:
    """French or plain figures; the ambiguous « 12.500 », negatives and what is out of bounds are bad-number."""
    said = re.sub(r"\s", "", value)
    if units:
        said = re.sub(rf"(?:{units})$", "", said, flags=re.IGNORECASE)
    if re.fullmatch(r"[0-9]+\.[0-9]{3}", said):
        raise Bad("bad-number")
    if "," in said:
        if not re.fullmatch(r"(?:[0-9]+|[0-9]{1,3}(?:\.[0-9]{3})+),[0-9]+", said):
            raise Bad("bad-number")
        said = said.replace(".", "").replace(",", ".")
    if not re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", said):
        raise Bad("bad-number")
    read = float(said)
    if not least <= read <= most:
        raise Bad("bad-number")
    return read


def amount_cents(value: str, context: Context) -> int:
    return round(number(value, context, units="€|eur|euros?", most=1e9) * 100)


def hours(value: str, context: Context) -> float:
    return number(value, context, units="heures?|h", least=1, most=48)


def kilometres(value: str, context: Context) -> float:
    return number(value, context, units="kms?", most=200)


def whole(value: str, *, units: str = "", least: int, most: int) -> int:
    said = re.sub(r"\s", "", value)
    if units:
        said = re.sub(rf"(?:{units})$", "", said, flags=re.IGNORECASE)
    said = re.sub(r"[.,]0{1,2}$", "", said)  # « 12.000 » may be twelve thousand
    if not re.fullmatch("[0-9]{1,9}", said) or not least <= int(said) <= most:
        raise Bad("bad-number")
    return int(said)


def months(value: str, _: Context) -> int:
    return whole(value, units="mois", least=1, most=60)


def positions(value: str, _: Context) -> int:
    return whole(value, least=1, most=500)


def year(value: str, _: Context) -> int:
    return whole(value, least=2000, most=2100)


YES, NO = {"oui", "o", "yes", "vrai", "x", "1"}, {"non", "n", "no", "faux", "0"}


def yes_no(value: str, _: Context) -> bool:
    said = folded(value)
    if said in YES:
        return True
    if said in NO:
        return False
    raise Bad("bad-choice", choices="oui, non")


CIVILITIES = {
    "m": "M",
    "mr": "M",
    "monsieur": "M",
    "h": "M",
    "mme": "Mme",
    "mlle": "Mme",
    "madame": "Mme",
    "f": "Mme",
}


def civility(value: str, _: Context) -> str:
    if (found := CIVILITIES.get(folded(value))) is None:
        raise Bad("bad-choice", choices="M., Mme")
    return found


def rome(value: str, _: Context) -> str:
    code = re.sub(r"\s", "", value).upper()
    if not re.fullmatch("[A-N][0-9]{4}", code):
        raise Bad("bad-rome")
    return code


CONTRACTS = {
    "interim": "MIS", "mission_interimaire": "MIS", "saisonnier": "SAI", "apprentissage": "APP",
    "contrat_d_apprentissage": "APP", "professionnalisation": "PRO", "contrat_a_duree_determinee": "CDD",
    "contrat_a_duree_indeterminee": "CDI",
}  # fmt: skip


def contract_kind(value: str, _: Context) -> str:
    said = value.strip().upper()
    if said in CONTRACT_KINDS:
        return said
    if (found := CONTRACTS.get(folded(value))) is None:
        raise Bad("bad-choice", choices=", ".join(CONTRACT_KINDS))
    return found


#: folded wording -> scheme; "" = ordinary law, said
SCHEME_WORDS = {
    "emploi_d_avenir": "emploi_avenir", "emplois_d_avenir": "emploi_avenir", "emploi_avenir": "emploi_avenir",
    "ea": "emploi_avenir", "emploi_franc": "emploi_franc", "emplois_francs": "emploi_franc", "ef": "emploi_franc",
    "cui_cae": "cui_cae", "cae": "cui_cae", "pec": "cui_cae", "parcours_emploi_competences": "cui_cae",
    "cui_cie": "cui_cie", "cie": "cui_cie", "aucun": "", "droit_commun": "",
}  # fmt: skip


def scheme(value: str, _: Context) -> str:
    if (found := SCHEME_WORDS.get(folded(value))) is None:
        raise Bad("bad-choice", choices="emploi d'avenir, emploi franc, CUI-CAE, CUI-CIE, droit commun")
    return found


SITUATIONS = {
    "sans_emploi": SituationValue.NO_JOB, "demandeur_d_emploi": SituationValue.NO_JOB,
    "inactif": SituationValue.NO_JOB, "en_emploi": SituationValue.IN_JOB, "salarie": SituationValue.IN_JOB,
    "en_poste": SituationValue.IN_JOB, "en_formation": SituationValue.IN_TRAINING,
    "scolarise": SituationValue.IN_TRAINING, "etudiant": SituationValue.IN_TRAINING,
}  # fmt: skip


def situation(value: str, _: Context) -> SituationValue:
    if (found := SITUATIONS.get(folded(value))) is None:
        raise Bad("bad-choice", choices="sans emploi, en emploi, en formation")
    return found


CATEGORIES = {"a": 1, "b": 1, "c": 1, "d": 4, "e": 5}


def category(value: str, _: Context) -> int:
    said = re.sub(r"\.0+$", "", value.strip()).lower()
    if re.fullmatch(r"[1-8]", said):
        return int(said)
    if said not in CATEGORIES:
        raise Bad("bad-choice", choices="1 à 8, ou A à E")
    return CATEGORIES[said]


def skills(value: str, _: Context) -> tuple[str, ...]:
    """Cut at ; , | and line breaks; said twice is said once."""
    parts = (part.strip() for part in re.split(r"[;,|\r\n]+", value))
    return tuple(dict.fromkeys(part for part in parts if part)) or ()


FIELDS = ("sport", "culture", "education", "social", "sante", "environnement", "insertion", "loisirs")


def field_of_work(value: str, _: Context) -> str:
    said = folded(value)
    return said if said in FIELDS else "autre"


WORKFORCES = ("NN", "00", "01", "02", "03", "11", "12", "21", "22", "31", "32", "41", "42", "51", "52", "53")


def workforce(value: str, _: Context) -> str:
    said = value.strip().upper()
    said = said.zfill(2) if said.isdigit() else said
    if said not in WORKFORCES:
        raise Bad("bad-choice", choices="une tranche SIRENE : NN, 00, 01, 02, 03, 11…")
    return said


def naf(value: str, _: Context) -> str:
    code = re.sub(r"[\s.]", "", value).upper()
    if not re.fullmatch("[0-9]{4}[A-Z]", code):
        raise Bad("bad-choice", choices="quatre chiffres et une lettre, par exemple 8551Z")
    return code
