"""The whole flow, documents to shifts: the only file that knows every stage."""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stance import __version__
from stance.attribution import attribute
from stance.changepoints import check_seed
from stance.changes import find_shifts
from stance.claims import cluster, detect
from stance.contexts import reading, score_candidates, score_mirrors
from stance.copies import members
from stance.errors import OutputError, UsageError, remedy
from stance.leftopen import left_open
from stance.matching import deciding, match
from stance.pairwise import contradictions, genre_of
from stance.readers import Loaded, Problem, load, load_claims
from stance.records import record
from stance.redaction import redacted
from stance.resume import KeptScores, discard, working_folder
from stance.stancerows import read_stances
from stance.stances import decide, tuning
from stance.store import Store, as_store
from stance.store.results import keep_results
from stance.store.runs import Entry, recorded
from stance.timelines import build_timelines, left_out
from stance.types import (
    Attribution,
    Claim,
    ClaimMember,
    Document,
    Shift,
    Stance,
    Timeline,
)
from stance.verbs import all_passages, as_model, token_head
from stance.windows import windows
from stance.writers import write

if TYPE_CHECKING:
    from stance.inference import NLI
    from stance.inference.tagger import TokenHead

FILES = ("attributions", "claims", "stances", "timelines", "shifts")
_PACKAGES = ("torch", "transformers", "tokenizers", "numpy")


@dataclass(frozen=True, slots=True)
class Tracking:
    """What a run found. ``run`` is the content of run.json; ``problems`` are the skipped rows."""

    documents: list[Document]
    claims: list[Claim]
    attributions: list[Attribution]
    stances: list[Stance]
    timelines: list[Timeline]
    shifts: list[Shift]
    problems: list[Problem]
    run: Mapping[str, Any]


def track(
    documents: object,
    claims: object = None,
    out: str | Path | None = None,
    *,
    model: str | Path | NLI = "default",
    device: str = "auto",
    dtype: str = "auto",
    backend: str = "auto",
    batch_tokens: int | str = "auto",
    two_way: bool = False,
    coverage: float = 1.0,
    on_error: str = "skip",
    aliases: Mapping[str, str] | None = None,
    rules_alone: bool = False,
    store: str | Path | Store | None = None,
    seed: int = 0,
    overwrite: bool = False,
    command: str | None = None,
    log: Callable[[str], None] = lambda line: None,
) -> Tracking:
    """Read documents, find who says what, and track each holder's stance on each claim.

    ``documents`` and ``claims`` are whatever :func:`stance.readers.load` and
    :func:`~stance.readers.load_claims` read: a file, a folder, a frame, records. Without claims
    the corpus's own ``claims.*`` are taken, and without those the claims the documents are most
    about are detected. With ``out`` the files of the contract are written there, report.html
    among them; a finished folder of the same call is left as it is, one of another call raises
    UsageError unless ``overwrite``.

    ``aliases`` maps names to the holder they mean, ``rules_alone`` leaves out the token head that
    finds who says what beside the rules, ``coverage`` below 1 lets the riskiest rows
    abstain, ``log`` gets a line per stage. ``store``, a :class:`stance.Store` or its path, keeps
    scores, results and a row on the run: pairs that it knows are not scored again. ``two_way``
    accepts a model that knows no contradiction; no stance of its refutes.

    >>> from stance.models import data_folder
    >>> found = track(data_folder("seeds"))          # doctest: +SKIP
    >>> found.shifts[0].holder, found.shifts[0].kind  # doctest: +SKIP
    """
    started = time.monotonic()
    if on_error not in ("skip", "fail"):
        raise UsageError(f"on_error is {on_error!r}; give 'skip' or 'fail'")
    if not 0 < coverage <= 1:
        raise UsageError(f"coverage is {coverage}; give a share above 0, up to 1")
    check_seed(seed)
    target = Path(out) if out is not None else None
    if target is not None:
        _check_target(target, overwrite)
    loaded = load(documents, on_error=on_error, claims=claims)  # type: ignore[arg-type]
    given, claim_problems = _given_claims(claims, loaded, on_error)
    problems = [*loaded.problems, *claim_problems]
    skipped = f"{_count(problems, 'row')} skipped"
    log(f"read {_count(loaded.documents, 'document')}, {skipped}")
    if note := loaded.note():
        log(note)
    if undated := sum(document.date is None for document in loaded.documents):
        log(
            f"{undated} without a date, on no timeline: give it as a field, in metadata.csv, or as "
            "a text's first line, date YYYY-MM-DD"
        )
    nli = as_model(
        model,
        device=device,
        dtype=dtype,
        backend=backend,
        batch_tokens=batch_tokens,
        two_way=two_way,
    )
    head = None if rules_alone else token_head(nli, device=device)
    settings = {
        "coverage": coverage,
        "seed": seed,
        "aliases": dict(aliases or {}),
        "token_head": head.card.get("sha256") if head else None,
    }
    print_ = _fingerprint(loaded.documents, given, nli, settings)
    if target is not None and _finished(target, print_, overwrite):
        log(f"{target} already holds this run; nothing to do")
        return _stored(target, loaded, problems)

    flow = partial(
        _flow,
        loaded=loaded,
        given=given,
        problems=problems,
        nli=nli,
        head=head,
        settings=settings,
        facts={"fingerprint": print_, "command": command},
        clock=_Clock(started),
        log=log,
    )
    asked = {**settings, "device": device, "dtype": dtype, "backend": backend}
    with recorded(as_store(store, log), "track", command=command, settings=asked) as entry:
        if target is None:
            return flow(KeptScores(nli, None, print_, entry.store), entry=entry)
        with working_folder(target) as folder:
            result = flow(KeptScores(nli, folder, print_, entry.store), entry=entry)
            _write_all(result, target, folder)
    log(f"wrote {target}")
    return result


