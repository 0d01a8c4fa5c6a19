"""What the rows say beyond themselves: who spoke first, and who stood against whom on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from stance.reporting.results import Row

Holder = tuple[str, str]
"""A holder's name and type."""


def holder_of(row: Row) -> Holder:
    """The holder a row is about.

    >>> holder_of({"holder": "A. Clerk", "holder_type": "speaker"})
    ('A. Clerk', 'speaker')
    """
    return str(row["holder"]), str(row["holder_type"])


def first_positions(rows: Sequence[Row]) -> dict[str, list[tuple[str, Holder, str, list[int]]]]:
    """For each claim id, the first side each holder took: (date, holder, stance, row numbers).

    In order of date; undated rows and rows that take no side are left out.

    >>> row = {"holder": "A", "holder_type": "speaker", "claim_id": "c", "stance": "refutes"}
    >>> first_positions([row | {"date": "2024-02-01"}, row | {"date": "2024-01-01"}])
    {'c': [('2024-01-01', ('A', 'speaker'), 'refutes', [1])]}
    """
    found: dict[tuple[str, Holder], tuple[str, str, list[int]]] = {}
    for number, row in enumerate(rows):
        date, stance = row.get("date"), row["stance"]
        if not date or stance not in ("supports", "refutes"):
            continue
        key = row["claim_id"], holder_of(row)
        known = found.get(key)
        if known is None or date < known[0]:
            found[key] = date, stance, [number]
        elif (date, stance) == known[:2]:
            known[2].append(number)
    ordered: dict[str, list[tuple[str, Holder, str, list[int]]]] = defaultdict(list)
    for (claim_id, holder), (date, stance, numbers) in found.items():
        ordered[claim_id].append((date, holder, stance, numbers))
    return {claim_id: sorted(entries) for claim_id, entries in ordered.items()}


def opposite_sides(rows: Sequence[Row]) -> list[tuple[str, str, dict[Holder, str]]]:
    """Days on which different holders stood on different sides: (claim id, date, sides).

    >>> day = {"claim_id": "c", "date": "2024-01-01", "holder_type": "speaker"}
    >>> a, b = {"holder": "A", "stance": "refutes"}, {"holder": "B", "stance": "supports"}
    >>> opposite_sides([day | a, day | b])[0][:2]
    ('c', '2024-01-01')
    """
    days: dict[tuple[str, str], dict[Holder, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in rows:
        if row.get("date") and row["stance"] in ("supports", "refutes"):
            days[row["claim_id"], row["date"]][holder_of(row)].add(row["stance"])
    found = []
    for (claim_id, date), holders in sorted(days.items(), key=lambda item: item[0][::-1]):
        sides = {holder: next(iter(s)) for holder, s in holders.items() if len(s) == 1}
        if len(set(sides.values())) == 2:
            found.append((claim_id, date, sides))
    return found


def by_certainty(row: Row) -> tuple[float, float, str]:
    """A key that sorts shifts: the surest first, then the largest.

    >>> rows = [{"probability": p, "delta": 1, "date_after": "2024"} for p in (0.7, 0.9)]
    >>> sorted(rows, key=by_certainty)[0]["probability"]
    0.9
    """
    sure, q_value = row.get("probability"), row.get("q_value")
    if sure is None:
        sure = 0 if q_value is None else 1 - q_value
    return -float(sure), -abs(float(row.get("delta") or 0)), str(row["date_after"])
