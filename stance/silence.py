"""Words that take no side, and what they are about: "It is too early to say" names nothing.

The question stands before them, in their sentence, in the one before, or in an interviewer's
line, so the claim's words are looked for there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from stance.lexical import name_tokens, tokens
from stance.text import sentences
from stance.types import Candidate, Claim, Document, Passage, Span

Floats = NDArray[np.float64]

ABOUT = (-1.28, 3.71, 4.1)
"""Logistic regression that such words are about a claim: intercept, weight of the matcher's score,
weight of the share of the claim's words that stand around them (:func:`shares`). Fitted by
``benchmarks.quality_stance.fit_silence`` to the invented stories."""
ASKED = 0.4
"""Share of some claim's words from which a sentence says itself what it is about, and the one
before it is not asked. From .4 to .6 stories, reports and seed corpus stay within .03 of their
average precision."""
WHOLE_QUESTION = 3
"""Content words of a question from which it says what it is about: "would not say whether it had
hired nurses from abroad" leaves no other claim open than one on that, whatever names they share. Of
23 such in stories, reports and seed corpus 9 of 15 are neutral on a claim with which they share a
word that is no name, and 2 of 8 on one without."""
COMMON = 0.05
"""What a word that all tracked claims have still weighs in that share: it tells the story, not
which of its claims."""


_UNABLE = r"(?:can ?not|could not|can[’']t|couldn[’']t)"
_CANNOT = (
    rf"(?:{_UNABLE}|would not|wouldn[’']t|will not|won[’']t|"
    r"(?:do|does|did) not|don[’']t|doesn[’']t|didn[’']t|refus\w+ to|declin\w+ to|unable to)"
)
_OWN = r"(?:his|her|its|their|our|my)"
_SILENCE = (
    rf"{_CANNOT} (?:yet |\w+ly )?comment",
    rf"{_CANNOT} (?:yet |\w+ly )?(?:establish|determine|ascertain|verify)"
    r"(?= (?:whether|if|what|which|when|who|how|why|where|the)\b)",
    r"(?:nobody|no one) (?:yet )?kn(?:ows|ew)",
    r"(?:have|has|had) no idea (?:whether|if|what|who|how|when)",
    # "could not say whether", "cannot tell." and not "cannot say yes to this"
    rf"{_CANNOT} (?:yet |\w+ly )?(?:say|tell(?: you)?|judge|know|predict)"
    r"(?: (?:yet|for (?:certain|sure)))?(?= (?:whether|if|what|which|when|who|how)\b|\W*$|[.;!?,])",
    r"(?:would not|wouldn[’']t|will not|won[’']t|refus\w+ to|declin\w+ to) "
    r"(?:discuss|speculate|guess|take sides|prejudge|be (?:drawn|pinned down))",
    r"(?:neither|not|n[’']t) confirm(?:ed|s)? (?:n?or) den(?:y|ied|ies)",
    rf"{_UNABLE} confirm\b[^.;]{{3,80}}\b(?:or|and(?: \w+)? {_UNABLE}) rule (?:it|this|that) out",
    r"neither (?:confirm|bless|endors|support|back|approv|welcom|promis|defend|prais|repeat)\w*\b"
    r"[^.;]{0,60}? nor (?:\w+ )?(?:den|forb|oppos|reject|condemn|rul|critici|withdr|ta|exclud|"
    r"retract|disput|blam)\w+",
    r"neither \w+ nor (?:rule|ruled) out|neither one way nor the other",
    r"too (?:early|soon) to (?:say|tell|judge|know|speak|speculate|comment|predict|draw|name|"
    r"assess)",
    r"can tell you nothing",
    r"no comment",
    r"no longer (?:so )?sure",
    r"before (?:\w+ )?(?:can|could|will|would) "
    r"(?:take a (?:position|side|view|stand)|decide|say|judge|comment)",
    r"not (?:yet )?sure (?:whether|if|of anything)|n[’']t (?:yet )?sure (?:whether|if)",
    r"(?:arguments?|reasons?|merits?) on (?:both|either) sides?",
    r"an open question|remains to be seen|wait and see|jury is (?:still )?out",
    r"(?:it|that|this|matter|question|outcome) (?:is|was|remains?|remained) (?:still |wide )?open"
    r"(?=\W*$|[.;!?,])",
    rf"reserv\w+ {_OWN} judge?ment|on the fence|undecided|open mind",
    r"(?:have|has|had|having|with|take|takes|took|taken|taking) (?:yet )?no (?:\w+ )?"
    r"(?:opinion|view|position|preference|recommendation|finding|answer)s?"
    r"(?! (?:but|other|except|over|of) )",
    rf"(?:not|n[’']t) (?:yet )?(?:made up {_OWN} minds?|decided|taken "
    r"(?:a (?:position|view|stand|side)|sides))",
    r"(?:has|have|had) (?:still )?yet to (?:decide|make up|form a|take a|reach a|come to a)",
    r"one way or (?:the other|another)|in either direction|either way(?=\W*$|[.;!?,])",
    r"not (?:for|up to) (?:\w+ ){1,3}to (?:say|decide|judge|comment|recommend)",
    r"(?:is|was|are|were) for (?:(?:the|a|an|others|other) ?)?(?:[\w’-]+ ){0,4}to "
    r"(?:say|decide|judge|establish|settle|determine|answer)",
    rf"(?:not|n[’']t) (?:\w+ ){{0,2}}{_OWN} (?:decision|business|place|job|call)",
    r"no business of (?:his|hers|its|theirs|ours|mine)",
    r"(?:not(?: \w+)? in a|n[’']t in a|in no) position to (?:say|judge|comment|know)",
    r"the wrong (?:person|people|man|woman) to ask",
    r"may\b[^.;,]{0,40},? (?:and|or|but)? ?(?:\w+ )?may not\b(?=\W*$|[.;!?,])",
    r"(?:leave|leaves|left) it (?:to \w+|open)",
    rf"nothing to (?:add|say)|no word (?:of {_OWN} own )?on",
)
_QUESTION = re.compile(r"\b(?:whether|if|when|how|why|who|what|which|where)\s+(.*)", re.I | re.S)
_NO_SIDE = re.compile(rf"\b(?:{'|'.join(_SILENCE)})(?!\w)", re.IGNORECASE)
_YET = re.compile(r"\b(?:but|however|although|though|nevertheless|still,)\b", re.IGNORECASE)


def takes_no_side(text: str) -> bool:
    """True where the words say that nothing is said: no comment, too early to tell, undecided.

    Not where a "but" follows, for there the answer does.

    >>> takes_no_side("It is too early to say."), takes_no_side("I cannot say yes, but it will.")
    (True, False)
    """
    return bool(_NO_SIDE.search(text)) and not _YET.search(text)


def is_silent(passage: Passage) -> bool:
    """True for a speaker's passage that takes no side in so many words, or declines to."""
    return declines(passage) or (passage.holder_type == "speaker" and takes_no_side(passage.text))


