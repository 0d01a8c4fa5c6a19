"""How often a rule is right: its share of confirmed finds, by rule and by reporting verb.

The counts are ``stance/data/rule_precision.csv`` (rule, lemma, count, right), written by
``python -m benchmarks confidence`` from PolNeAR's training articles: a find is right if over half
its content is annotated content and its holder meets the annotated holder of that content.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

TABLE = "data/rule_precision.csv"
UNKNOWN = 0.6
"""Confidence of a rule of which nothing was counted."""
_ALL_WEIGHT, _RULE_WEIGHT, _VERB_WEIGHT = 1, 10, 8  # what the wider class counts for, in finds


@lru_cache(maxsize=4096)
def precision(rule: str, lemma: str = "") -> float:
    """The chance that a find of ``rule`` with the verb ``lemma`` is right, in (0, 1).

    Rare verbs are drawn towards their rule, rare variants of a rule (``+ing``: an implied
    subject, ``+who``: a relative clause) towards the rule itself, a rare rule towards ``UNKNOWN``.

    >>> precision("quote, X said", "say") > 0.95 > precision("X criticized Y", "see")
    True
    """
    base = rule.partition("+")[0]
    table = _counts()
    variants = [counts for (name, verb), counts in table.items() if _is_variant(name, verb, base)]
    n, right = sum(c for c, _ in variants), sum(r for _, r in variants)
    usual = (right + _ALL_WEIGHT * UNKNOWN) / (n + _ALL_WEIGHT)
    n, right = table.get((rule, ""), (0, 0))
    of_rule = (right + _RULE_WEIGHT * usual) / (n + _RULE_WEIGHT)
    n, right = table.get((base, lemma), (0, 0)) if lemma else (0, 0)
    of_verb = (right + _VERB_WEIGHT * usual) / (n + _VERB_WEIGHT)
    return round(min(0.99, max(0.05, of_rule * of_verb / usual)), 3)


def _is_variant(name: str, verb: str, base: str) -> bool:
    return not verb and name.partition("+")[0] == base


@lru_cache(maxsize=1)
def _counts() -> Mapping[tuple[str, str], tuple[int, int]]:
    with files("stance").joinpath(TABLE).open(encoding="utf-8") as rows:
        return {
            (row["rule"], row["lemma"]): (int(row["count"]), int(row["right"]))
            for row in csv.DictReader(rows)
        }
