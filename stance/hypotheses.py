"""In which words a model is asked for a claim: its own, plain ones, for and against a target.

A claim that is a sentence is asked as it stands and, where that leaves the answer unclear, as what
its holder agrees to (:mod:`stance.contexts`). One that is an idiom ("the ball is in Oslo's court")
is asked literally, and a bare target ("carbon tax") as sentences for it and against it, whose
answers are turned round. The mean over several wordings errs less than any of them (Schick &
Schütze 2021, arXiv:2001.07676).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from stance.checkworthiness import has_finite_verb
from stance.claims import Scorer
from stance.idioms import in_plain_words
from stance.negation import negate
from stance.speech.tags import lowered
from stance.wording import literal

FOR = ("{x} should be supported.", "We should support {x}.")
AGAINST = ("{x} should be opposed.", "We should oppose {x}.")
AGREES = "{holder} agrees that {claim}."
NOT_FOR = "{x} should not be supported."
LONGEST_TARGET = 8
"""Most words of a target; what is longer without a verb is a headline, and asked as it stands."""


def hypotheses(claim: str) -> list[tuple[str, bool]]:
    """The wordings of a claim; True where the answer is to be turned round.

    >>> hypotheses("The ball is in Oslo's court.")
    [('It is up to the Norwegian government to act next.', False)]
    >>> hypotheses("carbon tax")[-1]
    ('We should oppose carbon tax.', True)
    """
    if is_target(claim):
        return [(_capital(t.format(x=claim)), t in AGAINST) for t in (*FOR, *AGAINST)]
    return [(_asked(claim), False)]


def agreeing(claim: str, holder: str) -> str | None:
    """A second wording of a claim that is a sentence, with its holder; None for a bare target.

    >>> agreeing("The ball is in Oslo's court.", "Ann Lee")
    'Ann Lee agrees that it is up to the Norwegian government to act next.'
    """
    if is_target(claim):
        return None
    return AGREES.format(holder=holder, claim=lowered(_asked(claim).rstrip(" .!")))


def opposite(claim: str) -> str | None:
    """The negation of a claim in the words that it is asked in; None where no rule is safe.

    >>> opposite("The ball is in Oslo's court.")
    'It is not up to the Norwegian government to act next.'
    >>> opposite("carbon tax"), opposite("Nobody knows.")
    ('Carbon tax should not be supported.', None)
    """
    if is_target(claim):
        return _capital(NOT_FOR.format(x=claim))
    return negate(_asked(claim))


def _asked(claim: str) -> str:
    """A claim with its idioms in plain words. Without one it keeps its own: a model reads "Paris
    refuses" as it stands, and a rule may take the city for the government."""
    return literal(claim) if in_plain_words(claim) != claim else claim


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def is_target(claim: str) -> bool:
    """Whether a claim is no sentence but a thing one can be for or against.

    >>> is_target("Sanctions against Russia"), is_target("Sanctions work.")
    (True, False)
    """
    words = claim.split()
    whole = re.search(r"[.!?…][\"”’]?\s*$", claim)
    return 0 < len(words) <= LONGEST_TARGET and not whole and not has_finite_verb(claim)


def score_worded(scorer: Scorer, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
    """Scores ``(n, 3)`` of (premise, claim) pairs, each the mean over the claim's wordings.

    Pairs whose claim has one wording only, nearly all, cost one score each.
    """
    worded = {claim: hypotheses(claim) for claim in {claim for _, claim in pairs}}
    asked = [(premise, text) for premise, claim in pairs for text, _ in worded[claim]]
    turned = np.array([flip for _, claim in pairs for _, flip in worded[claim]], bool)
    scores = np.array(scorer.score(asked), np.float32).reshape(-1, 3)
    scores[turned] = scores[turned][:, ::-1]
    if len(asked) == len(pairs):
        return scores
    counts = np.array([len(worded[claim]) for _, claim in pairs])
    sums = np.add.reduceat(scores, np.cumsum(counts) - counts)
    return np.asarray(sums / counts[:, None], np.float32)
