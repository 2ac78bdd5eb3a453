"""The pages of everybody but the advisor, and of nobody: axe, sideways scroll, the console."""

import pytest

from tests.browser.looking import faults
from tests.screens import ADMIN, ANIMATOR, LOCAL, OFFICER


@pytest.mark.parametrize("who", [None, ADMIN, OFFICER, ANIMATOR, LOCAL])
def test_nothing_for_axe_no_sideways_scroll_a_silent_console(site, who):
    assert faults(site, who) == {}