def _flow(
    scorer: KeptScores,
    *,
    loaded: Loaded,
    given: list[Claim] | None,
    problems: list[Problem],
    nli: NLI,
    head: TokenHead | None,
    settings: Mapping[str, Any],
    facts: Mapping[str, Any],
    clock: _Clock,
    log: Callable[[str], None],
    entry: Entry,
) -> Tracking:
    """Every stage, in order."""
    coverage = settings["coverage"]
    attributions = attribute(loaded.documents, aliases=settings["aliases"], tagger=head)
    voices = all_passages(loaded.documents, attributions)
    clock.lap("attribute")
    log(f"found {_count(attributions, 'attribution')} and {_count(voices, 'passage')}")
    tracked = given
    if given is None:
        from stance.inference.sentences import SentenceHead

        worth = SentenceHead.beside(nli.ref, device=nli.device)
        detected = detect(loaded.documents, voices, scorer=scorer, checkworthiness=worth)
        tracked = cluster(detected, loaded.documents)  # detect has grouped them by this scorer
        clock.lap("detect")
        log(f"detected {_count(tracked, 'claim')} to track")
    assert tracked is not None
    candidates = deciding(match(voices, tracked))
    clock.lap("match")
    log(f"scoring {_count(candidates, 'candidate pair')}")
    card = nli.ref.card
    scores = score_candidates(scorer, loaded.documents, candidates, tracked, **reading(card))
    clock.lap("score")
    mirror = None
    if coverage < 1:  # it doubles the cost: only where something may abstain
        mirror = score_mirrors(scorer, loaded.documents, candidates, tracked, **reading(card))
    from stance.inference.openness import OpenHead

    open_head = OpenHead.beside(nli.ref, device=nli.device)
    open_ = left_open(open_head, loaded.documents, candidates, tracked, scores)
    clock.lap("left open")
    decided = decide(
        loaded.documents,
        tracked,
        candidates,
        scores,
        mirror_scores=mirror,
        left_open=open_,
        coverage=coverage,
        **tuning(card),
    )
    # As the file will hold them: the shifts that are found in it later are the shifts found now.
    stances = read_stances([record(row) for row in decided])
    if given is not None:
        tracked = _with_origins(tracked, stances)
    timelines = build_timelines(stances)
    genres = {d.id: "editorial" for d in loaded.documents if _is_editorial(d)}
    findings = find_shifts(stances, seed=settings["seed"], genres=genres)
    found = list(findings.shifts)
    opposed = contradictions(stances)
    clock.lap("decide")
    log(f"{_count(stances, 'stance')}, {_count(timelines, 'timeline')}, {_count(found, 'shift')}")
    if opposed:
        log(f"{_count(opposed, 'contradiction')} of one holder in one document or on one day")
    run: dict[str, Any] = {
        **facts,
        "versions": _versions(),
        "model": dict(nli.info()),
        "settings": settings,
        "counts": {
            "documents": len(loaded.documents),
            "undated": sum(d.date is None for d in loaded.documents),
            "skipped_rows": len(problems),
            "attributions": len(attributions),
            "passages": len(voices),
            "claims": len(tracked),
            "pairs": len(candidates),
            "stances": len(stances),
            "timelines": len(timelines),
            "shifts": len(found),
            "contradictions": len(opposed),
        },
        "abstentions": dict(Counter(row.reason for row in stances if row.status == "abstain")),
        "left_out_of_timelines": left_out(stances),
        "shift_tests": {
            "series_tested": len(findings.tests),
            "too_short": findings.too_short,
            "alpha": findings.alpha,
            "summary": str(findings),
        },
        "skipped": [str(problem) for problem in problems],
        "documents": [
            {
                "id": d.id,
                "source": d.source,
                "date": str(d.date) if d.date else None,
                "title": d.title,
                "url": d.url,
                "genre": genres.get(d.id),
            }
            for d in loaded.documents
        ],
        "seconds": clock.laps,
    }
    for key in ("device", "dtype", "backend"):
        run[key] = run["model"].get(key)
    run = redacted(run)
    entry.model, entry.counts = run["model"], dict(run["counts"])
    keep_results(entry, loaded.documents, windows(voices), tracked, stances)
    return Tracking(
        loaded.documents, tracked, attributions, stances, timelines, found, problems, run
    )


