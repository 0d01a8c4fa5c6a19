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
from stance.lexical import tokens
from stance.naming.names import TITLES, fold, is_institution
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

_NEGATION = re.compile(r"\b(?:not|no|never|nobody|none|neither|cannot)\b|n['’]t\b", re.IGNORECASE)
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
    pump", "the pump of Acme"), in full or, of a person, by surname. Where the verb says what the
    subject wants, says or thinks, its own word is the best evidence there is and does count. An
    outlet without a name, whose source is its document's id, is nobody.

    >>> said = Passage("d", 0, 12, "It is safe.", "Ann Lee", "speaker", affiliation="Acme")
    >>> about_itself(said, "Acme's pump is safe."), about_itself(said, "Acme opposes a recall.")
    (True, False)
    """
    subject = _subject(claim)
    if subject is None or subject.inward:
        return False
    if passage.holder_type == "outlet":
        return passage.holder != passage.doc_id and _as_written(subject, passage.holder)
    names = [tokens(passage.holder), tokens(passage.affiliation or "")]
    named = any(name and _named(subject, name) for name in names)
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


def _named(subject: _Subject, name: Sequence[str]) -> bool:
    """Whether a name begins in the subject; its end may lie behind ("Council for Trade")."""
    row = tokens(subject.text)
    return any(row[i : i + len(name)] == list(name) for i in range(subject.stems))


def _as_written(subject: _Subject, source: str) -> bool:
    """Whether an outlet is the subject, as its name is written: "The Sun" is not the sun."""
    name = re.sub(r"^[Tt]he\s", "", source.strip())
    found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", subject.text) if name else None
    return found is not None and found.start() < subject.length


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
    """The subject of a claim; None where the claim has no verb, or nothing is its subject."""
    t = tokenize(claim, 0, len(claim))
    at = next((i for i in range(len(t.lows)) if is_finite(t, i)), None)
    start = None if at is None else _opening(t, at)
    if at is None or start is None:
        return None
    verb = at
    while verb + 1 < len(t.lows) and t.tags[verb] in "AR":
        verb += 1
    passive = any(low in _BE for low in t.lows[at:verb])
    low = t.lows[verb]
    cue = CUES.get(low)
    reports = cue is not None and not cue.frames.isdisjoint("ci")
    inward = not passive and (reports or not _INWARD.isdisjoint((low, *tokens(low))))
    end = next((i for i in range(start, at) if t.tags[i] in _AWAY and t.lows[i] not in _OF), at)
    text = claim[t.starts[start] : t.starts[at]]
    length = t.starts[end] - t.starts[start]
    return _Subject(text, length, tuple(t.words[start:end]), len(tokens(text[:length])), inward)


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
    wanted, negated = set(tokens(claim)), _odd(claim)
    for sentence in sentences(passage):
        if _odd(sentence.text) != negated:
            found = set(tokens(sentence.text))
            if 2 * len(wanted & found) >= SAME_WORDS * max(len(wanted) + len(found), 1):
                return True
    return False


def _odd(text: str) -> bool:
    return len(_NEGATION.findall(text)) % 2 == 1


def witnesses(
    passages: Sequence[Passage],
    documents: Mapping[str, Document],
    supports: NDArray[np.float64],
    refutes: NDArray[np.float64],
    source_weights: Mapping[str, float] | None = None,
) -> list[Witness]:
    """Passages by independent voice: same outlet, same institution or same words are one.

    ``supports`` and ``refutes`` are ``(n,)``, aligned with the passages. ``source_weights`` maps a
    source or a holder (which goes first) to a weight; of a witness in several, the largest counts.

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

    return [
        Witness(
            float(supports[group].max()),
            float(refutes[group].max()),
            max(weight(i) for i in group),
            first(group, supports),
            first(group, refutes),
        )
        for group in groups.values()
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
