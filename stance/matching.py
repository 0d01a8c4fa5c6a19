"""Which passages bear on which claim: recall first, no model needed.

A passage matches by its own words (BM25 over stems, character n-grams for names and inflections)
or by its place: words of the same holder next to a passage that matches count too, because "Both
countries are ready for it" names nothing and still speaks of the claim before it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from stance.errors import UsageError
from stance.gazetteer import country_words
from stance.text import sentences
from stance.types import Candidate, Claim, Passage

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
Floats = NDArray[np.float32]

THRESHOLD = 0.1
"""Lowest score kept. ``benchmarks quality --task matching`` gives the recall at this value."""
TOP_K = 2000
"""Most passages kept per claim by their own words, before neighbours join."""
PAIR_BUDGET = 200_000
"""Passage × claim pairs up to which everything cheap is tried on every pair: character n-grams,
and the whole document as context. Beyond it, only on the best by words."""
MAX_WORDS = 90
"""Longer passages are matched and scored in windows of whole sentences up to this length."""
GRAM_WEIGHT = 0.25
"""Share of character overlap in a score, the rest is BM25 (or the cosine)."""
REACH = 400
"""Characters between two passages that still stand together: about one paragraph."""
SAME_HOLDER, OTHER_HOLDER, SAME_DOCUMENT = 0.6, 0.4, 0.3
"""What is left of a score when it is lent to a neighbour, or anywhere within the document: as low
as recall on the seed corpus allows (100 of 102 speaker rows; a third more keeps all, and costs a
fifth more pairs)."""

_WORD = re.compile(r"[^\W_]+(?:[.'’][^\W_]+)*")
_DEFINED = re.compile(
    r"((?:[A-Z][\w'’-]+(?:\s+(?:of|and|for|the|on|in|to)\b)*\s+){1,8})\(([A-Z]{2,8})\)"
)
_NAME = re.compile(r"[A-Z][\w'’]*(?:[\s-]+(?:(?:of|and|for|the|on|in|to)\s+)*[A-Z][\w'’]*){2,7}")
_STOP_WORDS = (
    "a about after also an and any are as at be been but by can could did do does for from had has "
    "have he her hers him his how i if in into is it its me more most my no nor not of on or our "
    "ours out over said say says she should so some such than that the their them then there these "
    "they this those to up us was we were what when which while who whom why will with would you "
    "your"
)
_STOP = frozenset(_STOP_WORDS.split())


@lru_cache(maxsize=1)
def _stemmer() -> Callable[[list[str]], list[str]]:
    from Stemmer import Stemmer

    stem: Callable[[list[str]], list[str]] = Stemmer("english").stemWords
    return stem


def tokens(text: str) -> list[str]:
    """Stems of the content words; a country's names, adjectives and capital become one token.

    >>> tokens("Danish monitors are ready to be deployed.")
    ['denmark', 'monitor', 'readi', 'deploy']
    """
    words = [w.casefold().replace("’", "'").removesuffix("'s") for w in _WORD.findall(text)]
    countries = country_words()
    return _stemmer()([countries.get(w, w) for w in words if w not in _STOP])


def acronyms(texts: Iterable[str]) -> dict[str, str]:
    """Long names to the acronyms that stand for them somewhere in these texts.

    A name is known by its definition, "Baltic Rail Board (BRB)", or by initials that equal an
    acronym used anywhere else in the texts.

    >>> acronyms(["The Baltic Rail Board (BRB) met.", "BRB members left."])
    {'baltic rail board': 'BRB'}
    """
    texts = list(texts)
    used = {a for t in texts for a in re.findall(r"\b[A-Z]{3,8}\b", t)}
    known: dict[str, str] = {}
    for text in texts:
        for match in _DEFINED.finditer(text):
            name = _fitting_tail(match[1].split(), match[2])
            if name:
                known[name] = match[2]
        if used:
            for match in _NAME.finditer(text):
                words = match[0].replace("-", " ").split()
                for acronym in used & _initials(words):
                    known[_fitting_tail(words, acronym) or ""] = acronym
    known.pop("", None)
    return known


def _initials(words: list[str]) -> set[str]:
    """Every acronym that some run of words ending at the last one can have."""
    capitals = "".join(w[0] for w in words if w[0].isupper())
    return {capitals[i:] for i in range(max(len(capitals) - 2, 0))}


def _fitting_tail(words: list[str], acronym: str) -> str | None:
    """The shortest tail of ``words`` whose capital initials spell ``acronym``."""
    for start in range(len(words) - 1, -1, -1):
        if words[start][0].isupper():
            tail = "".join(w[0] for w in words[start:] if w[0].isupper())
            if tail == acronym:
                return " ".join(words[start:]).casefold()
    return None


def _shortened(texts: Sequence[str], names: dict[str, str]) -> list[list[str]]:
    """Tokens of each text, each long name counted as its acronym: one thing, one token."""
    if not names:
        return [tokens(text) for text in texts]
    longest_first = sorted(names, key=len, reverse=True)
    known = re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE)
    return [tokens(known.sub(lambda m: names[m[0].casefold()], text)) for text in texts]


def _lexical(queries: list[list[str]], corpus: list[list[str]]) -> Iterable[Floats]:
    """BM25 of each query against the corpus, as a share of the most the query could reach."""
    import bm25s

    # k1 and b from benchmarks/quality_stance.py, CheckThat! 2020 task 2: news sentences are short,
    # so a second occurrence says little and length even less.
    index = bm25s.BM25(k1=0.6, b=0.4)
    index.index([row or [""] for row in corpus], show_progress=False)
    seen: defaultdict[str, int] = defaultdict(int)
    for row in corpus:
        for token in set(row):
            seen[token] += 1
    n = len(corpus)
    for query in queries:
        words = sorted(set(query))
        ceiling = sum(np.log1p((n - seen[w] + 0.5) / (seen[w] + 0.5)) for w in words)
        known = [w for w in words if w in index.vocab_dict]
        # One occurrence in a passage of average length reaches 1 / (1 + k1) of a word's weight.
        scale = 1.6 / ceiling if ceiling else 0.0
        scores = index.get_scores(known) if known else np.zeros(n, np.float32)
        yield np.minimum(scores * scale, 1.0).astype(np.float32)


@lru_cache(maxsize=1 << 16)
def _word_grams(word: str) -> frozenset[str]:
    return frozenset(f"^{word}"[i : i + 4] for i in range(max(len(word) - 2, 1)))


def _grams(row: Sequence[str]) -> frozenset[str]:
    """Character 4-grams of a text's stems; they see that a prefix or a spelling is shared."""
    return frozenset().union(*map(_word_grams, row))