def _is_editorial(document: Document) -> bool:
    section = str(document.extra.get("section") or "")
    return genre_of(document.title, url=document.url, section=section) == "editorial"


def _count(items: Sequence[object], noun: str) -> str:
    return f"{len(items)} {noun}{'' if len(items) == 1 else 's'}"


class _Clock:
    """Seconds per stage, for run.json."""

    def __init__(self, started: float) -> None:
        self.laps: dict[str, float] = {}
        self._last = started
        self.lap("read")

    def lap(self, stage: str) -> None:
        now = time.monotonic()
        self.laps[stage] = round(now - self._last, 3)
        self._last = now


def _given_claims(
    claims: object, loaded: Loaded, on_error: str
) -> tuple[list[Claim] | None, list[Problem]]:
    source = claims if claims is not None else loaded.claims_path
    if source is None:
        return None, []
    read, problems = load_claims(source, on_error=on_error)  # type: ignore[arg-type]
    if not read:
        raise UsageError(f"no usable claim in {source}; give at least one row with 'text'")
    return read, problems


def _with_origins(claims: Sequence[Claim], stances: Sequence[Stance]) -> list[Claim]:
    """Given claims with the places where somebody makes them: evidence of support, by date."""
    makers = [row for row in stances if row.stance == "supports" and row.evidence]
    makers.sort(key=lambda row: (row.date is None, row.date, row.holder_type != "speaker"))
    out = []
    for claim in claims:
        rows = [row for row in makers if row.claim_id == claim.id]
        told = members(
            [
                ClaimMember(row.doc_id, e.start, e.end, e.text, row.holder)
                for row in rows
                for e in row.evidence[:1]
            ],
            [row.holder_type == "speaker" for row in rows],
            [row.date for row in rows],
        )
        first = rows[0] if rows else None
        out.append(
            replace(
                claim,
                members=told,
                first_date=first.date if first else None,
                first_holder=first.holder if first else None,
            )
        )
    return out


