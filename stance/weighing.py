"""How much evidence there is for and against a claim, once copies and interested voices are out.

Ten outlets that print one wire story are one witness, and so are a ministry and its spokesperson.
What somebody says about themselves is another claim. The strength of a side grows with independent
witnesses, but slower than if a model that misreads one of them would not misread the next.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from stance.compound import is_finite
from stance.gazetteer import country_words
from stance.lexical import tokens, words
from stance.naming.names import TITLES, fold, is_institution
from stance.negation import is_negated
from stance.quantities import differ
from stance.signals import own_voice
from stance.speech.cues import CUES
from stance.speech.tags import Tokens, is_function_word, tokenize
from stance.text import sentences
from stance.types import Document, Passage
from stance.utterances import is_unnamed, same_wording

Voices = Literal["any", "outlet", "named"]
VOICES: tuple[Voices, ...] = ("any", "outlet", "named")

ECHO = 0.5
"""What each further witness adds, as a power: 0 keeps the strongest alone, 1 is a noisy or. Used
where the model's card has nothing fitted."""
COUNTS = 0.3
"""Strength from which a witness counts on a side: many weak hints are no evidence."""
SAME_WORDS = 0.8
"""Dice overlap of stems from which a sentence and a claim differ in nothing but a negation."""

_LEGAL_FORM = re.compile(
    r"(?:,?\s+(?:inc|incorporated|corp|corporation|co|company|ltd|limited|llc|llp|plc|gmbh|ag|s\.?a"
    r"|n\.?v|b\.?v|spa|pty)\b\.?)+$",
    re.IGNORECASE,
)
_NEXT_WORD = r"[\w-]*(?:\s+(?:and|for|in|of|on|the|to))*[\s-]+"
# What follows in a noun phrase and is neither its head nor whose it is: "the mission to Denmark".
_AWAY = frozenset("ptWhws")
_OF = frozenset(("of", "by"))
_BE = frozenset("is are was were be been being".split())
# Stems of verbs for what is in somebody's mind or mouth, besides the reporting verbs that take a
# clause or an infinitive; forms of "say" are no stems here.
_INWARD = frozenset(
    "says said say welcom want wish support oppos favour favor back reject prefer demand deni "
    "claim believ think consid regard see hope expect fear regret accept agre disagre endors "
    "condemn criticis critic prais promis pledg vow threaten call plan intend need know doubt "
    "insist argu assur refus".split()
)


@dataclass(frozen=True, slots=True)
class Witness:
    """One independent voice: its strength on each side in [0, 1], and the passages behind it.

    ``weight`` is the user's: 2 counts like two such witnesses, 0 like none. ``best_for`` and
    ``best_against`` are indices into the passages weighed.
    """

    supports: float
    refutes: float
    weight: float
    best_for: int
    best_against: int


def admissible(passage: Passage, claim: str, voices: Voices) -> bool:
    """Whether a passage may be evidence for or against a claim.

    ``outlet`` takes an outlet's own assertions only, ``named`` leaves out unnamed speakers. With
    any of them, what the claim's subject says about itself is left out (:func:`about_itself`).
    """
    if voices == "outlet" and not own_voice(passage):
        return False
    if voices == "named" and passage.holder_type == "speaker" and is_unnamed(passage.holder):
        return False
    return not about_itself(passage, claim)


def about_itself(passage: Passage, claim: str) -> bool:
    """Whether the holder is what the claim is about, so that its word is no evidence.

    The holder, or who it speaks for, is the subject of the claim's verb or whose it is ("Acme's
    pump", "the pump of Acme"), in full, by initials, without "Inc." or, of a person, by surname;
    the name at the start of a claim without a verb. Where the verb says what the subject wants,
    says or thinks, its own word is the best evidence there is and does count. An outlet without a
    name, whose source is its document's id, is nobody.

    >>> said = Passage("d", 0, 12, "It is safe.", "Ann Lee", "speaker", affiliation="Acme")
    >>> about_itself(said, "Acme's pump is safe."), about_itself(said, "Acme opposes a recall.")
    (True, False)
    """
    subject = _subject(claim)
    if subject is None or subject.inward:
        return False
    if passage.holder_type == "outlet":
        return passage.holder != passage.doc_id and _as_written(subject, passage.holder)
    names = [name for name in (passage.holder, passage.affiliation) if name]
    named = any(_named(subject, name) or _as_written(subject, name) for name in names)
    return named or _by_surname(subject, passage.holder.split())


@dataclass(frozen=True, slots=True)
class _Subject:
    """A claim's ``text`` from its subject to its verb. The first ``length`` characters, ``words``
    and ``stems`` (as many as that) are the subject and whose it is; ``inward``: the verb tells
    what it has in mind."""

    text: str
    length: int
    words: tuple[str, ...]
    stems: int
    inward: bool


