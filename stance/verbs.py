"""The stages as verbs over whatever holds documents: what ``import stance`` and the CLI call.

Each verb reads its input (a path, a frame, records, or what an earlier verb gave), runs the
cheap stages it needs before its own, and gives plain records back. ``track`` and ``shifts`` have
their own files; these are the rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stance import attribution, claims, matching, voice
from stance.dates import parse_date
from stance.errors import UsageError
from stance.readers import is_claims_file, read, read_claims
from stance.store import Store, as_store
from stance.store.runs import recorded
from stance.store.scores import Remembering
from stance.types import LABELS, Attribution, Candidate, Claim, DetectedClaim, Document, Passage

if TYPE_CHECKING:
    from stance.inference import NLI
    from stance.inference.tagger import TokenHead
    from stance.verification import Verdict


def attribute(
    source: object,
    *,
    aliases: Mapping[str, str] | None = None,
    model: str | Path | NLI | None = "default",
    device: str = "auto",
) -> list[Attribution]:
    """Who says what in each document, in reading order; see :func:`stance.attribution.attribute`.

    The rules find it, the model's token head rates what they find and adds what they missed;
    ``model=None`` leaves it to the rules, which are some ten times faster and load no weights.

    >>> said = "“It leaks,” Ana Ruiz said on Monday."
    >>> [a.holder for a in attribute([{"text": said}], model=None)]
    ['Ana Ruiz']
    """
    head = None if model is None else token_head(model, device=device)
    return attribution.attribute(as_documents(source), aliases=aliases, tagger=head)


def token_head(model: str | Path | NLI, *, device: str = "auto") -> TokenHead:
    """The token head beside a model's weights, else the shipped one."""
    from stance.inference import NLI
    from stance.inference.tagger import TokenHead
    from stance.models import find_model

    return TokenHead.beside(
        model.ref if isinstance(model, NLI) else find_model(model), device=device
    )


def detect(source: object, *, model: str | Path | NLI | None = "default") -> list[DetectedClaim]:
    """Check-worthy statements with their holders and self-contained wording.

    The model decides which statements of different places are the same claim, its token head who
    makes them, its sentence head which are worth checking; ``model=None`` leaves all of that to
    rules and loads no weights.

    >>> found = detect([{"text": "“We will close the dam in May,” Ana Ruiz said."}], model=None)
    >>> found[0].holder
    'Ana Ruiz'
    """
    documents = as_documents(source)
    if model is None:
        return claims.detect(documents, all_passages(documents))
    from stance.inference.sentences import SentenceHead

    nli = as_model(model)
    said = attribution.attribute(documents, tagger=token_head(nli, device=nli.device))
    return claims.detect(
        documents,
        all_passages(documents, said),
        scorer=nli,
        checkworthiness=SentenceHead.beside(nli.ref, device=nli.device),
    )


def match(source: object, claims_source: object) -> list[Candidate]:
    """Passages that may bear on each claim, best first within a claim; no model is needed.

    >>> found = match([{"text": "“The dam is safe,” Ana Ruiz said."}], ["The dam is safe."])
    >>> found[0].passage.holder, found[0].claim_id
    ('Ana Ruiz', 'c1')
    """
    documents = as_documents(source)
    return matching.match(all_passages(documents), as_claims(claims_source))


def score(
    pairs: Iterable[tuple[str, str]],
    *,
    model: str | Path | NLI = "default",
    store: str | Path | Store | None = None,
    **settings: Any,
) -> list[dict[str, Any]]:
    """Score (text, claim) pairs; one dict per pair, in order.

    Keys: ``label, p_supports, p_refutes, p_neutral, status, error``. A pair that cannot be
    scored has status ``error``, a None label and the reason. Pairs that ``store`` knows are looked
    up. ``settings`` (device, dtype, backend, batch_tokens) go to
    :meth:`stance.NLI.from_pretrained`. For files see
    :func:`stance.scoring.score_file`; for bare arrays :meth:`stance.NLI.score`.

    >>> rows = score([("The dam leaks, Ruiz said.", "The dam leaks.")])  # doctest: +SKIP
    >>> rows[0]["label"]                                                 # doctest: +SKIP
    'supports'
    """
    nli = as_model(model, **settings)
    probs, status, words = nli.score_rows(pairs, store=as_store(store))
    rows = []
    for p, state, word in zip(probs.tolist(), status, words, strict=True):
        good = state == "ok"
        supports, neutral, refutes = (round(x, 6) if good else None for x in p)
        rows.append(
            {
                "label": LABELS[max(range(3), key=p.__getitem__)] if good else None,
                "p_supports": supports,
                "p_refutes": refutes,
                "p_neutral": neutral,
                "status": state,
                "error": word,
            }
        )
    return rows


