"""Parsers of single values (imports.md §3): text of a cleaned cell -> value, or Bad with its code."""

from __future__ import annotations

import re
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
_NUMERIC = re.compile(r"^(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})$")
_ISO = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})$")
_WORDS = re.compile(r"^(\d{1,2})(?:er)? ([a-z]+)\.? (\d{4})$")
_TIME = re.compile(r"[ T]\d{1,2}[:hH]\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?$")
_SERIAL = re.compile(r"^(\d{1,5})(?:[.,]0+)?$")
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
    if not birth:
        read = date(2000 + int(year), month, day_)
    else:
        # 20AA if that makes the person at least 14 today, else 19AA; 29/02 may exist in one century only.
        read = date(1900 + int(year), month, day_)
        if 2000 + int(year) + 14 <= context.today.year:
            later = date(2000 + int(year), month, day_)
            if (later.year + 14, later.month, later.day) <= (
                context.today.year, context.today.month, context.today.day
            ):  # fmt: skip
                read = later
    context.warn("two-digit-year", read=f"{read:%d/%m/%Y}")
    return read


def birth_date(value: str, context: Context) -> date:
    born = day(value, context, birth=True)
    if born > context.today:
        raise Bad("future-birth-date")
    return born


def identifier(value: str, context: Context) -> str:
    said = value.upper()
    if not re.fullmatch(r"[A-Z0-9\-_/.]{1,40}", said) or (len(said) >= 4 and len(set(said)) == 1):
        raise Bad("bad-identifier")
    if context.source is Source.POLE_EMPLOI:
        if re.fullmatch(r"\d{7}|\d{10}", said):
            context.warn("lost-leading-zero")
            said = "0" + said
        if not re.fullmatch(r"\d{7}[A-Z0-9]|\d{11}", said):
            raise Bad("bad-identifier")
    return said


def postcode(value: str, context: Context) -> str:
    digits = re.sub(r"\s|\.0$", "", value)
    if re.fullmatch(r"\d{4}", digits):
        context.warn("lost-leading-zero")
        return "0" + digits
    if not re.fullmatch(r"\d{5}", digits):
        raise Bad("bad-postcode")
    if digits == "80021":
        context.warn("insee-as-postcode")
    return digits


def insee(value: str, _: Context) -> str:
    code = re.sub(r"\s", "", value).upper()
    if not re.fullmatch(r"\d{5}|2[AB]\d{3}", code):
        raise Bad("bad-postcode")
    return code


def siret(value: str, context: Context) -> str:
    digits = re.sub(r"[\s.\-\u00a0\u202f]", "", re.sub(r"[.,]0$", "", value))
    if re.fullmatch(r"\d{13}", digits):
        context.warn("lost-leading-zero")
        digits = "0" + digits
    post_office = digits.startswith("356000000") and digits.isdigit() and sum(map(int, digits)) % 5 == 0
    if not re.fullmatch(r"\d{14}", digits) or not (post_office or siret_numbers.is_valid(digits)):
        raise Bad("bad-siret")
    return digits


def rna(value: str, _: Context) -> str:
    code = re.sub(r"\s", "", value).upper()
    if not re.fullmatch(r"W\d[0-9A-Z]\d{7}", code):
        raise Bad("bad-rna")
    return code


def phone(value: str, context: Context) -> str | None:
    digits = re.sub(r"[\s.\-/\u00a0\u202f]", "", re.sub(r"^(\+\d{2,3}|00\d{2,3})\s?\(0\)", r"\1", value))
    digits = re.sub(r"[()]", "", digits)
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if re.fullmatch(r"[1-9]\d{8}", digits):
        context.warn("lost-leading-zero")
        digits = "0" + digits
    if re.fullmatch(r"0[1-9]\d{8}", digits):
        return "+33" + digits[1:]
    if re.fullmatch(r"\+\d{8,15}", digits):
        return digits
    context.warn("bad-phone")
    return None


def email(value: str, context: Context) -> str | None:
    said = value.lower()
    if re.fullmatch(r"[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)*\.[^\s@.]{2,}", said):
        return said
    context.warn("bad-email")
    return None


def number(value: str, _: Context, *, units: str = "", least: float = 0, most: float = 1e12) -> float:
    """French or plain figures; the ambiguous « 12.500 », negatives and what is out of bounds are bad-number."""
    said = re.sub(r"[\s\u00a0\u202f]", "", value)
    if units:
        said = re.sub(rf"(?:{units})$", "", said, flags=re.IGNORECASE)
    if re.fullmatch(r"\d{1,3}\.\d{3}", said):
        raise Bad("bad-number")
    if "," in said:
        if not re.fullmatch(r"(?:\d+|\d{1,3}(?:\.\d{3})+),\d+", said):
            raise Bad("bad-number")
        said = said.replace(".", "").replace(",", ".")
    if not re.fullmatch(r"\d+(?:\.\d+)?", said):
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
    said = re.sub(r"[\s\u00a0\u202f]", "", value)
    if units:
        said = re.sub(rf"(?:{units})$", "", said, flags=re.IGNORECASE)
    said = re.sub(r"[.,]0+$", "", said)
    if not re.fullmatch(r"\d{1,9}", said) or not least <= int(said) <= most:
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
    if not re.fullmatch(r"[A-N]\d{4}", code):
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
    "aucun": "", "droit_commun": "",
}  # fmt: skip


def scheme(value: str, _: Context) -> str:
    if (found := SCHEME_WORDS.get(folded(value))) is None:
        raise Bad("bad-choice", choices="emploi d'avenir, emploi franc, droit commun")
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
    if not re.fullmatch(r"\d{4}[A-Z]", code):
        raise Bad("bad-choice", choices="quatre chiffres et une lettre, par exemple 8551Z")
    return code