def _named(subject: _Subject, name: str) -> bool:
    """Whether a name begins in the subject; its end may lie behind ("Council for Trade")."""
    row, wanted = tokens(subject.text), tokens(name)
    return any(wanted == row[i : i + len(wanted)] for i in range(subject.stems) if wanted)


def _reordered(subject: _Subject, name: str) -> bool:
    """Whether a body is the subject in another order, as the "health ministry" is: "a Danish bank"
    may be any."""
    row, wanted = tokens(subject.text), tokens(name)
    if len(wanted) < 2 or not is_institution(tuple(name.split())):
        return False
    if len(wanted) == 2 and not country_words().keys().isdisjoint(words(name)):
        return False
    rows = (row[i : i + len(wanted)] for i in range(subject.stems))
    return any(found != wanted and sorted(found) == sorted(wanted) for found in rows)


def _as_written(subject: _Subject, source: str) -> bool:
    """Whether a name is the subject as written ("The Sun" is not the sun), or in another form."""
    name = re.sub(r"^[Tt]he\s", "", _LEGAL_FORM.sub("", source.strip()))
    if name and name in subject.text and _begun(subject, re.escape(name)):
        return True
    return _by_initials(subject, name) or _reordered(subject, name)


def _by_initials(subject: _Subject, name: str) -> bool:
    """Whether the subject is short for a name or in full what it is short for, as "NATO" is. Two
    letters are those of a body alone: there are too many people of any two."""
    acronym = name.isalpha() and name.isupper()
    letters = name if acronym else "".join(re.findall(r"(?<![^\s-])[A-Z]", name))
    if len(letters) < 2 or not set(letters) <= set(subject.text):
        return False
    found = _begun(subject, rf"{_NEXT_WORD.join(name)}[\w-]*" if acronym else letters)
    full = found if acronym else name
    return bool(found) and (len(letters) > 2 or is_institution(tuple(full.split())))


def _begun(subject: _Subject, pattern: str) -> str:
    """The words like ``pattern`` that begin in the subject, empty where there are none."""
    found = re.search(rf"(?<!\w){pattern}(?!\w)", subject.text)
    return found[0] if found and found.start() < subject.length else ""


def _by_surname(subject: _Subject, name: Sequence[str]) -> bool:
    """Whether a person is the subject by surname, alone or after a title or their own names."""
    if len(name) < 2 or not name[-1][:1].isupper() or is_institution(tuple(name)):
        return False
    own = {fold(word) for word in name}
    for before, word in pairwise(("", *subject.words)):
        if word[:1].isupper() and fold(_unowned(word)) == fold(name[-1]):
            known = fold(before) in own or before.casefold().rstrip(".") in TITLES
            if known or not before[:1].isupper() or is_function_word(before):
                return True
    return False


def _unowned(word: str) -> str:
    return re.sub(r"[’']s?$", "", word)


@lru_cache(maxsize=4096)
def _subject(claim: str) -> _Subject | None:
    """The subject of a claim; None where nothing is."""
    t = tokenize(claim, 0, len(claim))
    at = next((i for i in range(len(t.lows)) if is_finite(t, i)), None)
    if at is None:  # whose name it opens with; "against" and verbs that are not seen are its views
        said = {*t.lows, *tokens(claim)}
        opening = re.match(r"(?:(?:the|an?)\s+)?", claim, re.IGNORECASE)
        inward = any(map(_reports, said)) or not said.isdisjoint(_INWARD | {"against"})
        return _Subject(claim, 1 + (opening.end() if opening else 0), (), 1, inward)
    start = _opening(t, at)
    if start is None:
        return None
    verb = at
    while verb + 1 < len(t.lows) and t.tags[verb] in "AR":
        verb += 1
    passive = any(low in _BE for low in t.lows[at:verb])
    low = t.lows[verb]
    inward = not passive and (_reports(low) or not _INWARD.isdisjoint((low, *tokens(low))))
    end = next((i for i in range(start, at) if t.tags[i] in _AWAY and t.lows[i] not in _OF), at)
    text = claim[t.starts[start] : t.starts[at]]
    length = t.starts[end] - t.starts[start]
    return _Subject(text, length, tuple(t.words[start:end]), len(tokens(text[:length])), inward)


def _reports(low: str) -> bool:
    cue = CUES.get(low)
    return cue is not None and not cue.frames.isdisjoint("ci")


def _opening(t: Tokens, verb: int) -> int | None:
    """Where the subject begins, behind "In Denmark," and "On Monday"; None: one cannot tell."""
    if t.tags[0] not in "pst":
        return 0 if verb else None
    comma = next((i for i in range(verb) if t.tags[i] == ","), None)
    if comma is None:  # "On Monday the dam", "In Denmark the dam"
        comma = next((i for i in range(1, verb) if t.tags[i] == "T" or t.tags[i + 1] == "D"), verb)
    return comma + 1 if comma + 1 < verb else None


