"""Noun phrases and subjects: who a verb belongs to, found on the tag string of a sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence

from stance.speech.cues import CUES, word_set
from stance.speech.tags import Tokens, may_be_several

Range = tuple[int, int]

BE = word_set("is are was were be been being am isn't aren't wasn't weren't")
VERB = re.compile("[AvSVB]")
_APPOSITIVE = frozenset("DWndNpsRTG")
_PARTICIPLES = word_set("known asked called named dubbed told quoted pressed questioned seen shown")
_NP_LEFT = frozenset("nNdDpR()h")
_PERSON = word_set("man woman person boy girl men women people")
_OTHERS = word_set("by to against upon via")
"""Prepositions whose noun a relative clause goes with: not the noun before them."""
_ENDS_IN_STOP = word_set("inc corp co ltd jr sr bros")
_AT_LAST = word_set("last first once least length present")
TIMES = word_set("morning afternoon evening night week weekend month year")
_SPANS = TIMES | word_set("spring summer autumn fall")
_AGO = TIMES | word_set("day hour decade")
_WHICH = word_set("this last next")
_AS_LATE = word_set("late recently early")
_OPENING = re.compile(r"P|[DnNd]+(?:p[DnNd]+)*")


def group_start(t: Tokens, i: int) -> int:
    """First token of the verb group that ends at ``i``: auxiliaries, adverbs, dates."""
    k = i
    while k > 0:
        tag = t.tags[k - 1]
        if tag in "AR" or tag == "T" or (tag == "p" and k < i and t.tags[k] == "T"):
            k -= 1
        elif t.lows[k - 1] == "ago" and k > 3 and t.lows[k - 2].removesuffix("s") in _AGO:
            k -= 3  # "who a year ago said"
        elif k > 1 and t.lows[k - 2] == "at" and t.lows[k - 1] in _AT_LAST:
            k -= 2
        elif (
            k > 2 and t.lows[k - 1] in _SPANS and t.lows[k - 2] in _WHICH and t.tags[k - 3] in "nN"
        ):
            k -= 2  # "the court last month rejected"
        elif k > 3 and t.lows[k - 4] == t.lows[k - 2] == "as" and t.lows[k - 3] in _AS_LATE:
            k -= 4  # "as late as February"
        else:
            break
    return k


_LISTED = re.compile(r"(?:D?N+n?,){1,6}(?:D?N+n?,?)$")
"""What opens a sentence before the "and" of a list: "Lee, Chan and Holm", with a comma or none."""


def noun_phrase(t: Tokens, j: int) -> Range | None:
    """The noun phrase that ends with token ``j``, found leftwards."""
    k = j
    while k >= 0 and t.tags[k] in _NP_LEFT:
        if t.tags[k] == "h" and k != j:
            break
        if t.tags[k] == "D" and not (k > 1 and t.tags[k - 1] == "p" and _may_own(t, k - 2)):
            if k and t.tags[k - 1] == "D":
                k -= 1
                continue
            k -= 1
            break
        k -= 1
    if k > 0 and t.tags[k] == "c" and (listed := _LISTED.match(t.tags, _opened(t, k), k)):
        return (listed.start(), j + 1)
    if k > 0 and t.tags[k - 1 : k + 1] == "Pc" and t.lows[k] == "and" and t.tags[k + 1] == "D":
        return (k - 1, j + 1)  # "she and her colleague Bo Chan"
    if k > 0 and t.tags[k] == "c" and _joins_nouns(t, k):
        left = noun_phrase(t, k - 1)
        if left is not None:
            return (left[0], j + 1)
    start = k + 1
    while start < j and t.tags[start] in "R":
        start += 1
    if start <= j and t.tags[start] == "p":
        start = _after_adjunct(t, start, j)
    return (start, j + 1) if start <= j and re.search("[nNdD]", t.tags[start : j + 1]) else None


_PLACE = re.compile("pN+,")


def _opened(t: Tokens, limit: int) -> int:
    """Where a sentence goes on behind an opening phrase: "On Tuesday, Lee, Chan and Holm said"; not
    where that may be a place with its country ("In Karsk, Norland, Lee and Chan said")."""
    if t.tags[:1] not in tuple("pTRG") or _PLACE.match(t.tags):
        return 0
    comma = t.tags.find(",", 0, limit)
    return 0 if VERB.search(t.tags, 0, max(0, comma)) else comma + 1


_PART_OF = word_set("one two three some many most all several few both another any")


def _may_own(t: Tokens, k: int) -> bool:
    """Whether "of the …" may belong to the word at ``k``: a noun, or "two" of "two of those"."""
    return t.tags[k] in "nNd)" or (t.lows[k] in _PART_OF and t.lows[k + 1] == "of")


def _joins_nouns(t: Tokens, k: int) -> bool:
    """``and`` at ``k`` joins two noun phrases: no verb stands between it and the clause start."""
    left = max(t.tags.rfind(mark, 0, k) for mark in ",;:-Qsh") + 1
    return k > left and t.tags[k - 1] in "nNd" and not VERB.search(t.tags, left, k)


def _after_adjunct(t: Tokens, start: int, j: int) -> int:
    """Skip a leading prepositional phrase: "In Florida officials" -> "officials"."""
    k = start
    while k <= j and t.tags[k] == "p":
        k += 1
        if k <= j and t.tags[k] == "D":
            k += 1
        kind = t.tags[k] if k <= j else ""
        while k <= j and t.tags[k] == kind:
            k += 1
    return k if k <= j else start + 1


def subject(t: Tokens, j: int, told: Sequence[Range]) -> tuple[Range | None, bool, Range | None]:
    """Source whose last token is ``j``: its range, whether it is implied, its antecedent."""
    if j < 0:
        return None, False, None
    if t.tags[j] == "," and j > 2 and t.tags[j - 2] == "," and _is_aside(t, j - 1):
        j -= 3  # "He, too, wants"
    tag = t.tags[j]
    if tag == "P":
        return (j, j + 1), False, None
    if tag == "W" or (tag == "h" and j and t.tags[j - 1] in "nN"):
        before = j - 1 if j and t.tags[j - 1] != "," else j - 2
        if before > 0 and t.tags[before] == "c":  # "who has argued for it and who wanted more"
            first = t.tags.rfind("W", 0, before)
            before = first - 1 if first > 0 and t.tags[first - 1] != "," else first - 2
        return (j, j + 1), False, _antecedent(t, before) if before >= 0 else None
    if tag == "c":
        return _after_relative(t, j) or shared(t, j, told), True, None
    if tag in ",)" and (aside := _bracketed(t, j)):
        return noun_phrase(t, aside - 1), False, None
    if tag == "," and t.words[j - 1].endswith(")"):  # "Sen. Lee (D-Ohio), said"
        held = noun_phrase(t, j - 1)
        behind = held and held[0] > 1 and t.tags[held[0]] in "nD" and t.tags[held[0] - 1] == ","
        return (apposition(t, j) if behind else held), False, None
    if tag == "," and (who := t.tags.rfind("W,", 0, j)) >= 0 and "," not in t.tags[who + 2 : j]:
        return subject(t, who, told)  # "who, according to the minutes, wanted"
    if tag in ",-)":
        return apposition(t, j), False, None
    if tag in "nNdD" or t.lows[j] == "that":
        found = noun_phrase(t, j)
        if found and _in_gap(t, found, j + 1):
            return found, False, None  # "who police say fired first": police
        if found and found[0] > 1 and t.tags[found[0] - 1] == "W" and t.tags[found[0]] == "n":
            return _before_relative(t, found[0] - 1), False, None
        if found and found[0] > 2 and t.tags[found[0] - 2 : found[0]] == "Wp":
            named = _before_relative(t, found[0] - 2)  # "Lee, who in the past has called"
            return named, False, None
        if found and found[0] > 3 and re.match("[nN][hW][^,]", t.tags[found[0] - 3 :]):
            return noun_phrase(t, found[0] - 3), False, None  # "the team that made the find says"
        if found and found[0] and t.tags[found[0]] == "n" and t.tags[found[0] - 1] in "tA":
            return None, False, None  # "to wrest back …": the bare noun is an unknown verb
        if found and (told_of := _object_of_relative(t, found) or _before_gap(t, found)):
            return told_of, False, None
        if found and (whole := _telephoned(t, found)):
            return whole, False, None
        return found, False, None
    if tag == "O" and j and t.tags[j - 1] in "nN" and t.lows[j].endswith(("self", "selves")):
        return noun_phrase(t, j - 1), False, None  # "the minister himself"
    if tag == "O" and t.tags[j - 2 : j] in ("Dp", "np", "dp"):
        return (j - 2, j + 1), False, None  # "one of them"
    who = t.tags.rfind("W", 0, j)
    if who > 0 and t.lows[who] == "who" and VERB.search(t.tags, who + 1, j + 1):
        return _before_relative(t, who), False, None
    return None, False, None


def _object_of_relative(t: Tokens, found: Range) -> Range | None:
    """ "A father who would not give his name said": the father; not of "who said the firm says"."""
    who = t.tags.rfind("W", 0, found[0])
    if who < 1 or t.lows[who] != "who" or t.tags[who - 1] not in "nN":
        return None
    between = range(who + 1, found[0])
    tells = any(CUES[t.lows[k]].frames & set("sc") for k in between if t.lows[k] in CUES)
    if (
        tells
        or set(t.tags[who : found[0]]) & set(",;:-Q")
        or not VERB.search(t.tags, who, found[0])
    ):
        return None
    whom = noun_phrase(t, who - 1)
    return (whom[0], found[1]) if whom else None


def _in_gap(t: Tokens, found: Range, verb: int) -> bool:
    """ "who police say fired first": behind "who" a plural that says something of the antecedent;
    not "which helps explain why"."""
    plural = found[1] - found[0] == 1 and may_be_several(t.lows[found[0]])
    says = verb + 1 < len(t.tags) and t.tags[verb] == "B" and t.tags[verb + 1] in "AvSVn"
    return plural and says and t.tags[found[0] - 1 : found[0]] == "W"


def gap(t: Tokens, k: int, source: Range) -> Range | None:
    """Whose the verb of saying at ``k`` is where it stands in a relative clause without "who" and
    its content has no subject: "the man police say shot the guard", "the men the UN says are"."""
    if k + 1 >= len(t.tags) or t.tags[k + 1] not in "AvSV" or source[1] != k:
        return None
    if t.tags[source[0]] == "D" and source[0] and t.tags[source[0] - 1] in "nN":
        return source
    several = re.fullmatch("Dn+", t.tags[slice(*source)]) and may_be_several(t.lows[k - 1])
    return (k - 1, k) if several and t.tags[k] == "B" and k - source[0] > 2 else None


def _before_gap(t: Tokens, found: Range) -> Range | None:
    """ "The man police say shot the guard denied it": the man, not the guard."""
    for k in range(found[0] - 1, 1, -1):
        if t.tags[k] in ",;:-hcQ":
            return None
        cue = CUES.get(t.lows[k])
        if cue is None or "s" not in cue.frames or t.tags[k - 1] not in "nN":
            continue
        inner = noun_phrase(t, k - 1)
        said_by = gap(t, k, inner) if inner else None
        return noun_phrase(t, said_by[0] - 1) if said_by else None
    return None


def _telephoned(t: Tokens, found: Range) -> Range | None:
    """ "Five traders this paper telephoned expect …": the traders, whom a clause without "who"
    describes."""
    start, end = found
    if start < 1 or t.tags[start] != "D" or t.tags[start - 1] != "n" or end - start < 3:
        return None
    several = t.lows[start - 1].endswith("s") or t.lows[start - 1] in _PERSON
    return noun_phrase(t, start - 1) if several and t.lows[end - 1].endswith("ed") else None


def _is_aside(t: Tokens, k: int) -> bool:
    return t.tags[k] == "R" or t.lows[k] in ("too", "though")


_NAME_APPOSED = re.compile(r"(?<!N)(N{1,4}),D[nNpDd]*pD?[nN]*$")
"""A name and an apposition that ends in the name of a group: "Ada Holm, a diver at the Yards"."""
_NAME_OF = re.compile(r"(?<!N)(N{2,4}),?pD?(?:[Nn]+pD?)*$")
"""A name with a first name and what follows it before the name of a group."""


def _after_relative(t: Tokens, j: int) -> Range | None:
    """Of whom an unfinished relative clause tells: "for Ada Holm, who runs it and promised"."""
    who = t.tags.rfind("W", 0, j)
    if who < 2 or t.lows[who] != "who" or set(t.tags[who:j]) & set(",;:-Q"):
        return None
    first = first_noun_phrase(t, who)  # of the subject itself the main verb is still to come
    if not VERB.search(t.tags, who, j) or (first and first[1] + 1 >= who):
        return None
    return _antecedent(t, who - 2 if t.tags[who - 1] == "," else who - 1)


def _bracketed(t: Tokens, j: int) -> int:
    """Where a bracket opens that ends at ``j`` or the comma there: "Ada Holm (no relation)"."""
    close = j - 1 if t.tags[j] == "," else j
    if close < 1 or t.words[close] != ")":
        return 0
    opening = t.tags.rfind("(", 0, close)
    while opening > 1 and t.tags[opening - 1] == ")":
        opening = t.tags.rfind("(", 0, opening)  # "Karsk Bio (KRSK) (“Karsk”)"
    if opening > 1 and t.tags[opening - 1] == "." and t.lows[opening - 2] in _ENDS_IN_STOP:
        opening -= 1
    return opening if opening > 0 and t.tags[opening - 1] in "nN" else 0


def _before_relative(t: Tokens, who: int) -> Range | None:
    """ "Bo Chan, 31, who works at the port said": the name before the relative clause."""
    j = who - 1
    while j > 0 and t.tags[j] in ",d":
        j -= 1
    return noun_phrase(t, j) if t.tags[j] in "nN" else None


def _antecedent(t: Tokens, j: int) -> Range | None:
    """The noun phrase right before "who": a name alone, a common noun with what belongs to it."""
    k = j
    while k >= 0 and t.tags[k] == "N" and not (k < j and t.lows[k].endswith("'s")):
        k -= 1
    if k < j:
        named = _NAME_OF.search(t.tags, 0, k + 1) or _NAME_APPOSED.search(t.tags, 0, k + 1)
        if named and t.tags[j + 1 : j + 2] == ",":
            return named.span(1)  # "Ada Holm of the Yards' League, who": she, not the league
        return (k + 1, j + 1)
    near = t.tags.rfind("pD", 0, j)
    if near > 0 and t.lows[near] in _OTHERS and set(t.tags[near + 2 : j]) <= {"n"}:
        return (near + 1, j + 1)  # "struck down by a court, which found", "two years to a man who"
    if near >= 0 and t.lows[j] in _PERSON and set(t.tags[near + 2 : j]) <= {"n"}:
        return (near + 1, j + 1)  # "a blow for a man who said"
    found = noun_phrase(t, j)
    closed = t.tags[j + 1 : j + 2] == ","
    if found and closed and found[0] > 1 and t.tags[found[0] - 2 : found[0]] == "N,":
        return noun_phrase(t, found[0] - 2) or found  # "Ada Holm, a former diver, who"
    return found


def shared(t: Tokens, j: int, told: Sequence[Range]) -> Range | None:
    """The subject of a verb joined by "and" or a participle: the sentence's first subject."""
    for source in reversed(told):
        if source[1] <= j:
            return source
    return first_noun_phrase(t, j)