def _fingerprint(
    documents: Sequence[Document],
    claims: Sequence[Claim] | None,
    nli: NLI,
    settings: Mapping[str, Any],
) -> str:
    """What decides the output: input, claims, weights and settings; not paths, not the machine."""
    info = nli.info()
    content = [
        [
            [d.id, d.text, d.source, str(d.date), d.title, d.lang, _is_editorial(d)]
            for d in documents
        ],
        None if claims is None else [[c.id, c.text] for c in claims],
        [info.get("sha256"), info.get("max_length"), settings, __version__],
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _check_target(target: Path, overwrite: bool) -> None:
    """Nothing but a run of ours may be there: known before anything is read."""
    if target.exists() and not target.is_dir():
        raise UsageError(f"the output {target} is a file; give a folder")
    if overwrite or not target.is_dir() or (target / "run.json").is_file():
        return
    if any(target.iterdir()) and not _ours(target):
        raise UsageError(
            f"the folder {target} is not empty and holds no run of stance; "
            "choose another one, or --overwrite"
        )


def _finished(target: Path, fingerprint: str, overwrite: bool) -> bool:
    """Whether ``target`` already holds this run. Another one there is an error."""
    run = target / "run.json"
    if overwrite or not run.is_file():
        return False
    try:
        stored = json.loads(run.read_text(encoding="utf-8"))
        same = stored.get("fingerprint") == fingerprint
    except (ValueError, OSError, AttributeError):
        same = False
    if not same:
        raise UsageError(
            f"{target} holds the output of another command or of other input; "
            "choose another folder, or --overwrite"
        )
    return True


def _ours(target: Path) -> bool:
    known = {f"{name}.jsonl" for name in FILES} | {"report.html", "run.json"}
    return all(entry.name in known or entry.name.startswith(".") for entry in target.iterdir())


def _stored(target: Path, loaded: Loaded, problems: list[Problem]) -> Tracking:
    from stance.writers import read_records

    rows: dict[str, Any] = {
        name: read_records(target / f"{name}.jsonl", kind)
        for name, kind in zip(FILES, (Attribution, Claim, Stance, Timeline, Shift), strict=True)
    }
    run = json.loads((target / "run.json").read_text(encoding="utf-8"))
    return Tracking(
        loaded.documents,
        rows["claims"],
        rows["attributions"],
        rows["stances"],
        rows["timelines"],
        rows["shifts"],
        problems,
        run,
    )


def _write_all(result: Tracking, target: Path, folder: Path) -> None:
    """Everything into the working folder first: a stop half-way leaves nothing half."""
    from stance.reporting import render

    part = folder / "files"
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        for name in FILES:
            write(getattr(result, name), part / f"{name}.jsonl", kind=name)
        text = json.dumps(result.run, indent=2, ensure_ascii=False) + "\n"
        (part / "run.json").write_text(text, encoding="utf-8")
        render(part, documents=result.documents)
        target.mkdir(exist_ok=True)
        # run.json last: it is what says that a folder is finished
        (target / "run.json").unlink(missing_ok=True)
        for file in sorted(part.iterdir(), key=lambda f: f.name == "run.json"):
            file.replace(target / file.name)
    except OSError as error:
        raise OutputError(
            f"cannot write to {target}: {error.strerror or error}; {remedy(error)}"
        ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    discard(folder)


def _versions() -> dict[str, str]:
    return {
        "stance": __version__,
        "python": platform.python_version(),
        **{name: version(name) for name in _PACKAGES},
    }
