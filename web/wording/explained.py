"""A right in words, condition by condition: what a person's page and the examination of a proposal both show.

`view` takes what `matching.eligibility.explain` found and says it; it judges nothing. What must be checked comes first,
then what is not met, then what is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from matching.eligibility.deciding import Fact
from matching.eligibility.explain import Criterion, Explanation, Window
from matching.eligibility.missing import Questions
from matching.eligibility.programme import Programme
from matching.person_facts import Dated
from matching.vocabulary import SituationValue, Verdict

from . import capital, number, short_day
from .conditions import NOUNS, legal, long_day, missing, place, source, title, told
from .rights import QUESTIONS, age_on, phrase, short
from .rules import anchor

SIGNS = {Verdict.YES: "yes", Verdict.UNKNOWN: "check", Verdict.NO: "no"}
_ORDER = (Verdict.UNKNOWN, Verdict.NO, Verdict.YES)
#: Days left under which an end presses, and under which it is urgent (ux.md §5).
PRESSING, URGENT = 30, 7
#: code of a fact -> why a right ends, where the fact of the day after would say little
ENDINGS = {
    "home": "ensuite, cette zone ne compte plus",
    "search": "ensuite, la durée de recherche ne suffit plus",
    "work": "ensuite, en emploi",
    "registered": "ensuite, l'inscription ne compte plus",
    "rqth": "fin de la RQTH",
}
_SIGNATURE = {True: "Signature possible", False: "Demande d'aide possible"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A fact that is missing: its name in `passerelle check`, the question, whether to ask it first."""

    fact: str
    question: str
    first: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """One condition in words. `sign`: yes, check or no; `next`: what to ask, what would change it, until when."""

    id: str
    sign: str
    title: str
    fact: str
    told: str
    next: str
    source: str
    #: where /regles says it
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Period:
    """Days of a window; `sign` yes or check; `now`: it holds the day asked about."""

    first: date
    last: date | None
    sign: str
    now: bool


@dataclass(frozen=True, slots=True)
class RightsView:
    """One programme for one person on one day. `tone`: ok, warn, error or plain, beside the words."""

    programme: str
    label: str
    on: date
    sign: str
    tone: str
    badge: str
    lead: str
    headline: str
    detail: str
    met: str
    rules: tuple[Rule, ...]
    change: str
    reservations: tuple[str, ...]
    periods: tuple[Period, ...]
    asked: tuple[Asked, ...]
    days_left: int | None
    #: whether the programme takes entries that day
    open: bool


def view(
    said: Explanation,
    programme: Programme,
    *,
    today: date,
    questions: Questions | None = None,
    told: Mapping[str, Dated] | None = None,
    civility: str | None = None,
    recognition: bool = False,
    possible: Sequence[Window] = (),
) -> RightsView:
    """The explanation of one programme, in words.

    `told`: since when and from whom each kind of fact is known (`matching.person_facts.dated`); `recognition`: whether
    the reader may read the RQTH (security.md P2), else no word says it; `possible`: windows that are open, not sure.
    """
    words = _Words(said, programme, today, told or {}, civility, recognition)
    shown = [each for each in said.criteria if each.id != "in-force" or each.holds is not Verdict.YES]
    rules = sorted(
        (words.rule(criterion) for criterion in shown),
        key=lambda rule: [SIGNS[verdict] for verdict in _ORDER].index(rule.sign),
    )
    met = sum(rule.sign == "yes" for rule in rules)
    left = (said.eligible_until - said.on).days if said.eligible_until else None
    return RightsView(
        programme=programme.id,
        label=programme.file.label,
        on=said.on,
        sign=SIGNS[said.verdict],
        tone=words.tone(left),
        badge={Verdict.YES: "Éligible", Verdict.UNKNOWN: "À vérifier", Verdict.NO: "Non éligible"}[
            said.verdict
        ],
        lead=words.lead(),
        headline=words.headline(),
        detail=words.detail(left),
        met=f"{met} condition{'s' if met > 1 else ''} sur {len(rules)}",
        rules=tuple(rules),
        change=words.change(),
        reservations=said.reservations,
        periods=tuple(_periods(said, possible)),
        asked=tuple(
            Asked(fact, QUESTIONS.get(fact, f"Renseigner : {fact}."), fact == questions.first)
            for fact in sorted(questions.facts, key=lambda fact: fact != questions.first)
        )
        if questions
        else (),
        days_left=left if said.verdict is Verdict.YES else None,
        open=programme.in_force()[0] <= said.on.toordinal() < programme.in_force()[1],
    )