@dataclass(frozen=True, slots=True)
class _Neighbours:
    """Passages standing together: indices ``a`` before ``b``, and the share each lends."""

    a: NDArray[np.intp]
    b: NDArray[np.intp]
    share: Floats


def _neighbours(passages: Sequence[Passage]) -> list[_Neighbours]:
    """Who stands near whom; one list per distance, so that no index repeats within one."""
    order = sorted(range(len(passages)), key=lambda i: (passages[i].doc_id, passages[i].start))
    found = []
    for step in (1, 2, 3):
        rows = []
        for i, j in zip(order, order[step:], strict=False):
            left, right = passages[i], passages[j]
            same = left.holder == right.holder
            together = left.doc_id == right.doc_id and right.start - left.end <= REACH
            if together and (same or step == 1):
                rows.append((i, j, SAME_HOLDER if same else OTHER_HOLDER))
        if rows:
            a, b, share = zip(*rows, strict=True)
            found.append(_Neighbours(np.array(a), np.array(b), np.array(share, np.float32)))
    return found


def _lend(scores: Floats, neighbours: Sequence[_Neighbours]) -> Floats:
    """Raise each passage to what its neighbours lend it; lent scores are not lent on."""
    out = scores.copy()
    for near in neighbours:
        out[near.a] = np.maximum(out[near.a], near.share * scores[near.b])
        out[near.b] = np.maximum(out[near.b], near.share * scores[near.a])
    return out


def match(
    passages: Sequence[Passage],
    claims: Sequence[Claim],
    *,
    threshold: float = THRESHOLD,
    k: int = TOP_K,
    embed: Embed | None = None,
) -> list[Candidate]:
    """Pair each claim with the passages that may bear on it, best first within a claim.

    ``embed`` maps n texts to an ``(n, d)`` array; the cosine then counts as much as the words do.
    ``threshold`` is the lowest score kept, ``k`` bounds the passages kept per claim by their own
    words (their neighbours are added to that). Cost is one sparse lookup per claim, so a million
    passages are fine. BM25 by the package ``bm25s`` (Lù 2024, arXiv:2407.03618).

    Raises:
        UsageError: ``threshold`` outside [0, 1] or ``k`` below 1.

    >>> from stance.types import Claim, Passage
    >>> text = "Denmark is ready to send monitors."
    >>> passage = Passage("d", 0, len(text), text, "Ann Lee", "speaker")
    >>> [c.claim_id for c in match([passage], [Claim("c", "Denmark will send monitors.")])]
    ['c']
    """
    if not 0 <= threshold <= 1:
        raise UsageError(f"match: threshold is {threshold}; give a number from 0 to 1")
    if k < 1:
        raise UsageError(f"match: k is {k}; give 1 or more passages per claim")
    if not passages or not claims:
        return []
    passages = windows(passages)
    texts = [p.text for p in passages]
    asked = " ".join(c.text for c in claims)
    # A name that no claim uses, long or short, cannot help to match one.
    names = {
        name: acronym
        for name, acronym in acronyms([*texts, *(c.text for c in claims)]).items()
        if acronym in asked or name in asked.casefold()
    }
    spoken = [_with_holder(p, asked) for p in passages]
    corpus, queries = _shortened(spoken, names), _shortened([c.text for c in claims], names)
    cosines = _cosines(embed, texts, [c.text for c in claims]) if embed else None
    neighbours = _neighbours(passages)
    small = len(passages) * len(claims) <= PAIR_BUDGET
    homes = _document_numbers(passages) if small else None
    found = []
    for number, (claim, words) in enumerate(zip(claims, _lexical(queries, corpus), strict=True)):
        own = words if cosines is None else np.maximum(words, cosines[number])
        own = _only_top(_with_grams(own, queries[number], corpus, len(own) if small else k), k)
        scores = _lend(own, neighbours)
        if homes is not None:
            scores = np.maximum(scores, SAME_DOCUMENT * _best_of_document(own, homes))
        keep = _best(scores, threshold)
        found += [Candidate(passages[i], claim.id, score) for i, score in keep]
    return found