def declines(passage: Passage) -> bool:
    """True where the reporting verb says that nothing is said: "declined to comment"."""
    return passage.attribution is not None and passage.attribution.polarity == "declines"


def undecided(
    candidates: Sequence[Candidate],
    claims: Mapping[str, Claim],
    documents: Mapping[str, Document],
) -> Floats:
    """Probability that a passage leaves its claim open in so many words, ``(n,)``; 0 for passages
    that say nothing of the kind.

    >>> from stance.types import Passage
    >>> text = "Will the dam hold? It is too early to say, Lee said."
    >>> said = Passage("d", 19, 41, "It is too early to say", "Lee", "speaker")
    >>> asked = {"hold": Claim("hold", "The dam will hold."), "pay": Claim("pay", "Oslo will pay.")}
    >>> pairs = [Candidate(said, claim, 0.1) for claim in asked]
    >>> undecided(pairs, asked, {"d": Document("d", text, "Post")}).round(1).tolist()
    [1.0, 0.3]
    """
    silent = [i for i, c in enumerate(candidates) if is_silent(c.passage)]
    out = np.zeros(len(candidates))
    if not silent:
        return out
    left = [candidates[i] for i in silent]
    words = {key: frozenset(tokens(claim.text)) for key, claim in claims.items()}
    names = name_tokens([claim.text for claim in claims.values()], {})
    named = {key: frozenset(row) for key, row in zip(claims, names, strict=True)}
    for i, c, share in zip(silent, left, claim_shares(left, claims, documents), strict=True):
        question = _QUESTION.search(c.passage.text)
        of = frozenset(tokens(question[1]) if question else ())
        if len(of) >= WHOLE_QUESTION and not of & (words[c.claim_id] - named[c.claim_id]):
            continue
        out[i] = 1 / (1 + np.exp(-(ABOUT[0] + ABOUT[1] * c.score + ABOUT[2] * share)))
    return out


