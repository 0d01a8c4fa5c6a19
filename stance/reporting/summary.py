"""The head of the report: its title and one paragraph, in words."""

from __future__ import annotations

from typing import Any

from stance.reporting.phrases import count, listing, long_date, shorten

_NAMED_SHIFTS = 2  # more than this and the paragraph stops being one

_NOUNS = ("support", "no side", "opposition", "no stance")


def headline(payload: dict[str, Any]) -> str:
    """The title of the page.

    >>> headline({"claims": [{"text": "The road is open."}]})
    'Who stands where on “The road is open.”'
    """
    claims = payload["claims"]
    if len(claims) == 1:
        return f"Who stands where on “{shorten(claims[0]['text'], 120)}”"
    return f"Who stands where on {count(len(claims), 'claim')}"


def paragraph(payload: dict[str, Any]) -> str:
    """How much was read, what was found and what changed."""
    documents, holders = payload["documents"], payload["holders"]
    dates = sorted(d["date"] for d in documents if d.get("date"))
    sources = {d["source"] for d in documents if d.get("source")}
    read = count(len(documents), "document")
    if sources:
        read += f" from {count(len(sources), 'source')}"
    if dates and dates[0] != dates[-1]:
        read += f", dated {long_date(dates[0])} to {long_date(dates[-1])},"
    elif dates:
        read += f" of {long_date(dates[0])}"
    was = "was" if len(documents) == 1 else "were"
    first = f"{read} {was} read for {count(len(payload['claims']), 'claim')}."
    return " ".join([first[0].upper() + first[1:], _sides(payload, holders), _changes(payload)])


def _sides(payload: dict[str, Any], holders: list[dict[str, Any]]) -> str:
    active = {row[1] for row in payload["stances"]}
    outlets = sum(holders[number]["type"] == "outlet" for number in active)
    who = [
        count(number, noun)
        for number, noun in ((len(active) - outlets, "speaker"), (outlets, "outlet"))
        if number
    ]
    if not who:
        return "No one in them takes up any of the claims."
    labels = [row[3] for row in payload["stances"]]
    stances = count(len(labels), "time")
    kinds = ((0, "in support"), (2, "against"), (1, "without taking a side"))
    parts = [f"{labels.count(label) or 'none'} {words}" for label, words in kinds]
    verb = "takes" if len(active) == 1 else "take"
    subject = listing(who)
    return f"{subject[0].upper()}{subject[1:]} {verb} them up {stances}: {listing(parts)}."


def _changes(payload: dict[str, Any]) -> str:
    shifts = payload["shifts"]
    if not shifts:
        return "No change of position was found."
    was = "was" if len(shifts) == 1 else "were"
    opening = f"{count(len(shifts), 'change')} of position {was} found"
    opening = opening[0].upper() + opening[1:]
    named = [_change(payload, shift) for shift in shifts[:_NAMED_SHIFTS]]
    clearest = ", the clearest of them these" if len(shifts) > len(named) else ""
    return f"{opening}{clearest}: {'; '.join(named)}."


def _change(payload: dict[str, Any], shift: dict[str, Any]) -> str:
    before, after = (_NOUNS[side] if side >= 0 else "no stance" for side in shift["stances"])
    turn = f"moved from {before} to {after}"
    if before == after:
        turn = f"stayed in {before} with a {shift['kind'].replace('_', ' ')}"
    claim = shorten(payload["claims"][shift["claim"]]["text"], 60).rstrip(".")
    on = f" on “{claim}”" if len(payload["claims"]) > 1 else ""
    first, last = map(long_date, shift["dates"])
    return f"{payload['holders'][shift['holder']]['name']} {turn}{on} between {first} and {last}"