def verify(
    claims_source: object,
    documents: object,
    *,
    as_of: object = None,
    model: str | Path | NLI = "default",
    store: str | Path | Store | None = None,
    command: str | None = None,
    by_day: bool = False,
    log: Callable[[str], None] = lambda line: None,
    **settings: Any,
) -> list[Verdict]:
    """A verdict for each claim on the evidence of documents dated up to ``as_of``.

    ``claims_source`` is a claim, or whatever holds claims; a string with the suffix of a claims
    file is its path. ``settings`` (``voices``, ``source_weights``, ``k``, ``threshold``,
    ``parts``) are those of :func:`stance.verification.verify`. ``store`` keeps scores, what
    documents say, and a row on the run (with the ``command`` line, if any). With ``by_day`` each
    claim has a verdict for every day by which documents appeared, as
    :func:`stance.verification.history` gives them.

    Documents that could not be evidence (dated later, undated where a day is asked, in a language
    that models do not read) are told to ``log`` and counted in the store's row, and weights of
    names that nothing read has are told there too; for the numbers
    give an :class:`~stance.archive.Archive` and see its ``left_out`` and ``unread``.

    Raises:
        UsageError: no claim, or an option out of its range.
        InputError: a document or claim that cannot be read.

    >>> docs = [{"text": "The dam broke on Monday.", "date": "2023-05-02", "source": "Herald"}]
    >>> verify("The dam broke.", docs, as_of="2023-05-01")[0].verdict  # doctest: +SKIP
    'not enough evidence'
    """
    from stance import verification
    from stance.archive import Archive, as_archive

    if by_day and settings.pop("parts", False):
        raise UsageError("verify: parts and by_day are two tables; ask for one at a time")
    kept, nli = as_store(store), as_model(model)
    scorer = nli if kept is None else Remembering(nli, kept)
    day = None if as_of is None else parse_date(as_of)
    if not isinstance(documents, Archive):
        documents = Archive(as_documents(documents), day, store=kept)
    documents = as_archive(documents, day)
    until = day or documents.as_of
    asked = {"as_of": until and str(until), **({"by_day": True} if by_day else {}), **settings}
    with recorded(kept, "verify", command=command, settings=asked) as entry:
        wanted = as_claims(claims_source)
        left = documents.left_out
        # A history is made of days, so undated documents have no part in it either.
        undated = left.undated + sum(d.date is None for d in documents.documents if by_day)
        if undated or left.later:
            log(f"left out: {left.later} later and {undated} undated documents")
        if by_day:
            found = [
                row
                for claim in wanted
                for row in verification.history(
                    claim, documents, scorer=scorer, as_of=day, **settings
                )
            ]
        else:
            found = verification.verify(wanted, documents, scorer=scorer, as_of=day, **settings)
        unread = documents.unread
        if unread:
            log(f"not read: {unread} documents in languages other than the models'")
        known = {name.casefold() for name in documents.names()}
        unused = [n for n in settings.get("source_weights") or () if n.casefold() not in known]
        if unused:
            names = ", ".join(f"'{name}'" for name in unused)
            log(f"weights not used: no source, and no holder in what was read, is named {names}")
        verdicts = Counter(row.verdict for row in found)
        entry.model = nli.info()
        entry.counts = {
            "documents": len(documents.documents),
            "undated": undated,
            "later": left.later,
            "unread": unread,
            "claims": len(found),
            "verdicts": verdicts,
        }
    return found


def as_documents(source: object) -> list[Document]:
    """Documents, read from whatever holds them; the first bad row raises."""
    return read(source)


def as_claims(source: object) -> list[Claim]:
    """Claims, read from whatever holds them; a string is a path by its suffix, else a claim."""
    path = isinstance(source, str) and (source == "-" or is_claims_file(source))
    found = read_claims([source] if isinstance(source, str) and not path else source)
    if not found:
        raise UsageError("no claim given; give at least one with a non-empty text")
    return found


def as_model(model: str | Path | NLI, **settings: Any) -> NLI:
    """A loaded model as it is, or loaded by name."""
    from stance.inference import NLI

    return model if isinstance(model, NLI) else NLI.from_pretrained(model, **settings)


def all_passages(
    documents: Sequence[Document], attributions: Sequence[Attribution] | None = None
) -> list[Passage]:
    """The passages of all documents, each in one voice; attributes first where not yet done."""
    if attributions is None:
        attributions = attribution.attribute(documents)
    by_document: dict[str, list[Attribution]] = {}
    for row in attributions:
        by_document.setdefault(row.doc_id, []).append(row)
    return [p for d in documents for p in voice.passages(d, by_document.get(d.id, ()))]
