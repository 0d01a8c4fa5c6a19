"""English names of months and weekdays, in lower case: "May" and "may" are told apart elsewhere."""

from __future__ import annotations

import re

MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september"),
    *("october", "november", "december"),
)
DAY_OF_MONTH = re.compile(r"(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?\s\d")
"""A month cut short before a day: "Jan" and "Dec" alone are people."""
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