def misread_negation(passage: str, claim: str) -> bool:
    """True where a sentence of the passage is the claim but for a negation in one of the two.

    >>> misread_negation("The old bridge is not safe.", "The old bridge is safe.")
    True
    >>> misread_negation("The old bridge is not open.", "The old bridge is safe.")
    False
    """
    wanted, negated = set(tokens(claim)), is_negated(claim)
    for sentence in sentences(passage):
        # "It costs 8" and "it does not cost 5" differ in more than the negation.
        if is_negated(sentence.text) != negated and not differ(sentence.text, claim):
            found = set(tokens(sentence.text))
            if 2 * len(wanted & found) >= SAME_WORDS * max(len(wanted) + len(found), 1):
                return True
    return False


def witnesses(
    passages: Sequence[Passage],
    documents: Mapping[str, Document],
    supports: NDArray[np.float64],
    refutes: NDArray[np.float64],
    source_weights: Mapping[str, float] | None = None,
) -> list[Witness]:
    """Passages by independent voice: same outlet, same institution or same words are one.

    ``supports`` and ``refutes`` are ``(n,)``, aligned with the passages. ``source_weights`` maps a
    source or a holder (which goes first) to a weight; of a witness in several, the largest counts,
    and what weighs 0 neither counts nor is its best.

    >>> docs = {i: Document(i, "The dam broke.", f"Paper {i}") for i in "ab"}
    >>> told = [Passage(i, 0, 14, "The dam broke.", f"Paper {i}", "outlet") for i in "ab"]
    >>> len(witnesses(told, docs, np.array([0.9, 0.9]), np.zeros(2)))
    1
    """
    home = _homes(passages, documents, np.maximum(supports, refutes))
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for i, h in enumerate(home):
        groups[h].append(i)
    weights = {name.casefold(): w for name, w in (source_weights or {}).items()}

    def weight(i: int) -> float:
        source = weights.get(documents[passages[i].doc_id].source.casefold(), 1.0)
        return weights.get(passages[i].holder.casefold(), source)

    def first(group: Sequence[int], strength: NDArray[np.float64]) -> int:
        """The strongest; of copies, which differ by a hair, the one published first."""
        return min(group, key=lambda i: (-round(float(strength[i]), 2), *_published(i)))

    def _published(i: int) -> tuple[str, str, int]:
        date = documents[passages[i].doc_id].date
        return str(date or "9999"), passages[i].doc_id, passages[i].start

    told = [[i for i in group if weight(i) > 0] or group for group in groups.values()]
    return [
        Witness(
            float(supports[group].max()),
            float(refutes[group].max()),
            max(weight(i) for i in group),
            first(group, supports),
            first(group, refutes),
        )
        for group in told
    ]


def _homes(
    passages: Sequence[Passage], documents: Mapping[str, Document], strength: NDArray[np.float64]
) -> list[int]:
    """The number of the witness each passage belongs to."""
    parent = list(range(len(passages)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    seen: dict[tuple[str, ...], int] = {}
    for i, passage in enumerate(passages):
        parent[root(i)] = root(seen.setdefault(_voice(passage, documents[passage.doc_id]), i))
    worth = [i for i in range(len(passages)) if strength[i] >= COUNTS]
    for place, i in enumerate(worth):
        for j in worth[:place]:
            if root(i) != root(j) and same_wording(passages[i].text, passages[j].text):
                parent[root(i)] = root(j)
    return [root(i) for i in range(len(passages))]


def _voice(passage: Passage, document: Document) -> tuple[str, ...]:
    if passage.holder_type == "outlet":
        return ("outlet", document.source.casefold())
    if is_unnamed(passage.holder):
        return ("unnamed", document.id, passage.holder)
    return ("speaker", fold(passage.affiliation or passage.holder))


def pool(strengths: Sequence[float], weights: Sequence[float], echo: float = ECHO) -> float:
    """Strength of one side in [0, 1] from its witnesses.

    Strengths below :data:`COUNTS` are none. A witness of strength s and weight w leaves
    ``(1 - s) ** w`` of the doubt; the i-th in order of that, counted from 0, leaves only that to
    the power ``echo ** i``.

    >>> round(pool([0.8], [1]), 3), round(pool([0.8, 0.8], [1, 1]), 3), pool([], [])
    (0.8, 0.911, 0.0)
    """
    counted = [min(s, 1 - 1e-9) if s >= COUNTS else 0.0 for s in strengths]
    doubts = np.log1p(-np.asarray(counted, np.float64))
    doubts = np.sort(doubts * np.asarray(weights, np.float64))
    return 1.0 - float(np.exp(doubts @ echo ** np.arange(len(doubts))))
