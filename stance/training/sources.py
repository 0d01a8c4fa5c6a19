"""Readers of training data: every kind of file becomes (premise, hypothesis, label) examples.

A reader is a function ``(rows, source, rng) -> list[Example]``. Files are JSON Lines, gzipped or
not, CSV or Parquet. Where a data set has no development half, :func:`halves` cuts one by a key that
keeps related rows together (the target, the claim, the text), and leaves out what would recur
across it.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from stance import rows as tables
from stance.errors import InputError
from stance.training import scenes, stories, synthetic, wording
from stance.training.recipe import Source

SUPPORTS, NEUTRAL, REFUTES = 0, 1, 2
UNLABELLED = -1
FEWEST = 100
"""Development rows that a cut by claim leaves at least, where it also looks at the texts."""
_LABELS: Mapping[str, int] = {
    **dict.fromkeys("entailment supports support agree pro favor favour for".split(), SUPPORTS),
    **dict.fromkeys("neutral none observing discuss unrelated comment query".split(), NEUTRAL),
    **dict.fromkeys(
        "contradiction refutes refute disagree con against deny undermine".split(), REFUTES
    ),
}


@dataclass(frozen=True, slots=True)
class Example:
    """One training pair. ``key`` groups what must stay on one side of a split; ``text`` is what the
    premise was cut from, where it may be less than the whole; only the cut into halves needs it.
    """

    premise: str
    hypothesis: str
    label: int
    key: str
    text: str = field(default="", repr=False, compare=False)


def held_out(key: str, share: float = 0.1) -> bool:
    """Whether a key belongs to the development half: a hash, the same on every machine.

    >>> held_out("wind farms"), sum(held_out(str(i)) for i in range(1000))
    (True, 93)
    """
    return int(hashlib.sha1(key.encode()).hexdigest()[:8], 16) % 1000 < share * 1000


def halves(examples: Iterable[Example]) -> tuple[list[Example], list[Example]]:
    """Examples cut by their keys into a training and a development half.

    Of the latter only those whose text stands under no key of the former: evidence that training
    has seen under another claim is no new evidence. Where that would leave fewer than ``FEWEST``
    rows, as in sets that put every text beside most claims, they are of new claims only.
    """
    train: list[Example] = []
    dev: list[Example] = []
    for example in examples:
        (dev if held_out(example.key) else train).append(example)
    known = {example.text or example.premise for example in train}
    new = [example for example in dev if (example.text or example.premise) not in known]
    return train, new if len(new) >= FEWEST else dev


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Rows of a .jsonl, .jsonl.gz, .csv or .parquet file."""
    return iter(_Rows(path))


