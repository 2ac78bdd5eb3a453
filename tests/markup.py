"""What every rendered page owes its readers (ux.md §12): `check_markup(page)` asserts it without a browser."""

from __future__ import annotations

import re
from html.parser import HTMLParser

VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
#: Text in these is not read as prose.
SILENT = {"script", "style", "textarea", "code", "pre", "kbd", "option"}
#: « : » and « ! » with an ordinary space or none before, straight apostrophes between letters.
BAD_SPACES = re.compile(r"(?<=\w) [:;!?»]|« |\w'\w|\d (?:h|km|mois|jours?|postes?|€|%|ans?)\b")


class Page(HTMLParser):
    """Reads a page once and keeps what the checks ask for."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.open: list[tuple[str, dict[str, str | None]]] = []
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.labels: set[str] = set()
        self.controls: list[tuple[str, dict[str, str | None]]] = []
        self.lang, self.title, self.text = "", "", []
        self.references: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        held = dict(attributes)
        if tag == "html":
            self.lang = held.get("lang") or ""
        for name in held:
            if name.startswith("on") or name == "style":
                self.faults.append(f"<{tag} {name}=…>")
        if tag == "style" or (tag == "script" and "src" not in held):
            self.faults.append(f"inline <{tag}>")
        if "id" in held:
            self.ids.append(held["id"] or "")
        for name in ("aria-labelledby", "aria-describedby", "aria-controls", "for"):
            self.references += (held.get(name) or "").split()
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "label" and held.get("for"):
            self.labels.add(held["for"] or "")
        if tag in ("input", "select", "textarea") and held.get("type") not in ("hidden", "submit", "button"):
            if any(name == "label" for name, _ in self.open):
                held["aria-label"] = "its label is around it"
            self.controls.append((tag, held))
        if tag == "th" and "scope" not in held:
            self.faults.append("<th> without scope")
        if tag == "img" and "alt" not in held:
            self.faults.append("<img> without alt")
        named = held.get("aria-labelledby") or held.get("aria-label")
        if tag == "svg" and held.get("aria-hidden") != "true" and not named:
            self.faults.append("<svg> neither named nor hidden")
        if tag == "a" and not held.get("href"):
            self.faults.append("<a> without href")
        if tag not in VOID:
            self.open.append((tag, held))

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open[-1][0] != tag:
            self.faults.append(f"</{tag}> closes {self.open[-1][0] if self.open else 'nothing'}")
            return
        self.open.pop()

    def handle_data(self, data: str) -> None:
        inside = {name for name, _ in self.open}
        if "title" in inside and "svg" not in inside:
            self.title += data
        elif not inside & SILENT:
            self.text.append(data)


def faults(html: str, *, own_words: bool = True) -> list[str]:
    """Everything wrong with a page; `own_words` False leaves out the spaces of French print (names from a test)."""
    page = Page(html)
    found = list(page.faults)
    found += [f"<{name}> never closed" for name, _ in page.open]
    if page.lang != "fr":
        found.append(f"lang is {page.lang!r}")
    if not re.fullmatch(r"\S.* — Passerelle", page.title.strip()):
        found.append(f"title is {page.title!r}")
    if page.headings.count(1) != 1:
        found.append(f"{page.headings.count(1)} h1")
    found += [
        f"h{level} after h{before}"
        for before, level in zip([1, *page.headings], page.headings, strict=False)
        if level > before + 1
    ]
    found += [f"id {each!r} twice" for each in {each for each in page.ids if page.ids.count(each) > 1}]
    found += [f"no element has id {each!r}" for each in set(page.references) - set(page.ids)]
    for tag, held in page.controls:
        if (
            held.get("id") not in page.labels
            and not held.get("aria-label")
            and not held.get("aria-labelledby")
        ):
            found.append(f"<{tag} name={held.get('name')!r}> has no label")
    if own_words:
        found += [f"spaces: {piece.strip()[:60]!r}" for piece in page.text if BAD_SPACES.search(piece)]
        if BAD_SPACES.search(page.title):
            found.append(f"spaces in the title: {page.title!r}")
    return found


def check_markup(html: str, *, own_words: bool = True) -> None:
    wrong = faults(html, own_words=own_words)
    assert not wrong, "\n".join(wrong)
