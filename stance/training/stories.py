"""Training pairs from articles whose attributions are marked by hand (PolNeAR's format).

What a model of stance must not learn is that shared names are agreement. So every statement of an
article gives a claim, and three passages of that same article or made from it: the sentence that
reports it (supports), a denial of it by its speaker (refutes), and what somebody in the same
article says about the same people and things without taking that side (neutral).
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from stance.checkworthiness import has_finite_verb
from stance.content import main_clause
from stance.negation import negate
from stance.text import sentences
from stance.training.synthetic import REPORTS, Row
from stance.training.wording import lower_first, person

SUPPORTS, NEUTRAL, REFUTES = 0, 1, 2
_OPENING = re.compile(r"^\W*(?:that\s+)?", re.IGNORECASE)
_BARE = re.compile(
    r"^(?:he|she|it|they|i|we|you|this|that|these|those|who|which|to|what|how|why|whether|if)\b",
    re.IGNORECASE,
)
_SAYING = re.compile(
    r"\b(?:sa(?:y|id)|t(?:ell|old)|add|argu|believ|insist|claim|suggest|think|thought|accord|writ"
    r"|wrote|tweet|not(?:e|ing)|acknowledg|warn|conced|predict|maintain|assert|declar|stress)",
    re.IGNORECASE,
)
_FIRST_PERSON = re.compile(r"\b(?:I|we|our|my|me|us)\b")
_TURNING = re.compile(
    r"\b(?:den(?:y|ied|ies)|reject\w*|dismiss\w*|refus\w*|disput\w*|declin\w*|doubt\w*|not|never"
    r"|question\w*|ask\w*|wonder\w*|debunk\w*|false\w*)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Said:
    speaker: str
    claim: str
    passage: str
    words: frozenset[str]


def rows_of(articles: Iterable[dict[str, Any]], rng: random.Random, claims: int) -> list[Row]:
    """(premise, claim, label) rows, three or more to a claim, of at most ``claims`` claims."""
    found: list[tuple[_Said, list[_Said]]] = []
    for article in articles:
        said = _statements(article)
        found += [(one, near) for one in said if (near := _neighbours(one, said))]
    rng.shuffle(found)
    rows: list[Row] = []
    for one, near in found[:claims]:
        other = rng.choice(near)
        inside = lower_first(one.claim.rstrip(" .!?"))
        named = len(one.speaker) >= 3 and len(one.speaker.split()) <= 8
        speaker = one.speaker if named and not _BARE.match(one.speaker) else person(rng)
        denial = rng.choice(REPORTS[REFUTES]).format(
            who=speaker,
            other=person(rng),
            c=inside,
            C=one.claim.rstrip(" .!?"),
            day="Tuesday",
        )
        denial = denial[:1].upper() + denial[1:]
        told = one.passage if rng.random() < 0.6 else f"{speaker} said that {inside}."
        aside = rng.choice(near).passage
        if rng.random() < 0.4:
            told = f"{told} {aside}" if rng.random() < 0.5 else f"{aside} {told}"
        if rng.random() < 0.4:
            denial = f"{denial} {aside}" if rng.random() < 0.5 else f"{aside} {denial}"
        rows += [
            (told, one.claim, SUPPORTS),
            (denial, one.claim, REFUTES),
            (other.passage, one.claim, NEUTRAL),
        ]
        opposite = negate(one.claim) if rng.random() < 0.4 else None
        if opposite:
            rows += [
                (told, opposite, REFUTES),
                (denial, opposite, SUPPORTS),
                (other.passage, opposite, NEUTRAL),
            ]
    return rows


def passages(
    articles: Iterable[dict[str, Any]], rng: random.Random, count: int
) -> list[tuple[str, str]]:
    """(passage, claim) pairs without labels: what tracking asks of a model, article by article.

    A passage is one to four sentences of an article's ``text``. A claim is what somebody in an
    article says, a sentence of it that stands alone, or its ``target``. Half the claims are of
    the passage's own article; of the others, half share words with the passage.
    """
    texts: dict[str, list[str]] = {}
    for article in articles:
        text = str(article["text"])
        if text not in texts:
            texts[text] = _standing_alone(text)
        texts[text] += _told(article)
    runs = {text: _runs(text) for text in texts}
    texts = {text: sorted(set(claims)) for text, claims in texts.items() if claims and runs[text]}
    if not texts:
        return []
    order = list(texts)
    everywhere = sorted({claim for claims in texts.values() for claim in claims})
    by_word: dict[str, list[str]] = {}
    for claim in everywhere:
        for word in _content_words(claim):
            by_word.setdefault(word, []).append(claim)
    rare = {word: claims for word, claims in by_word.items() if 2 <= len(claims) <= 40}
    found: set[tuple[str, str]] = set()
    for _ in range(3 * count):  # some are drawn twice
        if len(found) == count:
            break
        text = rng.choice(order)
        passage = rng.choice(runs[text])
        draw = rng.random()
        claims = texts[text] if draw < 0.5 else everywhere
        if draw >= 0.75:
            shared = sorted(word for word in _content_words(passage) if word in rare)
            claims = rare[rng.choice(shared)] if shared else everywhere
        found.add((passage, rng.choice(claims)))
    return sorted(found)


def _runs(text: str) -> list[str]:
    """One to four sentences in a row, at most 90 words."""
    said = [re.sub(r"\s+", " ", text[s.start : s.end]).strip() for s in sentences(text)]
    joined = (" ".join(said[i : i + n]) for i in range(len(said)) for n in range(1, 5))
    return [run for run in dict.fromkeys(joined) if 5 <= len(run.split()) <= 90]


def _told(article: dict[str, Any]) -> list[str]:
    """What is said in an article where that is marked, and its target."""
    found = [one.claim for one in _statements(article)] if article.get("attributions") else []
    target = str(article.get("target") or "").strip()
    return [*found, target] if 3 <= len(target.split()) <= 32 else found


def _standing_alone(text: str) -> list[str]:
    """Sentences of 6 to 25 words that need nothing before them."""
    found = []
    for span in sentences(text):
        line = re.sub(r"\s+", " ", text[span.start : span.end]).strip()
        bare = _BARE.match(line) or _FIRST_PERSON.search(line) or not line[:1].isupper()
        if 6 <= len(line.split()) <= 25 and line.endswith(".") and not bare:
            found.append(line)
    return found


def _statements(article: dict[str, Any]) -> list[_Said]:
    """Statements that stand alone: a full clause, no pronoun first, no verb that turns it."""
    text = str(article["text"])
    spans = sentences(text)
    out = []
    for row in article["attributions"]:
        content, source, cue = (row.get(part, ()) for part in ("content", "source", "cue"))
        if len(content) != 1 or len(source) != 1 or not cue:
            continue
        body = str(content[0]["text"])
        verb = " ".join(str(part["text"]) for part in cue)
        if _TURNING.search(verb) or not _SAYING.search(verb):
            continue
        clause = re.sub(r"\s+", " ", re.sub(r"[“”\"]", "", _OPENING.sub("", body))).strip(" ,.;:")
        if not 6 <= len(clause.split()) <= 32 or _BARE.match(clause):
            continue
        if _FIRST_PERSON.search(clause) or not has_finite_verb(main_clause(clause)):
            continue
        start = min(content[0]["start"], source[0]["start"])
        end = max(content[0]["end"], source[0]["end"])
        around = [s for s in spans if s.start < end and s.end > start]
        passage = re.sub(r"\s+", " ", " ".join(text[s.start : s.end] for s in around)).strip()
        if not around or len(passage.split()) > 90:
            continue
        claim = f"{clause[0].upper()}{clause[1:]}."
        speaker = re.sub(r"\s+", " ", str(source[0]["text"])).strip(" ,")
        out.append(_Said(speaker, claim, passage, _content_words(clause)))
    return out


def _neighbours(one: _Said, said: list[_Said]) -> list[_Said]:
    """Other statements of the article that share words with this one and are not near copies."""
    near = []
    for other in said:
        shared = len(one.words & other.words)
        apart = one.claim[:40] not in other.passage and other.passage != one.passage
        if apart and shared and shared / len(one.words | other.words) < 0.34:
            near.append((shared, other))
    near.sort(key=lambda pair: -pair[0])
    return [other for _, other in near[:5]]


def _content_words(text: str) -> frozenset[str]:
    return frozenset(word for word in re.findall(r"\w+", text.lower()) if len(word) > 3)
