"""Words as the matcher counts them: stems, one token per country and per name, BM25, n-grams."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from stance.gazetteer import country_words

Floats = NDArray[np.float32]

_WORD = re.compile(r"[^\W_]+(?:[.'’][^\W_]+)*")
_DEFINED = re.compile(
    r"((?:[A-Z][\w'’-]+(?:\s+(?:of|and|for|the|on|in|to)\b)*\s+){1,8})\(([A-Z]{2,8})\)"
)
_DAY = re.compile(
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:jan|febr)uary|march$|april$|may$|"
    r"june$|july$|august$|(?:septem|octo|novem|decem)ber",
    re.IGNORECASE,
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
    countries = country_words()
    return _stemmer()([countries.get(w, w) for w in words(text)])


def words(text: str) -> list[str]:
    """The content words as they stand, in lower case and without possessive endings.

    >>> words("The dam’s gates are open.")
    ['dam', 'gates', 'open']
    """
    found = [w.casefold().replace("’", "'").removesuffix("'s") for w in _WORD.findall(text)]
    return [w for w in found if w not in _STOP]


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


def shortened(texts: Sequence[str], names: dict[str, str]) -> list[list[str]]:
    """Tokens of each text, each long name counted as its acronym: one thing, one token."""
    if not names:
        return [tokens(text) for text in texts]
    longest_first = sorted(names, key=len, reverse=True)
    known = re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE)
    return [tokens(known.sub(lambda m: names[m[0].casefold()], text)) for text in texts]


def name_tokens(texts: Sequence[str], names: dict[str, str]) -> list[list[str]]:
    """The tokens of each text's names, as :func:`shortened` makes them: countries, and words with a
    capital that do not merely open the text and are no day or month.

    >>> name_tokens(["Sanctions on Danish firms should end, Ann Lee says."], {})
    [['denmark', 'ann', 'lee']]
    """
    return shortened([" ".join(_named_in(text)) for text in texts], names)


def _named_in(text: str) -> Iterator[str]:
    countries = country_words()
    found = [m[0] for m in _WORD.finditer(text)]
    for i, (word, after) in enumerate(zip(found, [*found[1:], ""], strict=False)):
        capital = word[:1].isupper()
        opens = i == 0 and not after[:1].isupper() and not word.isupper()
        if word.casefold() in countries or (capital and not opens and not _DAY.match(word)):
            yield word


def bm25(queries: list[list[str]], corpus: list[list[str]]) -> Iterator[Floats]:
    """BM25 of each query against the corpus, as a share of the most the query could reach.

    A word counts less the more queries have it (by the root of their number): asked of five claims
    about one plant, "plant" tells which story a passage belongs to, not which of the five it is
    about. With one query nothing changes.
    """
    import bm25s

    # k1 and b from CheckThat! 2020 task 2: news sentences are short, so a second occurrence says
    # little and length even less.
    index = bm25s.BM25(k1=0.6, b=0.4)
    index.index([row or [""] for row in corpus], show_progress=False)
    seen = Counter(token for row in corpus for token in set(row))
    asked = Counter(token for query in queries for token in set(query))
    n = len(corpus)
    for query in queries:
        by_count: defaultdict[int, list[str]] = defaultdict(list)
        for word in sorted(set(query)):
            by_count[asked[word]].append(word)
        ceiling = 0.0
        scores = np.zeros(n, np.float32)
        for count, words in by_count.items():
            weight = count**-0.5
            ceiling += weight * sum(np.log1p((n - seen[w] + 0.5) / (seen[w] + 0.5)) for w in words)
            known = [w for w in words if w in index.vocab_dict]
            if known:
                scores += weight * index.get_scores(known)
        # One occurrence in a passage of average length reaches 1 / (1 + k1) of a word's weight.
        yield np.minimum(scores * (1.6 / ceiling if ceiling else 0.0), 1.0).astype(np.float32)


@lru_cache(maxsize=1 << 16)
def _word_grams(word: str) -> frozenset[str]:
    return frozenset(f"^{word}"[i : i + 4] for i in range(max(len(word) - 2, 1)))


def grams(row: Sequence[str]) -> frozenset[str]:
    """Character 4-grams of a text's stems; they see that a prefix or a spelling is shared."""
    return frozenset().union(*map(_word_grams, row))