class _Rows:
    """The rows of a file; ``number`` is the one being read, as errors name it."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise InputError("no such training file; check --data and the recipe", file=str(path))
        self.path, self.number = path, 0

    def __iter__(self) -> Iterator[dict[str, Any]]:
        if self.path.suffix != ".gz":
            for number, row in tables.numbered_rows(self.path, tables.fail):
                self.number = number
                yield row
            return
        with gzip.open(self.path, "rt", encoding="utf-8") as stream:
            for number, line in enumerate(stream, 1):
                self.number = number
                try:
                    yield json.loads(line)
                except json.JSONDecodeError as error:
                    raise InputError(f"broken JSON: {error}") from None


def load(source: Source, data: Path, seed: int, half: str = "train") -> list[Example]:
    """All examples of one source of a recipe, labels capped by ``per_label``, order shuffled.

    ``half`` is ``train`` or ``dev``; the option ``holdout = true`` of a source cuts its rows by
    the reader's key (the claim), ``holdout = "text"`` by the premise, for sets of few claims (see
    :func:`halves`); without it everything is ``train``. ``topic_neutrals`` are made of rows of the
    same half. Of a source that is to stay ``apart`` from a file (or several) the rows are left out
    whose text stands there too, under whatever claim. The labels of an unlabelled source are
    dropped.
    """
    if source.kind not in KINDS:
        raise InputError(f"unknown kind of source '{source.kind}'; known are {sorted(KINDS)}")
    out: list[Example] = []
    for round_ in range(source.repeat):
        rng = random.Random(f"{seed}/{source.kind}/{source.file}/{round_}")
        examples = _read(source, data, rng)
        if source.options.get("holdout"):
            examples = halves(examples)[half == "dev"]
        examples = _apart(examples, source.options.get("apart", []), data)
        extra = int(source.options.get("topic_neutrals", 0))
        examples += topic_neutrals(examples, extra, rng)
        if not source.labelled:
            examples = [replace(e, label=UNLABELLED) for e in examples]
        out += balance(examples, source.per_label, rng)
    return out


def _apart(examples: list[Example], files: str | Sequence[str], data: Path) -> list[Example]:
    """Those whose text is none of the files' texts; letters and digits decide, as copies differ in
    quotation marks and spaces."""
    known = {
        _plain(str(row.get("premise") or row.get("text") or ""))
        for file in ([files] if isinstance(files, str) else files)
        for row in read_rows(data / file)
    }
    return [e for e in examples if _plain(e.text or e.premise) not in known] if known else examples


def _plain(text: str) -> str:
    return "".join(re.findall(r"\w+", text.casefold()))


def _read(source: Source, data: Path, rng: random.Random) -> list[Example]:
    """A source through its reader; errors name file and row."""
    if not source.file:
        return KINDS[source.kind]((), source, rng)
    rows = _Rows(data / source.file)
    try:
        return KINDS[source.kind](rows, source, rng)
    except InputError as error:
        raise InputError(
            error.message, file=str(rows.path), row=error.row or rows.number, field=error.field
        ) from None
    except KeyError as error:
        raise InputError(
            f"the kind '{source.kind}' reads this field, which the row lacks",
            file=str(rows.path),
            row=rows.number,
            field=str(error.args[0]),
        ) from None
    except ValueError as error:
        raise InputError(
            f"the kind '{source.kind}' cannot read it: {error}",
            file=str(rows.path),
            row=rows.number,
        ) from None


def balance(examples: list[Example], per_label: int | None, rng: random.Random) -> list[Example]:
    """Shuffle, and keep at most ``per_label`` examples of every label."""
    rng.shuffle(examples)
    if per_label is None:
        return examples
    kept: Counter[int] = Counter()
    out = []
    for example in examples:
        if kept[example.label] < per_label:
            kept[example.label] += 1
            out.append(example)
    return out


def label_of(value: object) -> int | None:
    """The label's number, by its usual names; None for a label that is none of the three.

    A bare number is none: sets count their labels in different orders.
    """
    return _LABELS.get(str(value).strip().lower())


def _pairs(rows: Iterable[dict[str, Any]], source: Source, rng: random.Random) -> list[Example]:
    """Premise (or text) and hypothesis (or claim, or target), with a label."""
    words = int(source.options.get("words", 120))
    wrap = float(source.options.get("spoken", 0.0))
    only = source.options.get("only")
    out = []
    for row in rows:
        if only and row.get("label") not in only:
            continue
        premise = str(row.get("premise") or row.get("text") or "").strip()
        claim = str(row.get("hypothesis") or row.get("claim") or row.get("target") or "").strip()
        if not premise or not claim:
            raise InputError("is empty or missing", field="claim" if premise else "text")
        label = label_of(row.get("label")) if source.labelled else UNLABELLED
        if label is None:
            raise InputError(
                f"{row.get('label')!r} is no stance; write supports, neutral or refutes"
                + " (numbers mean another order in every set)" * str(row.get("label")).isdigit(),
                field="label",
            )
        key = str(row.get("key") or (premise if source.options.get("holdout") == "text" else claim))
        text = sys.intern(premise)  # one copy, however many claims it stands under
        premise = wording.window(premise, claim, words)
        if wrap and rng.random() < wrap:
            premise = wording.spoken(premise, rng)
        out.append(Example(premise, claim, label, key, text))
    return out


def topic_neutrals(examples: list[Example], wanted: int, rng: random.Random) -> list[Example]:
    """Claims beside the evidence of another claim on the same topic: a real neutral.

    Claim–evidence sets with two labels teach a model that whatever is on topic takes a side.
    The other claim is the one that shares the rarest words, without being a near copy.
    """
    if not wanted:
        return []
    by_claim: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        by_claim[example.hypothesis].append(example)
    claims = sorted(by_claim)
    tokens = {claim: _content_words(claim) for claim in claims}
    posting: dict[str, list[str]] = defaultdict(list)
    for claim in claims:
        for token in tokens[claim]:
            posting[token].append(claim)
    rng.shuffle(claims)
    out: list[Example] = []
    for claim in claims * min(6, 1 + wanted // max(1, len(claims))):
        votes: Counter[str] = Counter()
        for token in sorted(tokens[claim]):  # ties go by this order, in every process alike
            if len(posting[token]) <= 60:
                for other in posting[token]:
                    votes[other] += 1
        near = [
            other
            for other, shared in votes.most_common(12)
            if other != claim and 0 < shared / len(tokens[claim] | tokens[other]) < 0.5
        ]
        if not near:
            continue
        evidence = rng.choice(by_claim[rng.choice(near[:6])])
        key = by_claim[claim][0].key
        out.append(replace(evidence, hypothesis=claim, label=NEUTRAL, key=key))
        if len(out) == wanted:
            break
    return out


def _content_words(text: str) -> frozenset[str]:
    return frozenset(word for word in re.findall(r"\w+", text.lower()) if len(word) > 3)


def _targets(rows: Iterable[dict[str, Any]], source: Source, rng: random.Random) -> list[Example]:
    """Stance towards a bare target ("face masks"), put into a claim either way round."""
    words = int(source.options.get("words", 110))
    wrap = float(source.options.get("spoken", 0.3))
    out = []
    for row in rows:
        label = label_of(row.get("label"))
        target = str(row.get("target", "")).strip().rstrip("?")
        text = re.sub(r"#SemST|https?://\S+|@\w+", "", str(row.get("text", ""))).strip()
        if label is None or not target or not text:
            continue
        claim, turned = wording.stance_hypothesis(target, rng)
        if turned and label != NEUTRAL:
            label = SUPPORTS + REFUTES - label
        premise = wording.window(text, target, words)
        if rng.random() < wrap:
            premise = wording.spoken(premise, rng)
        out.append(Example(premise, claim, label, target, sys.intern(text)))
    return out


def _graded(rows: Iterable[dict[str, Any]], source: Source, rng: random.Random) -> list[Example]:
    """Claims of two reports on one story whose bearing on each other was graded from -2 to 2.

    Only those graded near nothing are taken: neutrals that share people and events.
    """
    return [
        Example(str(row["text"]), str(row["target"]), NEUTRAL, str(row["topic"]))
        for row in rows
        if abs(float(row["label"])) < 0.6
    ]


def _story(rows: Iterable[dict[str, Any]], source: Source, rng: random.Random) -> list[Example]:
    """Who says what inside one article: its own words, their denial, another's words (neutral)."""
    made = stories.rows_of(rows, rng, claims=int(source.options.get("claims", 3000)))
    return [Example(*row, key=row[1]) for row in made]