def first_noun_phrase(t: Tokens, limit: int) -> Range | None:
    """The subject at the start of the sentence, past an opening "On Monday,"."""
    k = 0
    if t.tags[:1] in ("p", "s", "T", "R", "c", "G"):
        comma = t.tags.find(",", 0, limit)
        if t.tags[0] == "p" and comma > 0 and VERB.search(t.tags, 0, comma):
            comma = _after_adjunct(t, 0, comma - 1) - 1  # "On fish he was contradicted by Lee, a"
        k = comma + 1 if comma >= 0 else (1 if t.tags[:1] in "cR" else limit)
    match = _OPENING.match(t.tags, k, limit)
    if match is None:
        return None
    start, end = match.span()
    if t.lows[end - 1] == "ago" and t.tags[end : end + 1] == ",":  # "Four months ago, Ada Holm"
        match = _OPENING.match(t.tags, end + 1, limit)
        if match is None:
            return None
        start, end = match.span()
    verb = next((i for i in range(start + 1, end) if looks_verbal(t, i) or _acts(t, i)), end)
    told = _EXPLAINED.match(t.tags, start, limit)
    if told and verb == end == told.start(told.lastindex or 0):
        return (start, told.end())
    return (start, verb)


_EXPLAINED = re.compile(r"(?:[DN]n+(?:p[DnNd]+)*(,N{2,4},)|N{2,4}(,Dn[npDN]*,))")
"""A subject and its apposition: "The mayor of Karsk, Ada Holm," and "Ada Holm, the mayor,"."""


