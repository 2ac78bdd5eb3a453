"""What is wrong with the pages of a role: axe, sideways scroll, the console."""

from tests.browser.conftest import overflow, violations
from tests.screens import ALSO, REFUSALS, SCREENS, names

#: Widths in pixels: a desk, a telephone, and a desk's text four times as large. Axe looks at the first two.
WIDTHS = (1280, 375, 320)


def faults(site, who):
    """By page of that role: what axe finds, pixels too wide, complaints of the console. Each page is loaded once."""
    known = names(site.app.extensions["passerelle"].database)
    page = site.page(WIDTHS[0])
    if who is not None:
        site.sign_in(page, who)
    wrong = {}
    for name, (whose, address) in {**SCREENS, **ALSO, **REFUSALS}.items():
        if whose != who:
            continue
        site.complaints.clear()
        page.set_viewport_size({"width": WIDTHS[0], "height": 900})
        page.goto(site.url + address.format(**known))
        found = []
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            found += [f"{width}: {said}" for said in violations(page)] if width != 320 else []
            if overflow(page):
                found.append(f"{width}: {overflow(page)} pixels too wide")
        # The browser itself says that an answer was a refusal; a page gives it nothing else to say.
        refused = name in REFUSALS or name in ("accounts.invitation", "accounts.new_password")
        found += [said for said in site.complaints if not (refused and "Failed to load resource" in said)]
        if found:
            wrong[name] = found
    return wrong