def _passages(rows: Iterable[dict[str, Any]], source: Source, rng: random.Random) -> list[Example]:
    """Passages of articles beside claims, for a teacher to label (see :mod:`.stories`)."""
    if source.labelled:
        raise InputError("passages have no labels; put them under [[unlabelled]]", field="kind")
    made = stories.passages(rows, rng, count=int(source.options.get("count", 20_000)))
    return [Example(premise, claim, UNLABELLED, claim) for premise, claim in made]


def _sentiment(rows: Iterable[dict[str, Any]], source: Source, rng: random.Random) -> list[Example]:
    """Directed sentiment between two named entities of one sentence: here the holder decides.

    Labels as in the data: 0 neutral, 1 positive p→q, 2 positive q→p, 3 negative p→q,
    4 negative q→p. The same sentence asked the other way round is a neutral.
    """
    out = []
    for row in rows:
        p, q, label = str(row["holder"]), str(row["target"]), str(row["label"])
        text = re.sub(r"[\[\]]", "", str(row["text"]))
        if label in ("2", "4"):
            p, q = q, p
        positive = rng.random() < 0.5
        frame = rng.choice(_PRAISE if positive else _BLAME)
        if label != "0" and rng.random() < 0.3:
            out.append(Example(text, frame.format(p=q, q=p), NEUTRAL, text))
            continue
        side = {"0": NEUTRAL, "1": SUPPORTS, "2": SUPPORTS, "3": REFUTES, "4": REFUTES}[label]
        if not positive and side != NEUTRAL:
            side = SUPPORTS + REFUTES - side
        out.append(Example(text, frame.format(p=p, q=q), side, text))
    return out


