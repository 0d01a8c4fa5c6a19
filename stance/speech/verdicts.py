"""An outlet's judgement behind what it echoes: "Ortiz wants the bridge closed, and she is right".

A judgement in the present tense on the speaker, by a pronoun, at the end of the sentence is not
part of what the speaker says.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import replace

from stance.speech.rules import Report
from stance.speech.tags import Tokens

_HOW = (
    r"(?:(?:quite|very|surely|plainly|clearly|perfectly|simply|only|both|not|never|half|partly) )*"
)
_BE = r"(?:is|are|may be|might be|could be)"
_JUDGED = (
    rf"{_BE} {_HOW}(?:right|wrong|mistaken|correct|justified|misguided|in the wrong)"
    r"|ha(?:s|ve) (?:a|every|some|no|good) (?:\w+ )?(?:point|case|reason|right|grounds)"
    r"|deserves? (?:to be heard|to be believed|support|credit|better|an answer|praise|blame)"
    r"|(?:should|must|ought to) be (?:heard|believed|heeded|ignored|listened to)"
    r"|ha(?:s|ve) got (?:it|this|that) (?:right|wrong)|knows? better"
)
_PLACED = rf"(?:on (?:this|that) )?(?P<who>he|she|they|it) {_HOW}(?:{_JUDGED})"
_VERDICT = re.compile(
    rf"(?:[,;:—–-]+ )(?:(?:and|but|yet|though|although) )?(?P<judged>{_PLACED}|(?:and |but )?"
    r"(?:rightly|wrongly|quite rightly|with (?:good )?reason)(?: so)?)(?=$| )"
)
_OWN = re.compile(
    rf"(?:(?:and|but|yet|though|although)\s)?"
    rf"(?:{_PLACED}|(?:quite )?(?:rightly|wrongly) so)\b",
    re.I,
)


def is_verdict(text: str) -> bool:
    """Whether a piece of a sentence is such a judgement.

    >>> is_verdict("she is right"), is_verdict("the bridge closed")
    (True, False)
    """
    return _OWN.match(text) is not None


def without_verdict(t: Tokens, report: Report, end: int) -> Report:
    """The report with its content ending before the outlet's judgement on it."""
    if report.source is None or not report.content or report.content[-1][1] != end:
        return report
    first, last = report.content[-1]
    line = " ".join(t.lows[first:last])
    starts = [0, *(k + 1 for k, letter in enumerate(line) if letter == " ")]
    for match in _VERDICT.finditer(line):
        at = first + bisect_right(starts, match.start()) - 1
        if at > first and _on_the_speaker(t, report, match, line):
            return replace(report, content=(*report.content[:-1], (first, at)))
    return report


def _on_the_speaker(t: Tokens, report: Report, match: re.Match[str], line: str) -> bool:
    """ "it" is an institution only, and "it is right for the town" judges no speaker."""
    assert report.source is not None
    if match["who"] is None:
        return match.end() == len(line)
    if match["who"] == "it":
        group = t.tags[report.source[0]] == "D" or t.words[report.source[0]].isupper()
        return group and match.end() == len(line)
    return True