def claim_shares(
    candidates: Sequence[Candidate],
    claims: Mapping[str, Claim],
    documents: Mapping[str, Document],
) -> Floats:
    """How much of its claim's words stands around each passage, ``(n,)``, as :func:`shares` has it;
    the holder's own name is none of them: "Sudan" in a refusal of Sudan's."""
    out = np.zeros(len(candidates))
    homes = {c.passage.doc_id for c in candidates}
    told = {key: sentences(documents[key].text) for key in homes if key in documents}
    weights = word_weights(claim.text for claim in claims.values())
    words = {key: frozenset(tokens(claim.text)) for key, claim in claims.items()}
    places: dict[tuple[str, int, int], list[int]] = {}
    for i, c in enumerate(candidates):
        places.setdefault((c.passage.doc_id, c.passage.start, c.passage.end), []).append(i)
    for (home, _, _), here in places.items():
        who = frozenset(tokens(candidates[here[0]].passage.holder))
        asked = {
            key: words[key] - who or words[key] for key in (candidates[i].claim_id for i in here)
        }
        found = shares(candidates[here[0]].passage, told.get(home, ()), asked, weights)
        out[here] = [found[candidates[i].claim_id] for i in here]
    return out


def shares(
    passage: Passage,
    told: Sequence[Span],
    words: Mapping[str, frozenset[str]],
    weights: Mapping[str, float],
) -> dict[str, float]:
    """The share of each claim's words, by weight, in the sentences (of ``told``) that a passage
    stands in; and in the one before, where those have next to nothing of any claim."""
    within = [n for n, s in enumerate(told) if s.start < passage.end and passage.start < s.end]
    own = " ".join([passage.text, passage.answers, *(told[n].text for n in within)])
    own = _NO_SIDE.sub(" ", own)  # "an open mind" is about nothing that opens
    found = _shares(own, words, weights)
    if within and within[0] and max(found.values(), default=0.0) < ASKED:
        return _shares(f"{told[within[0] - 1].text} {own}", words, weights)
    return found


def _shares(
    text: str, words: Mapping[str, frozenset[str]], weights: Mapping[str, float]
) -> dict[str, float]:
    there = set(tokens(text))
    return {
        key: sum(weights[w] for w in own & there) / max(sum(weights[w] for w in own), 1e-9)
        for key, own in words.items()
    }


def word_weights(claims: Iterable[str]) -> dict[str, float]:
    """How much each word of the claims tells one from the others."""
    asked = [set(tokens(claim)) for claim in claims]
    found = Counter(word for claim in asked for word in claim)
    return {w: float(np.log((1 + len(asked) / n) / 2)) + COMMON for w, n in found.items()}