@dataclass(frozen=True, slots=True)
class _Words:
    said: Explanation
    programme: Programme
    today: date
    told: Mapping[str, Dated]
    civility: str | None
    recognition: bool

    # --- the head

    def lead(self) -> str:
        match self.said.verdict:
            case Verdict.YES:
                return "Éligible jusqu'au" if self.said.eligible_until else "Éligible"
            case Verdict.UNKNOWN:
                return "À vérifier"
        if self._over():
            return "Dispositif terminé depuis le"
        if self._opens():
            return "Dispositif ouvert à partir du"
        if self._comes():
            return "Éligible à partir du" if self._comes_surely() else "Peut le devenir le"
        return "Plus éligible depuis le" if self._lost() else "Non éligible"

    def headline(self) -> str:
        """The date beside the lead, or what stands for it."""
        match self.said.verdict:
            case Verdict.YES:
                return long_day(self.said.eligible_until) if self.said.eligible_until else "sans fin connue"
            case Verdict.UNKNOWN:
                count = sum(criterion.holds is Verdict.UNKNOWN for criterion in self.said.criteria)
                return f"{count} point{'s' if count > 1 else ''} à vérifier"
        day = self._over() or self._opens() or self._comes() or self._lost()
        if day is not None:
            return long_day(day)
        count = sum(criterion.holds is Verdict.NO for criterion in self.said.criteria)
        return f"{count} condition{'s' if count > 1 else ''} non remplie{'s' if count > 1 else ''}"

    def detail(self, left: int | None) -> str:
        if self.said.verdict is Verdict.YES and left is not None:
            days = "dernier jour" if left == 0 else f"encore {number(left)} jour{'s' if left > 1 else ''}"
            why = self._ending()
            return f"{days} : {why}" if why else days
        day = self._opens() or self._comes()
        if self.said.verdict is Verdict.NO and day is not None and not self._over():
            return f"dans {number((day - self.said.on).days)} jours"
        return ""

    def tone(self, left: int | None) -> str:
        match self.said.verdict:
            case Verdict.YES:
                return (
                    "error"
                    if left is not None and left <= URGENT
                    else ("warn" if left is not None and left <= PRESSING else "ok")
                )
            case Verdict.UNKNOWN:
                return "warn"
        return "plain"

    def change(self) -> str:
        """The nearest change, as one sentence; nothing when the head says it."""
        change = self.said.nearest_change
        if change is None or (self.said.verdict is Verdict.YES and change.verdict is Verdict.NO):
            return ""
        becomes = {
            Verdict.YES: "le droit s'ouvre",
            Verdict.UNKNOWN: "le droit devient à vérifier",
            Verdict.NO: "le droit se ferme",
        }[change.verdict]
        why = ", ".join(dict.fromkeys(filter(None, (self._why(fact) for fact in change.facts))))
        return f"{capital(long_day(change.on))}, {becomes}{f' : {why}' if why else ''}."

    def _over(self) -> date | None:
        _, end = self.programme.in_force()
        return date.fromordinal(end) if self.said.on.toordinal() >= end else None

    def _opens(self) -> date | None:
        start, _ = self.programme.in_force()
        return date.fromordinal(start) if self.said.on.toordinal() < start else None

    def _comes(self) -> date | None:
        change = self.said.nearest_change
        return change.on if change is not None and change.verdict is not Verdict.NO else None

    def _comes_surely(self) -> bool:
        change = self.said.nearest_change
        return change is not None and change.verdict is Verdict.YES

    def _lost(self) -> date | None:
        """The day after the last window that is over."""
        ended = [last for _, last in self.said.windows if last is not None and last < self.said.on]
        return date.fromordinal(max(ended).toordinal() + 1) if ended else None

    def _ending(self) -> str:
        """Why the right ends: « 26 ans le 12 »."""
        change, until = self.said.nearest_change, self.said.eligible_until
        if change is None or until is None or change.on.toordinal() != until.toordinal() + 1:
            return ""
        return next(filter(None, (self._ends(fact) for fact in change.facts)), "")

    def _ends(self, fact: Fact) -> str:
        """Why a right stops: what no longer counts the day after."""
        return ENDINGS.get(fact.code) or self._why(fact) if self._may_be_told(fact) else ""

    def _why(self, fact: Fact) -> str:
        if fact.code == "age" and fact.values["born"] is not None:
            on = fact.values["on"]
            return f"{age_on(fact.values['born'], on)} ans le {short_day(on)}"
        return phrase(fact) if self._may_be_told(fact) else ""

    def _may_be_told(self, fact: Fact) -> bool:
        """A recognition that is known is told to who may read it (P2); that none is known is no secret."""
        return self.recognition or fact.code != "rqth" or fact.values["value"] is None

    # --- a condition

    def rule(self, criterion: Criterion) -> Rule:
        facts = [fact for fact in criterion.facts if self._may_be_told(fact)]
        sentences = " ".join(filter(None, (self._sentence(fact) for fact in facts)))
        evidence = [(fact, words) for fact in facts if (words := self._told(fact, sentences))]
        if len(evidence) > 1:  # of what each is known, when there are several
            told_ = dict.fromkeys(f"{NOUNS.get(fact.code, 'réponse')} : {words}" for fact, words in evidence)
        else:
            told_ = dict.fromkeys(words for _, words in evidence)
        return Rule(
            id=criterion.id,
            sign=SIGNS[criterion.holds],
            title=title(criterion),
            fact=sentences,
            told=capital(" ; ".join(told_)),
            next=self._next(criterion),
            source=legal(criterion.source),
            anchor=self.programme.id
            if criterion.id == "in-force"
            else anchor(self.programme.id, criterion.id),
        )

    def _sentence(self, fact: Fact) -> str:
        if fact.code == "age" and (born := fact.values["born"]) is not None:
            on = fact.values["on"]
            verb = {"Mme": "Née le", "M": "Né le"}.get(self.civility or "", "Naissance le")
            when = "aujourd'hui" if on == self.today else f"le {short(on)}"
            return f"{verb} {short(born)} : {age_on(born, on)} ans {when}."
        if fact.code == "work" and fact.values["value"] is False:
            since = self.told.get("work")
            if since is not None and since.since is not None and since.value == SituationValue.NO_JOB:
                return f"Sans emploi depuis le {short(since.since)}."
        said = phrase(fact)
        return f"{capital(said)}." if said else ""

    def _declared(self, criterion: Criterion) -> str | None:
        """A home that was only declared, when it is all that keeps the condition open: what proof to ask for."""
        open_ = {name for fact in criterion.facts if (name := missing(fact))}
        home = self.told.get("declared")
        if open_ != {"residence"} or home is None or not home.value:
            return None
        since = f" depuis le {short(home.since)}" if home.since else ""
        return f"Déclaré : {place(home.value)}{since}, {source(home.source or '')}. Demandez un justificatif de domicile."

    def _told(self, fact: Fact, said: str) -> str:
        """Since when and from whom the fact is known, without what its own sentence says already."""
        code = f"stated:{fact.values['fact']}" if fact.code == "stated" else fact.code
        known = self.told.get(code)
        if known is None or missing(fact):
            return ""
        if known.since is not None and short(known.since) in said:
            known = replace(known, since=None)
        return told(known)

    def _next(self, criterion: Criterion) -> str:
        day = self.said.on
        if criterion.holds is Verdict.UNKNOWN:
            asked = dict.fromkeys(
                QUESTIONS[name] for fact in criterion.facts if (name := missing(fact)) in QUESTIONS
            )
            if (declared := self._declared(criterion)) is not None:
                return declared
            if not asked:
                return f"À vérifier : il faut {criterion.requires}."
            return f"À demander : {' '.join(asked)}"
        if criterion.holds is Verdict.YES:
            last = next((last for first, last in criterion.windows if _within(day, first, last)), None)
            if last is None or last.toordinal() >= self.programme.in_force()[1] - 1:
                return ""  # what ends it is the programme, whose last day is the eve of its end
            if not all(self._may_be_told(fact) for fact in criterion.facts):
                return ""  # the day may be that of the recognition
            if criterion.id == "age":
                at_signature = self.programme.file.judged_on == "signature"
                return f"{_SIGNATURE[at_signature]} jusqu'au {short(last)}."
            return f"Remplie jusqu'au {short(last)} si rien ne change."
        coming = [first for first, _ in criterion.windows if first > day]
        asks = (
            ""
            if title(criterion).lower().endswith(criterion.requires.lower())
            else f"Il faut {criterion.requires}. "
        )
        if coming:
            return f"{asks}Possible à partir du {long_day(min(coming))}, si rien ne change."
        ended = [last for _, last in criterion.windows if last is not None and last < day]
        if ended:
            return f"{asks}Remplie jusqu'au {short(max(ended))} ; rien de connu ne la rouvre."
        return f"{asks}Rien de connu ne la rendra remplie : seul un fait nouveau la changerait."


def _within(day: date, first: date, last: date | None) -> bool:
    return first <= day and (last is None or day <= last)


def _periods(said: Explanation, possible: Sequence[Window]) -> Iterable[Period]:
    windows = [(first, last, "yes") for first, last in said.windows]
    windows += [(first, last, "check") for first, last in possible]
    for first, last, sign in sorted(windows, key=lambda window: window[0]):
        yield Period(first, last, sign, _within(said.on, first, last))