def _with_holder(passage: Passage, asked: str) -> str:
    """The passage's words, with its speaker's name where a claim has it: "we" is who speaks."""
    named = passage.holder_type == "speaker" and passage.holder in asked
    return f"{passage.text} {passage.holder}" if named else passage.text


def windows(passages: Sequence[Passage], max_words: int = MAX_WORDS) -> list[Passage]:
    """Passages of at most ``max_words`` words: longer ones cut between sentences.

    The speaker and cue around a passage in its premise stay around each window of it.

    >>> from stance.types import Passage
    >>> p = Passage("d", 10, 29, "It is on. We agree.", "Ann", "speaker", premise="Ann said: It is \
on. We agree.")
    >>> [(w.start, w.text, w.premise) for w in windows([p], 3)]
    [(10, 'It is on.', 'Ann said: It is on.'), (20, 'We agree.', 'Ann said: We agree.')]
    """
    out = []
    for passage in passages:
        if len(passage.text.split()) <= max_words:
            out.append(passage)
            continue
        for start, end in _sentence_groups(passage.text, max_words):
            text = passage.text[start:end]
            out.append(
                replace(
                    passage,
                    start=passage.start + start,
                    end=passage.start + end,
                    text=text,
                    premise=_window_premise(passage, text),
                )
            )
    return out


def _sentence_groups(text: str, max_words: int) -> list[tuple[int, int]]:
    """Runs of sentences as long as they fit; a longer sentence stands alone, uncut."""
    groups: list[tuple[int, int]] = []
    room = 0
    for s in sentences(text):
        words = len(s.text.split())
        if groups and words <= room:
            groups[-1] = (groups[-1][0], s.end)
            room -= words
        else:
            groups.append((s.start, s.end))
            room = max_words - words
    return groups


def _window_premise(passage: Passage, text: str) -> str:
    if passage.text in passage.premise:
        return passage.premise.replace(passage.text, text, 1)
    return f"{passage.holder} said: {text}" if passage.holder_type == "speaker" else text


def _document_numbers(passages: Sequence[Passage]) -> NDArray[np.intp]:
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(p.doc_id, len(numbers)) for p in passages], np.intp)


def _best_of_document(scores: Floats, homes: NDArray[np.intp]) -> Floats:
    best = np.zeros(int(homes.max()) + 1, np.float32)
    np.maximum.at(best, homes, scores)
    return best[homes]


def _cosines(embed: Embed, texts: Sequence[str], claims: Sequence[str]) -> Floats:
    """Cosine of every claim with every text, at least 0."""

    def unit(rows: NDArray[np.float32]) -> Floats:
        norm = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(rows / np.maximum(norm, 1e-12), np.float32)

    cosines = unit(embed(claims)) @ unit(embed(texts)).T
    return np.asarray(np.maximum(cosines, 0.0), np.float32)


def _with_grams(scores: Floats, query: list[str], corpus: list[list[str]], most: int) -> Floats:
    """Mix in character overlap, for the ``most`` best passages only."""
    out = (1 - GRAM_WEIGHT) * scores
    wanted = _grams(query)
    if not wanted:
        return out
    best = np.arange(len(scores))
    if len(scores) > most:
        best = np.argpartition(-scores, most)[:most]
    for i in best.tolist():
        out[i] += GRAM_WEIGHT * len(wanted & _grams(corpus[i])) / len(wanted)
    return out


def _only_top(scores: Floats, k: int) -> Floats:
    if len(scores) <= k:
        return scores
    out = np.zeros_like(scores)
    best = np.argpartition(-scores, k)[:k]
    out[best] = scores[best]
    return out


def _best(scores: Floats, threshold: float) -> list[tuple[int, float]]:
    kept = np.flatnonzero(scores >= max(threshold, 1e-9))
    kept = kept[np.argsort(-scores[kept], kind="stable")]
    return [(int(i), float(min(scores[i], 1.0))) for i in kept]
