"""The report as the JSON document of interfaces.md; a frozen month gives its frozen document."""

from __future__ import annotations

import json

from matching import report_model
from matching.report_model import MonthlyReport


def text(report: MonthlyReport) -> str:
    return json.dumps(report_model.write(report), ensure_ascii=False, indent=1) + "\n"
