"""Monthly reports: the months that are over, one month, its CSV and JSON, and its publication.

The officer reads frozen documents only, and nothing in the address changes a figure (security.md R3).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from flask import Blueprint, Flask, Response, redirect, render_template, url_for
from flask.blueprints import BlueprintSetupState
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound as NoSuchPage
from werkzeug.routing import BaseConverter, ValidationError
from werkzeug.wrappers import Response as AnyResponse

from matching import clock, published, report_figures
from matching.errors import NotFound, StaleVersion
from matching.published import Publication
from matching.report_model import Month, MonthlyReport
from matching.report_words import month_words
from matching.vocabulary import Role

from ..db import book, reading, today, transaction
from ..forms.reports import PublicationForm
from ..lists import Column, Listing
from ..notices import done
from ..reports import csv, json, page as shapes
from ..reports.current import live
from ..security import actor, allows, requires
from ..tables import plain
from ..typography import french
from ..wording import number, sentence_for
from ..wording.report import LEGEND
from ..wording.report_sentences import in_month, of_month

pages = Blueprint("reports", __name__)


class MonthInPath(BaseConverter):
    """« 2013-10 » in an address; anything else leads nowhere."""

    regex = r"\d{4}-\d{2}"

    def to_python(self, value: str) -> Month:
        try:
            return Month.read(value)
        except ValueError as wrong:
            raise ValidationError from wrong

    def to_url(self, value: Month) -> str:
        return str(value)


@pages.record_once
def _converter(state: BlueprintSetupState) -> None:
    app = state.app
    assert isinstance(app, Flask)
    app.url_map.converters["month"] = MonthInPath


@pages.app_template_filter("size")
def _size(count: int) -> str:
    """« 12 Ko », rounded up."""
    return f"{number(ceil(count / 1024))}\u00a0Ko"


pages.add_app_template_filter(month_words)
pages.add_app_template_filter(of_month)
pages.add_app_template_filter(in_month)


@dataclass(frozen=True, slots=True)
class Row:
    """A month of the list."""

    month: Month
    published: Publication | None


@pages.get("/bilans")
@requires("report.read")
def index() -> str:
    on = today()
    with reading() as session:
        frozen = published.published(session)
        months = list(frozen) if _frozen_only() else _months_over(session)
    listing = Listing.read(
        (Column("mois", "Mois"), Column("etat", "État"), Column("qui", "Publication")), sort="mois"
    )
    rows = [Row(month, frozen.get(month)) for month in months]
    running = None if _frozen_only() else Month.of(on)
    return render_template("reports/index.html", listing=listing, rows=listing.cut(rows), running=running)


@pages.get("/bilans/<month:month>")
@requires("report.read")
def show(month: Month) -> str | tuple[str, int]:
    if not month.over_on(today()) and not _frozen_only():
        return render_template("reports/not_over.html", month=month), 404
    with reading() as session:
        report = _report(session, month)
        publication = published.published(session).get(month)
        changed = (
            publication is not None
            and allows(actor(), "report.publish")
            and published.figures_hash(live(session, month, on=today(), book=book()))
            != published.figures_hash(report)
        )
        before, after = _neighbours(session, month)
    return render_template(
        "reports/show.html",
        report=report,
        page=shapes.page(report),
        legend=LEGEND.format(k=report.edition),
        publication=publication,
        changed=changed,
        may_publish=allows(actor(), "report.publish"),
        before=before,
        after=after,
        sizes={"csv": len(csv.content(report)), "json": len(json.text(report).encode())},
    )


@pages.get("/bilans/<month:month>.csv")
@requires("report.read")
def as_csv(month: Month) -> Response:
    with reading() as session:
        report = _report(session, month)
    return _file(csv.content(report), "text/csv", f"bilan-{month}.csv")


@pages.get("/bilans/<month:month>.json")
@requires("report.read")
def as_json(month: Month) -> Response:
    with reading() as session:
        report = _report(session, month)
    return _file(json.text(report).encode(), "application/json", f"bilan-{month}.json")


@pages.get("/bilans/<month:month>/publication")
@requires("report.publish")
def publication(month: Month) -> str | tuple[str, int]:
    if not month.over_on(today()):
        return render_template("reports/not_over.html", month=month), 404
    with reading() as session:
        current = live(session, month, on=today(), book=book())
        former = published.read(session, month)
    proposed = [said.text for said in (former or current).highlights]
    form = PublicationForm(formdata=None)
    for field, text in zip((form.first, form.second, form.third), proposed, strict=False):
        field.data = french(text)
    form.seen.data = published.figures_hash(current)
    return _publication(form, current, former)


@pages.post("/bilans/<month:month>/publier")
@requires("report.publish")
def publish(month: Month) -> AnyResponse | tuple[str, int]:
    form = PublicationForm()
    if not form.validate():
        return _again(form, month, (), 422)
    try:
        with transaction() as session:
            former = published.read(session, month)
            made = published.publish(
                session,
                month,
                form.sentences,
                actor=actor(),
                on=today(),
                at=clock.now(),
                book=book(),
                seen=form.seen.data,
            )
    except StaleVersion as changed:
        return _again(form, month, (sentence_for(changed),), 409)
    same = former is not None and former.version == made.version
    return redirect(done(url_for(".show", month=month), "bilan-inchange" if same else "bilan-publie"), 303)


def _frozen_only() -> bool:
    """Who reads what was published and nothing else."""
    return actor().role is Role.OFFICER


def _report(session: Session, month: Month) -> MonthlyReport:
    """The month for who asks. Raises NotFound: not published for the officer, not over or before all data else."""
    frozen = published.read(session, month)
    if frozen is not None:
        return frozen
    first = report_figures.first_month(session)
    if _frozen_only() or not month.over_on(today()) or first is None or month < first:
        raise NotFound("not-found")
    return live(session, month, on=today(), book=book())


def _months_over(session: Session) -> list[Month]:
    """From the last month that is over back to the first that has something to say."""
    first, month = report_figures.first_month(session), Month.of(today()).plus(-1)
    found: list[Month] = []
    while first is not None and month >= first:
        found.append(month)
        month = month.plus(-1)
    return found


def _neighbours(session: Session, month: Month) -> tuple[Month | None, Month | None]:
    """The month before and the month after, where there is a page to go to."""
    if _frozen_only():
        months = set(published.published(session))
    else:
        months = set(_months_over(session))
    before, after = month.plus(-1), month.plus(1)
    return before if before in months else None, after if after in months else None


def _publication(
    form: PublicationForm, current: MonthlyReport, former: MonthlyReport | None, other: tuple[str, ...] = ()
) -> str:
    return render_template(
        "reports/publication.html",
        form=form,
        other=other,
        report=current,
        former=former,
        page=shapes.page(current),
        legend=LEGEND.format(k=current.edition),
        unchanged=former is not None and published.figures_hash(former) == published.figures_hash(current),
    )


def _again(form: PublicationForm, month: Month, other: tuple[str, ...], status: int) -> tuple[str, int]:
    """The form as it was typed, beside the figures as they are now."""
    with reading() as session:
        if not month.over_on(today()):
            raise NoSuchPage
        current = live(session, month, on=today(), book=book())
        former = published.read(session, month)
    form.seen.data = published.figures_hash(current)
    form.seen.raw_data = None
    return _publication(form, current, former, other), status


def _file(content: bytes, kind: str, name: str) -> Response:
    response = Response(content, mimetype=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{plain(name)}"'
    return response
