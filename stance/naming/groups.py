"""Institutions in one document: what "the ministry", "the company", "the government" mean."""

from __future__ import annotations

import re
from bisect import bisect_right

from stance.naming.cast import Words
from stance.naming.corpus import plain
from stance.naming.names import PORTFOLIOS, SPOKES, Name, bare, first_names, fold, is_institution
from stance.naming.people import (
    WINDOW,
    Holder,
    Scene,
    full_name,
    is_main,
    roles_of,
    surname_alone,
)
from stance.naming.places import actor, adjectival, adjective_of
from stance.speech.cues import word_set


def group_before(scene: Scene, head: str, words: set[str], at: int) -> Holder | None:
    """ "the ministry", "the water board": the institution whose name has these words, ``head`` the
    last of them; the one most words fit, then the nearest before ``at``."""
    best: tuple[int, int, str] | None = None
    for start, text in scene.cast.groups:
        plain = {bare(w) for w in text.split()}
        if head not in plain:
            continue
        nearness = start - at if start < at else at - start - WINDOW
        rank = (len(words & plain), nearness, text)
        if best is None or rank[:2] >= best[:2]:
            best = rank
    if best is not None and best[0] == len(words):
        return Holder(best[2], certain=0.85)
    if best is None and len(words) > 1:
        having = set.intersection(*(scene.corpus.groups.get(word, set()) for word in words))
        everywhere = {text for text in having if len(text.split()) > len(words)}
        if len(everywhere) == 1:
            return Holder(everywhere.pop(), certain=0.6)
    return Holder(best[2], certain=0.6) if best and best[1] > -WINDOW else None


_CALLED = r"(?:,\s((?:[A-Z][\w’-]+\s?){1,4}),|\s((?:[A-Z][\w’-]+)(?:\s[A-Z][\w’-]+)*)(?![’'\w]))"


def _is_persons(scene: Scene, name: str) -> bool:
    words = tuple(name.split())
    return words[0].casefold() in first_names() or fold(words[-1]) in scene.corpus.surnames


def group_described(scene: Scene, head: str, at: int) -> Holder | None:
    """ "the board" after "the water board", "the department" after "the environment department,
    Defra,"; else the institution that somebody here is from."""
    named = rf"\b(?:[Tt]he|[Ii]ts|[Tt]heir)\s(?:[a-z][\w-]+\s){{0,2}}{re.escape(head)}{_CALLED}"
    if called := list(re.finditer(named, scene.document.text[:at])):
        name = called[-1][1] or called[-1][2]
        long = scene.corpus.acronyms.get(name)
        return None if _is_persons(scene, name) else Holder(long or name, certain=0.7)
    longer = rf"\b(?:the|a|an)\s((?:[a-z][\w-]+\s){{1,2}}){re.escape(head)}\b"
    for match in reversed(list(re.finditer(longer, scene.document.text[:at]))):
        words = {bare(w) for w in match.group(1).split()} | {head}
        found = group_before(scene, head, words, at)
        if found is not None and words <= {bare(w) for w in found.name.split()}:
            return found
    theirs = {
        institution
        for name in scene.cast.names
        for institution in scene.corpus.belongs.get(full_name(scene, name), ())
        if head in {bare(w) for w in institution.split()}
    }
    return Holder(theirs.pop(), certain=0.5) if len(theirs) == 1 else None


def only_body(scene: Scene, head: str, words: set[str]) -> Holder | None:
    """ "The coastguard" where the documents of one story name one body of that kind: its name, from
    wherever it stands."""
    named = scene.corpus.groups.get(head, set())
    kind = {n for n in named if bare(_OF_WHAT.split(n)[0].split()[-1]) == head}
    kind = {scene.corpus.written.get(plain(n), n) for n in kind}
    fitting = [n for n in kind if words <= {bare(w) for w in n.split()}]
    if len(kind) != 1 or not fitting:
        return None
    documents = set().union(*(scene.corpus.bodies[n] for n in named if n in scene.corpus.bodies))
    return Holder(fitting[0], certain=0.5) if is_main(scene, documents) else None


_OF_WHAT = re.compile(r"\s(?:of|for|on)\s")


def state_before(scene: Scene, at: int) -> Holder | None:
    """ "the government" in a paragraph whose last subject is a state or its capital."""
    date = scene.document.date.start if scene.document.date else None
    start = scene.document.text.rfind("\n", 0, at) + 1
    for name in reversed(scene.cast.names):
        if start <= name.start < at and name.start in scene.cast.subjects:
            place = actor(name.text, date, scene.cast.capitals)
            return Holder(place, certain=0.6) if place else None
    return None


def ministry_of(scene: Scene, words: set[str]) -> Holder | None:
    """ "the foreign ministry" of the only minister with that portfolio whose state is known."""
    fields = words - {"ministry", "the"}
    found = set()
    for name in scene.cast.names:
        full = full_name(scene, name)
        roles = roles_of(scene, full)
        state = scene.corpus.states.get(full)
        if state and "minister" in roles and fields <= roles:
            portfolio = fields or roles & PORTFOLIOS
            if len(portfolio) == 1:
                found.add(f"{adjective_of(state)} {next(iter(portfolio)).capitalize()} Ministry")
    return Holder(found.pop(), certain=0.6) if len(found) == 1 else None


