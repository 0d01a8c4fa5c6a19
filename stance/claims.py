"""Check-worthy statements in documents, and which of them are the same claim.

:func:`detect` finds statements in speakers' content and in the outlet's own voice; :func:`cluster`
turns them into the claims that a corpus is about.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from stance.checkworthiness import checkworthiness as rated
from stance.copies import members
from stance.detection import Rating, statements
from stance.errors import UsageError
from stance.gazetteer import without_countries
from stance.lexical import acronyms, shortened, tokens
from stance.naming.names import TITLES, runs
from stance.quantities import amounts, dates, differ
from stance.ranking import most_discussed, plainest
from stance.types import Claim, ClaimMember, Date, DetectedClaim, Document, Passage
from stance.vectors import embed

MIN_CHECKWORTHINESS = 0.5
"""Statements below it are not listed; ``benchmarks quality --task checkworthiness`` gives F1 at
this value."""
SAME_WORDS = 0.7
"""Word overlap from which two statements are one claim where no model is asked."""
SAME = (-4.09, 4.82, 2.95, 2.36)
"""Logistic regression that two statements are one claim: intercept, weights of the overlap of their
words, of their vectors' cosine, of entailment in the weaker direction. Entailment alone misses
what is said more loosely. Fitted on PERSPECTRUM's clusters (train) by
``benchmarks.quality_claims.fit_same``."""
MARGIN = 1.0
"""By how much a pair must pass: among a corpus's statements far fewer pairs are one claim than
among those that the regression is fitted on."""
ENTAILS, REFUTES = 0.2, 0.4
"""Least entailment and most contradiction in the worse direction: "will open" and "will close"
share all other words. Chosen with the margin on the train halves of MRPC and PERSPECTRUM, for few
wrong pairs; ``benchmarks quality --task claims`` has the figures."""
COMMON = 200
"""Statements that may hold a stem which opens pairs: a commoner one says little, and pairs that
share nothing else would grow with the square of the corpus."""
TOP_CLAIMS = 20
"""Claims kept by :func:`cluster`."""

_MAYBE = re.compile(r"\b(?:may|might|could)\b")
_DONE = re.compile(r"\b(?:has|have|had|was|were)\b|\b\w{3,}ed\b")
_BY = re.compile(r"\b(?:is|are|was|were|be|been|being)\s+(?:\w+\s+)?\w+ed\s+by\b", re.IGNORECASE)
_NAMED = re.compile(r"(?<=\w )[A-Z]\w*|(?<=, )[A-Z]\w*")
_NEGATION = re.compile(
    r"\b(?:not|no|never|neither|cannot|without|nobody|none|nothing)\b|n['’]t\b", re.IGNORECASE
)
_WEEKDAY = re.compile(r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day", re.IGNORECASE)
_RANKS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
# Not the end of "twenty-first", which "21st" may stand for.
_RANK = re.compile(rf"(?<!ty-)\b(?:{'|'.join(_RANKS)}|\d+(?:st|nd|rd|th))\b", re.IGNORECASE)
_CURRENCIES = frozenset(("dollar", "euro", "pound", "yen"))
_SIGN = "$¢£¤¥\u0e3f\u20a0-\u20cf"  # of a currency
_MINUS = rf"(?<![^\s({_SIGN}])[-−](?=[{_SIGN}]?\d)"  # not of "2020-21" or "50%-60%"
_NUMBER = re.compile(rf"({_MINUS})?[{_SIGN}]?(\d[\d.,]*)")
_WORD = re.compile(rf"[\w%]+|[{_SIGN}]|{_MINUS}")


class Scorer(Protocol):
    """Anything that scores (premise, hypothesis) pairs, such as :class:`stance.inference.NLI`."""

    def score(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        """``(n, 3)``: supports, neutral, refutes."""
        ...


def detect(
    documents: Sequence[Document],
    passages: Sequence[Passage],
    *,
    scorer: Scorer | None = None,
    checkworthiness: Rating | None = None,
    threshold: float = MIN_CHECKWORTHINESS,
) -> list[DetectedClaim]:
    """Check-worthy statements with their holder, in order; equal ``claim_id`` means same claim.

    ``passages`` are those of :func:`stance.attribution.passages`; captions are left out.
    ``checkworthiness`` maps n sentences to n probabilities (a model's sentence head); without it
    the rules of :mod:`stance.checkworthiness` do. ``scorer`` decides by entailment which statements
    are one claim; without it only nearly equal wordings are.

    ``canonical`` is a wording that stands alone; where an antecedent is unclear, ``status`` is
    ``ambiguous`` and ``canonical`` the statement as it stands.

    >>> from stance.types import Document, Passage
    >>> text = "“We should close the old bridge in May 2025,” Ann Lee said."
    >>> passage = Passage("d", 1, 44, text[1:44], "Ann Lee", "speaker", affiliation="Denmark")
    >>> [c.canonical for c in detect([Document("d", text, "The Post")], [passage])]
    ['Denmark should close the old bridge in May 2025.']
    """
    if not 0 <= threshold <= 1:
        raise UsageError(f"detect: threshold is {threshold}; give a number from 0 to 1")
    kept = statements(documents, passages, checkworthiness or rated, threshold)
    groups = _grouped(kept, scorer)
    out: list[DetectedClaim | None] = [None] * len(kept)
    for group in groups:
        name = claim_id(kept[group[0]].canonical)
        for i in group:
            out[i] = replace(kept[i], claim_id=name)
    return [d for d in out if d is not None]


def claim_id(text: str) -> str:
    """A stable id from a claim's wording: the same in every run and on every machine.

    >>> claim_id("Bills will rise.") == claim_id("  bills will RISE")
    True
    >>> claim_id("It costs $5m.") == claim_id("It costs €5m.")
    False
    """
    key = " ".join(_WORD.findall(text.casefold())).replace("−", "-")
    return "c" + hashlib.sha256(key.encode()).hexdigest()[:12]


def _grouped(detected: Sequence[DetectedClaim], scorer: Scorer | None) -> list[list[int]]:
    open_ones = frozenset(claim_id(d.canonical) for d in detected if d.status != "ok")
    return same_claims([d.canonical for d in detected], scorer, unclear=open_ones)


def same_claims(
    texts: Sequence[str], scorer: Scorer | None = None, *, unclear: Collection[str] = ()
) -> list[list[int]]:
    """Group wordings of one claim: lists of indices, each index once, in order of first member.

    Pairs with words in common are compared, though not those that share only words which more than
    ``COMMON`` texts hold and which are not the rarest of either: with a ``scorer`` by their words,
    their vectors and entailment in both directions (the weaker counts) together, else by their
    words, the names inside them and the order of those. However equal their words, two statements
    are never one claim where the model finds no entailment, nor, without one, where only one is
    passive ("Russia was attacked by Ukraine"). Nor are two that :func:`may_be_one` tells apart, or
    of which one refutes the other. ``unclear`` are ids of wordings whose "it" is open: they are one
    claim only with nearly their own words. Groups merge only where every pair across them passes
    (complete linkage), so that a chain of small differences does not end in one claim.

    >>> same_claims(["Russia was attacked by Ukraine.", "Ukraine was attacked by Russia."])
    [[0], [1]]

    >>> same_claims(["Bills will rise.", "The bridge is safe.", "Bills will rise"])
    [[0, 2], [1]]
    """
    number: dict[str, int] = {}
    unique: list[str] = []
    keys = []
    for text in texts:
        name = claim_id(text)
        if name not in number:
            number[name] = len(unique)
            unique.append(text)
        keys.append(number[name])
    loose = frozenset(number[name] for name in unclear if name in number)
    strength = _strengths(unique, scorer, loose)
    home = {i: [i] for i in range(len(unique))}
    where = list(range(len(unique)))
    for (a, b), _ in sorted(strength.items(), key=lambda item: -item[1]):
        left, right = where[a], where[b]
        if left == right:
            continue
        if all((min(i, j), max(i, j)) in strength for i in home[left] for j in home[right]):
            home[left] += home.pop(right)
            for i in home[left]:
                where[i] = left
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for i, key in enumerate(keys):
        groups[where[key]].append(i)
    return sorted(groups.values())


def _strengths(
    texts: Sequence[str], scorer: Scorer | None, loose: frozenset[int]
) -> dict[tuple[int, int], float]:
    """Pairs that pass for one claim, with how strongly; ``loose`` ones by their words alone."""
    intercept, by_words, by_vectors, by_entailment = SAME
    rows = shortened(texts, acronyms(texts))
    if scorer is None:
        return {
            (a, b): overlap
            for b, near, overlaps in _similar(rows)
            for a, overlap in zip(near.tolist(), overlaps.tolist(), strict=True)
            if overlap >= SAME_WORDS
            and may_be_one(texts[a], texts[b])
            and _same_order(texts[a], texts[b])
            and bool(_BY.search(texts[a])) == bool(_BY.search(texts[b]))
            and not _other_names(texts[a], texts[b])
        }
    points = embed(texts)
    known: dict[tuple[int, int], float] = {}
    for b, near, overlaps in _similar(rows):
        # What words and vectors say; a pair that no entailment could lift is not worth scoring.
        logits = intercept + by_words * overlaps + by_vectors * (points[near] @ points[b])
        for k in np.flatnonzero(logits + by_entailment >= MARGIN).tolist():
            a, alone = int(near[k]), overlaps[k] < SAME_WORDS
            if not (alone and loose.intersection((a, b))) and may_be_one(texts[a], texts[b]):
                known[a, b] = float(logits[k])
    pairs = list(known)
    if not pairs:
        return {}
    both = [(texts[a], texts[b]) for a, b in pairs] + [(texts[b], texts[a]) for a, b in pairs]
    scores = np.asarray(scorer.score(both)).reshape(2, len(pairs), 3)
    entails, refutes = scores[:, :, 0].min(axis=0), scores[:, :, 2].max(axis=0)
    found = {}
    for pair, yes, no in zip(pairs, entails.tolist(), refutes.tolist(), strict=True):
        logit = known[pair] + by_entailment * yes
        if logit >= MARGIN and yes >= ENTAILS and no <= REFUTES:
            found[pair] = logit
    return found


def _same_order(a: str, b: str) -> bool:
    """Whether the names that two statements share stand in one order: who does what to whom."""
    names = {*_NAMED.findall(a), *_NAMED.findall(b)}
    one, two = ([w for w in re.findall(r"\w+", text) if w in names] for text in (a, b))
    shared = set(one) & set(two)
    return [w for w in one if w in shared] == [w for w in two if w in shared]


def _similar(
    tokens_of: Sequence[Sequence[str]],
) -> Iterator[tuple[int, NDArray[np.intp], NDArray[np.float64]]]:
    """For each text b the texts a < b that may be near it, with the Dice overlap of their stems.

    A pair is opened by a stem in both that at most ``COMMON`` texts hold, or that is one of the two
    rarest of either: so a text of common words alone meets its like too. All stems count.
    """
    held = Counter(token for row in tokens_of for token in set(row))
    rows = [sorted(set(row), key=lambda token: (held[token], token)) for row in tokens_of]
    size = np.array([len(row) for row in rows])
    holding: defaultdict[str, list[int]] = defaultdict(list)
    opened: defaultdict[str, list[int]] = defaultdict(list)
    for b, row in enumerate(rows):
        for rank, token in enumerate(row):
            holding[token].append(b)
            if rank < 2 or held[token] <= COMMON:
                opened[token].append(b)
    all_of = {token: np.array(found) for token, found in holding.items()}
    some_of = {token: np.array(found) for token, found in opened.items()}
    none = np.empty(0, np.intp)
    for b, row in enumerate(rows):
        opening = [
            (all_of if rank < 2 else some_of).get(token, none) for rank, token in enumerate(row)
        ]
        before = [found[: np.searchsorted(found, b)] for found in opening]
        near = np.unique(np.concatenate([none, *before]))
        if not near.size:
            continue
        shared = np.zeros(near.size)
        for token in row:
            found = all_of[token]
            shared += found[np.minimum(np.searchsorted(found, near), found.size - 1)] == near
        yield b, near, 2 * shared / (size[near] + len(row))


def may_be_one(a: str, b: str) -> bool:
    """False where two statements differ in a negation, a number, a currency, a date, a weekday, a
    rank ("first"), or in who acts.

    >>> may_be_one("The port lost 200 jobs.", "The port lost 300 jobs.")
    False
    >>> may_be_one("Norway will send ships.", "Denmark will send ships.")
    False
    """
    same_polarity = bool(_NEGATION.search(a)) == bool(_NEGATION.search(b))
    if not same_polarity or _done_or_not(a, b):
        return False
    if _other_day_or_rank(a, b) or _other_money(a, b) or _other_actor(a, b):
        return False
    return not (differ(a, b, each=True) or differ(b, a, each=True))


def _done_or_not(a: str, b: str) -> bool:
    """Whether one says that a thing may be and the other that it is so."""
    sides = [(bool(_MAYBE.search(t)), bool(_DONE.search(t))) for t in (a, b)]
    return sides in ([(True, False), (False, True)], [(False, True), (True, False)])


def _other_day_or_rank(a: str, b: str) -> bool:
    """Whether each has a weekday, or a rank such as "first", that the other lacks."""
    for left, right in ((_found(_WEEKDAY, a), _found(_WEEKDAY, b)), (_ranks(a), _ranks(b))):
        if left - right and right - left:
            return True
    return False


def _found(pattern: re.Pattern[str], text: str) -> set[str]:
    return {word.casefold() for word in pattern.findall(text)}


def _ranks(text: str) -> set[int]:
    return {
        int(word[:-2]) if word[0].isdigit() else _RANKS.index(word) + 1
        for word in _found(_RANK, text)
    }


def _other_money(a: str, b: str) -> bool:
    """Whether one number is of two currencies, or negative in one statement alone."""
    return _swapped(_paid(a), _paid(b)) or _swapped(_signed(a), _signed(b))


def _swapped(one: Set[tuple[str, str]], two: Set[tuple[str, str]]) -> bool:
    """Whether a number is of one kind here and of another there."""
    return bool({number for number, _ in one - two} & {number for number, _ in two - one})


@lru_cache(maxsize=1 << 12)
def _paid(text: str) -> frozenset[tuple[str, str]]:
    return frozenset((str(x.value), x.unit) for x in amounts(text) if x.unit in _CURRENCIES)


def _signed(text: str) -> set[tuple[str, str]]:
    return {(number.rstrip(".,"), sign and "-") for sign, number in _NUMBER.findall(text)}


def _other_actor(a: str, b: str) -> bool:
    """Whether both begin with a name, and the names share nothing or are of two countries."""
    one, two = _actor(a), _actor(b)
    if not one or not two or " by " in a or " by " in b:
        return False
    short = {"".join(w[0] for w in name.split() if w[0].isupper()) for name in (one, two)}
    if one in short or two in short:
        return False
    here, there = without_countries(one)[0], without_countries(two)[0]
    if here and there:
        return not here & there
    left, right = set(tokens(one)), set(tokens(two))
    near = any(x[:5] == y[:5] for x in left for y in right)
    return bool(left) and bool(right) and not near


def _actor(text: str) -> str:
    """The name a sentence begins with, "" where its first word may be a common one."""
    start = 4 if text.startswith("The ") else 0
    spans = runs(text)
    if not spans or spans[0][0] not in (0, start):
        return ""
    name = text[start : spans[0][1]]
    alone = start == 0 and " " not in name
    known = not without_countries(name)[1].strip() or (name.isupper() and len(name) > 1)
    return "" if alone and not known else name.removesuffix("’s").removesuffix("'s")


def _other_names(a: str, b: str) -> bool:
    """Whether each statement has a name that the other lacks in every form."""
    left, right = _names(a), _names(b)
    return _lacking(left, b, right) and _lacking(right, a, left)


_Name = tuple[str, frozenset[str], frozenset[str]]
"""A name as written, the countries in it, the stems of its other words."""


def _lacking(names: Sequence[_Name], text: str, others: Sequence[_Name]) -> bool:
    """Whether one of ``names`` is nowhere in ``text``, whose own names are ``others``."""
    countries, rest = without_countries(text)
    said = set(tokens(rest))
    return any(
        not (name[1] <= countries and name[2] <= said)
        and not any(_one_name(name, other) for other in others)
        for name in names
    )


def _one_name(one: _Name, two: _Name) -> bool:
    """Whether one name is an acronym, another spelling or a longer form of the other."""
    if one[1] and two[1] and not one[1] & two[1]:
        return False
    for name, other in ((one[0], two[0]), (two[0], one[0])):
        capitals = "".join(word[0] for word in name.split() if word[0].isupper())
        acronyms_in = [w for word in other.split() if (w := word.replace(".", "")).isupper()]
        if any(len(word) > 1 and word in capitals for word in acronyms_in):
            return True
    short, long = sorted((one[2], two[2]), key=len)
    if not short:
        return bool(one[1] & two[1])
    return all(any(x[:5] == y[:5] for y in long) for x in short)


@lru_cache(maxsize=1 << 12)
def _names(text: str) -> tuple[_Name, ...]:
    """The names inside a statement; its first word may be a common one, a day has its own test."""
    found = []
    for start, end in runs(text):
        name = text[start:end] if start else text[start:end].partition(" ")[2]
        if not name or _WEEKDAY.match(name) or dates(f"in {name}"):
            continue
        countries, rest = without_countries(name)
        stems = frozenset(tokens(rest))
        found.append((name, countries, stems - _titles() or stems))
    return tuple(found)


@lru_cache(maxsize=1)
def _titles() -> frozenset[str]:
    return frozenset(tokens(" ".join(TITLES)))


def cluster(
    detected: Sequence[DetectedClaim],
    documents: Sequence[Document],
    scorer: Scorer | None = None,
    *,
    limit: int | None = TOP_CLAIMS,
) -> list[Claim]:
    """The claims a corpus is about, most talked about first: at most ``limit`` of them.

    Without a ``scorer`` the ``claim_id`` of :func:`detect` says which statements are one claim;
    with one they are grouped anew. Each claim is worded as its clearest and plainest member and
    lists all of them; see :func:`stance.ranking.most_discussed` for the order. Copies of one wire
    text count as one there, and are members whose ``copy_of`` names the document of the first.
    """
    if scorer is None:
        by_id: defaultdict[str, list[DetectedClaim]] = defaultdict(list)
        for d in detected:
            by_id[d.claim_id].append(d)
        groups = list(by_id.values())
    else:
        groups = [[detected[i] for i in g] for g in _grouped(detected, scorer)]
    dates = {d.id: d.date for d in documents}
    told = [_members(group, dates) for group in groups]
    made = [
        [d for d, member in zip(group, found, strict=True) if member.copy_of is None]
        for group, found in zip(groups, told, strict=True)
    ]
    return [_claim(made[i], groups[i], told[i], dates) for i in most_discussed(made, limit)]


def _members(
    group: Sequence[DetectedClaim], dates: Mapping[str, Date | None]
) -> tuple[ClaimMember, ...]:
    return members(
        [ClaimMember(d.doc_id, d.start, d.end, d.text, d.holder) for d in group],
        [d.holder_type == "speaker" for d in group],
        [dates.get(d.doc_id) for d in group],
    )


def _claim(
    made: Sequence[DetectedClaim],
    group: Sequence[DetectedClaim],
    told: tuple[ClaimMember, ...],
    dates: Mapping[str, Date | None],
) -> Claim:
    head = plainest(made)
    dated = [(date, d) for d in group if (date := dates.get(d.doc_id)) is not None]
    first = min(dated, key=lambda pair: pair[0]) if dated else (None, group[0])
    return Claim(
        claim_id(head.canonical), head.canonical, "detected", told, first[0], first[1].holder
    )