_PRAISE = ("{p} supports {q}.", "{p} speaks well of {q}.", "{p} has a positive view of {q}.")
_BLAME = ("{p} criticises {q}.", "{p} is opposed to {q}.", "{p} has a negative view of {q}.")


def _reported(rows: Iterable[dict[str, Any]], source: Source, rng: random.Random) -> list[Example]:
    """Reported speech made by rule around claims read from a file (see :mod:`.synthetic`).

    Where rows are held out, a row's other sentences come from claims of its own half.
    """
    claims = sorted(
        {str(r.get("hypothesis") or r.get("target") or r.get("text") or "").strip() for r in rows}
    )
    claims = [c for c in claims if 4 <= len(c.split()) <= 24 and not c.endswith("?")]
    rng.shuffle(claims)
    claims = claims[: int(source.options.get("claims", 3000))]
    unseen = bool(source.options.get("unseen", False))
    sides = [claims]
    if source.options.get("holdout"):
        sides = [[c for c in claims if held_out(c) == dev] for dev in (False, True)]
    return [
        Example(*row)
        for side in sides
        for row in synthetic.reported_speech(side, rng, unseen=unseen)
    ]


def _positions(rows: Iterable[dict[str, Any]], source: Source, rng: random.Random) -> list[Example]:
    """Invented news positions, made by rule (see :mod:`.synthetic`)."""
    made = synthetic.positions(int(source.options.get("count", 3000)), rng)
    return [Example(*row, key=row[1]) for row in made]


def _scenes(rows: Iterable[dict[str, Any]], source: Source, rng: random.Random) -> list[Example]:
    """Invented scenes of the packaged file, one half of them (see :mod:`.scenes`)."""
    made = scenes.rows(
        rng,
        str(source.options.get("half", "train")),
        series=str(source.options.get("series", "")),
        share=float(source.options.get("share", 1.0)),
        turned=float(source.options.get("turned", 0.0)),
    )
    return [Example(*row) for row in made]


def _numbers(rows: Iterable[dict[str, Any]], source: Source, rng: random.Random) -> list[Example]:
    """Entailed pairs with a number changed in the claim or in the premise, so that they refute; in
    both and in neither, so that they support.

    Either wording of a claim comes with both labels, so ``per_label`` takes such fours whole.
    """
    fours = []
    for example in _pairs(rows, source, rng):
        if example.label != SUPPORTS:
            continue
        changed = synthetic.change_number(example.premise, example.hypothesis, rng)
        if changed:
            premise, claim = changed
            fours.append(
                (
                    example,
                    replace(example, hypothesis=claim, label=REFUTES),
                    replace(example, premise=premise, label=REFUTES),
                    replace(example, premise=premise, hypothesis=claim),
                )
            )
    if source.per_label is not None:
        rng.shuffle(fours)
        fours = fours[: (source.per_label + 1) // 2]  # two of each label
    return [example for four in fours for example in four]


Reader = Callable[[Iterable[dict[str, Any]], Source, random.Random], list[Example]]
KINDS: Mapping[str, Reader] = {
    "pairs": _pairs,
    "targets": _targets,
    "sentiment": _sentiment,
    "reported": _reported,
    "positions": _positions,
    "numbers": _numbers,
    "graded": _graded,
    "story": _story,
    "passages": _passages,
    "scenes": _scenes,
}