FIRMS = word_set(
    """
    company firm group maker manufacturer producer operator developer carrier airline automaker
    bank bookmaker brewer broadcaster carmaker chain charity chipmaker club conglomerate drugmaker
    insurer lender multinational planemaker publisher retailer shipbuilder start-up startup
    steelmaker supermarket supplier utility
    """
)


def company_before(scene: Scene, head: str, at: int) -> Holder | None:
    """ "the company" (``head``): the nearest name before that is no person's and no place's, nor is
    told of such a company in its own sentence ("Lee said that the company had lied").

    Subjects of sentences come first, then the first names of a text.
    """
    first = None
    for name in reversed(scene.cast.names):
        if name.start >= at or actor(name.words[0]) or actor(name.text):
            continue
        if names_apart(scene, name.end, head, at):
            continue
        if scene.document.text[name.end : name.end + 1] in ("’", "'") and name.text.endswith("s"):
            continue  # "Dockers" of "the Dockers’ Federation"
        if is_institution(name.words) and not _may_be_company(name.words):
            continue
        full = full_name(scene, name)
        if _is_firm(scene, name):
            return Holder(" ".join(full), certain=0.7)
        person = name.title or name.words[0].casefold() in first_names()
        known = scene.cast.genders.get(full) or roles_of(scene, full)
        if person or known or (len(full) > 1 and surname_alone(scene, full)):
            continue
        asked = _ASKED.match(scene.document.text, name.end)
        if len(full) == 1 and _opens_only(scene, name) and not asked:
            continue
        if name.start in scene.cast.subjects:
            return Holder(" ".join(full), certain=0.6)
        if name in scene.cast.names[:3]:
            first = Holder(" ".join(full), certain=0.6)
    return first


def _is_firm(scene: Scene, name: Name) -> bool:
    """Whether the noun of a firm stands before a name, "drugmaker Deco Bio", or somebody who speaks
    for it, "a spokesman for Deco Bio"."""
    before = scene.document.text[max(0, name.start - 30) : name.start].split()
    if before[-1:] == ["the"]:
        before.pop()
    if len(before) > 1 and before[-1] in ("for", "of", "at"):
        return before[-2].casefold() in SPOKES
    return bool(before) and before[-1] in FIRMS


_ASKED = re.compile(
    r"\s(?:(?:did|would|could|has|had) not|(?:did|would|could)n[’']t|declined to|refused to)\s"
    r"(?:\w+\s)?(?:respond|repl(?:y|ied)|comment|answer|return)"
)


def names_apart(scene: Scene, start: int, head: str, at: int) -> bool:
    """Whether the sentence that goes on at ``start`` tells of "the company" (``head``) before
    ``at``, other than in apposition."""
    other = rf"[^.!?]*(?<!,)\s(?:the|an?)\s(?:[\w’'-]+\s)?{re.escape(head)}\b"
    return re.compile(other).match(scene.document.text, start, at) is not None


def subject_group(scene: Scene, at: int) -> str | None:
    """The institution that opens the sentence around ``at``."""
    breaks = scene.cast.breaks
    k = bisect_right(breaks, at)
    start = breaks[k - 1] if k else 0
    return next((g for a, g in scene.cast.groups if start <= a < min(at, start + 5)), None)


_NEAR = 3
"""Ends of sentences between "its" and whom it means; one of a paragraph counts twice."""


def owner_before(scene: Scene, at: int) -> str | None:
    """ "its director": the last one named before that is no person, a few sentences away."""
    here = bisect_right(scene.cast.breaks, at)
    for name in reversed(scene.cast.names):
        if name.start >= at:
            continue
        if here - bisect_right(scene.cast.breaks, name.start) > _NEAR:
            return None
        whole = next((g for a, g in scene.cast.groups if a <= name.start < a + len(g)), None)
        if whole is not None:
            return whole
        place = actor(name.text)
        if place or is_institution(name.words):
            return place or scene.corpus.acronyms.get(name.text) or adjectival(name.text)
        full = full_name(scene, name)
        spoke = next((one.holder for one in scene.told if one.start == name.start), None)
        if spoke and len(name.words) == 1 and _spoke_as_body(scene, name, full):
            return spoke.name
        person = name.title or name.words[0].casefold() in first_names()
        known = scene.cast.genders.get(full) or roles_of(scene, full) or full in scene.spoke
        if person or (known and len(full) > 1) or (len(full) == 1 and _opens_only(scene, name)):
            continue
        if len(full) > 1 and surname_alone(scene, full):
            continue
        return scene.corpus.shorts.get(name.text, " ".join(full))
    return None


def _spoke_as_body(scene: Scene, name: Name, full: Words) -> bool:
    """A word that spoke and of which nothing says that it is somebody's name: "Deco said so. Its
    chief"."""
    known = scene.cast.genders.get(full) or roles_of(scene, full) or name.title
    longer = any(len(words) > 1 for words in scene.corpus.surnames.get(fold(full[-1]), ()))
    return not (known or longer or full[0].casefold() in first_names())


def _opens_only(scene: Scene, name: Name) -> bool:
    """A word whose one capital may be due to the sentence it opens."""
    starts = [n.start for n in scene.cast.names if n.words == name.words]
    told_before = re.search(r"[a-z]\s$", scene.document.text[max(0, name.start - 2) : name.start])
    return len(starts) < 2 and starts[0] in scene.cast.subjects and not told_before


def _may_be_company(words: Words) -> bool:
    return bool({bare(w) for w in words} & _COMPANY)


_COMPANY = word_set("company corporation corp inc ltd llc plc group bank motors airlines firm")