def _acts(t: Tokens, i: int) -> bool:
    """A word no list has between a name and a determiner: "Fitch cut its outlook"."""
    return t.tags[i - 1 : i + 2] == "NnD"


def looks_verbal(t: Tokens, i: int) -> bool:
    """A verb no list has, told by its ending and what follows: "Lee opened the bridge"."""
    if t.tags[i] != "n" or t.tags[i - 1] not in "Nn":
        return False
    return t.lows[i].endswith("ed") or (t.lows[i].endswith("s") and t.tags[i + 1 : i + 2] == "D")


_PARTY = re.compile(r"[A-Z]{1,3}-[A-Z]")


def apposition(t: Tokens, j: int) -> Range | None:
    """The noun phrase before an apposition closed by the comma at ``j``."""
    closing = t.tags[j]
    opening = {")": "(", ",": ",", "-": "-"}[closing]
    m = j
    for _ in range(3):
        m = t.tags.rfind(opening, 0, m)
        if m <= 0:
            return None
        if t.tags[m + 1] in _APPOSITIVE or t.lows[m + 1] in _PARTICIPLES:
            head = noun_phrase(t, m - 1) if t.tags[m - 1] in "nNd)" else None
            if head and _PARTY.match(t.words[head[0]]) and t.tags[head[0] - 1 : head[0]] == ",":
                head = noun_phrase(t, head[0] - 2)  # "Sen. Ada Holm, R-Karsk, whose committee"
            if head and t.lows[head[0]] == "whose":
                return (m + 1, j)  # "the group, whose director, Ada Holm, said"
            if head and (who := _told_of(t, head)) is not None:
                return who  # "Ada Holm, who heads the mission, Karsk One, said"
            if head and t.tags[max(0, head[0] - 2) : head[0]] == ",p" and head[0] > 2:
                named = noun_phrase(t, head[0] - 3)  # "Ada Holm, of the Yards, who"
                head = (named[0], head[1]) if named and t.tags[named[0]] == "N" else head
            while head and t.tags[head[0]] in "Dn" and t.tags[head[0] - 2 : head[0]] == "N,":
                outer = noun_phrase(t, head[0] - 2)  # "Ada Holm, a diver from Karsk, Norland,"
                if outer and _opens_with_place(t, outer[0]):
                    break  # "In Karsk, her deputy, Bo Chan,"
                head = (outer[0], head[1]) if outer else None
            if head and head[1] - head[0] < 14 and _looks_named(t, head):
                # PolNeAR and PARC 3 count the comma that closes an apposition to the source.
                return (head[0], j + 1 if closing == "," else j)
    return None


def _told_of(t: Tokens, head: Range) -> Range | None:
    """Of whom a relative clause tells that has this noun phrase and no comma before it."""
    who = t.tags.rfind("W", 0, head[0])
    if who < 2 or t.lows[who] != "who" or t.tags[who - 1] != "," or "," in t.tags[who : head[0]]:
        return None
    return _before_relative(t, who) if t.tags[who - 2] in "nN" else None


def _opens_with_place(t: Tokens, start: int) -> bool:
    """Whether a noun phrase belongs to a preposition that opens its sentence: "In Karsk,"."""
    return start > 0 and t.tags[start - 1] == "p" and (start == 1 or t.tags[start - 2] in "sQh")


def _looks_named(t: Tokens, head: Range) -> bool:
    return "N" in t.tags[head[0] : head[1]] or t.tags[head[0]] == "D"
