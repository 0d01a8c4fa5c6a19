"""Documents and claims from files, folders, frames and plain data.

The text of a document is never altered: what a file says about itself in front matter or a
leading ``date YYYY-MM-DD`` becomes fields, and stays in the text, so offsets index the file.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count
from pathlib import Path
from typing import Literal

from stance.dates import parse_date
from stance.errors import InputError, MissingExtraError, UsageError
from stance.rows import (
    TABLE_SUFFIXES,
    Problem,
    Report,
    Row,
    existing,
    fail,
    missing,
    numbered_rows,
    opened,
    read_rows,
    source_name,
    undecodable,
)
from stance.text import header
from stance.types import Claim, Date, Document
from stance.webpages import read_page

__all__ = ["Loaded", "Problem", "load", "load_claims", "read", "read_claims", "read_rows"]

OnError = Literal["skip", "fail"]
_TEXT_SUFFIXES = (".txt", ".md", ".html", ".htm")
_OWN_FIELDS = ("id", "text", "source", "date", "title", "url", "lang")
_FEED_SUFFIXES = (".json", ".jsonld")
_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)([-_.]?)(\d\d)\2(\d\d)(?!\d)")
_UNUSABLE = re.compile("[\0\ud800-\udfff]")
_LIST_SIGN = re.compile(r"^(?:[-*•]|\d{1,3}[.)])\s+")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a source held: documents in order, what could not be read, the corpus's own claims."""

    documents: list[Document]
    problems: list[Problem] = field(default_factory=list)
    claims_path: Path | None = None
    left: list[Path] = field(default_factory=list)
    """Files of a folder that may hold documents, of kinds that are not read there."""

    def note(self) -> str | None:
        """What was left in the folders, in a line; None where nothing was."""
        if not self.left:
            return None
        kinds = Counter(path.suffix.lower() for path in self.left)
        named = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
        return f"not read: {named}; give tables by their own path, save other files as .txt"


def load(source: object, *, on_error: OnError = "skip", claims: object = None) -> Loaded:
    """Read documents and collect, rather than raise, what is wrong with single rows.

    ``source`` is a path, a list of paths, or ``"-"`` (JSON Lines on standard input), a frame or
    dataset, or an iterable of dicts or :class:`~stance.types.Document`. A folder with
    ``documents.*`` is a corpus: that file is its documents and ``claims.*`` its claims
    (``claims_path``). Of any other folder every .txt, .md and .html file at any depth is a
    document, with fields from its ``metadata.csv``; files of other kinds that may hold documents
    are named in ``left``. The file of ``claims`` that are asked about the documents is none
    itself. Missing ids are made from file names and rows, with the folder's name where two files
    have one name; a missing source is the id, and a text file that states no date has the one of
    its name, if that holds one ("2024-03-01-reuters.txt").

    Rows without text, with a date that is not ISO 8601, with a used id, in a wrong encoding or
    broken are left out and listed in ``problems``; ``on_error="fail"`` raises the first of them
    as :class:`~stance.errors.InputError`. A source that is not there raises in any case.

    >>> loaded = load([{"text": "It rained."}, {"text": "It was dry.", "date": "May"}])
    >>> [d.id for d in loaded.documents], str(loaded.problems[0])[:21]
    (['1'], "row 2, field 'date': ")
    """
    problems: list[Problem] = []
    report = _report(on_error, problems)
    claims_path = None
    found: Iterable[_Found] = ()
    left: list[Path] = []
    for part in _parts(source, claims):
        documents, own = _documents(part, report, claims, left)
        found, claims_path = chain(found, documents), claims_path or own
    return Loaded(_without_repeats(found), problems, claims_path, left)


def _parts(source: object, claims: object) -> Sequence[object]:
    """The sources that are read one after the other: every path of a list, but for the claims'."""
    if not isinstance(source, list | tuple) or not source:
        return [[source]] if isinstance(source, Document) else [source]
    if not all(isinstance(part, str | Path) for part in source):
        return [source]
    if not any(isinstance(part, Path) or part == "-" or _is_there(part) for part in source):
        return [source]  # texts, which is said of each of them
    apart = _resolved(claims)
    return [part for part in source if part == "-" or _resolved(part) != apart]


def _is_there(path: str) -> bool:
    try:
        return bool(path) and Path(path).exists()  # Path("") is the working directory
    except OSError:  # too long for a path
        return False


def _resolved(path: object) -> Path | None:
    return Path(path).resolve() if isinstance(path, str | Path) else None


def _documents(
    source: object, report: Report, claims: object, left: list[Path]
) -> tuple[Iterable[_Found], Path | None]:
    """The documents of one source, and the claims file of a folder; ``left`` gets what is not
    read there."""
    if isinstance(source, str | Path) and source != "-" and existing(source).is_dir():
        folder = Path(source)
        table, own = _corpus(folder)
        if table:
            return _table_documents(table, report), own
        apart = _resolved(claims if claims is not None else own)
        texts = _texts(folder, apart, left)
        return _folder_documents(folder, texts, report), own
    if isinstance(source, str | Path) and Path(source).suffix.lower() in _TEXT_SUFFIXES:
        return _text_document(existing(source), None, report), None
    if isinstance(source, str | Path) and source != "-" and not _is_table(source):
        known = ", ".join((*TABLE_SUFFIXES, *_TEXT_SUFFIXES))
        raise InputError(f"holds no documents that can be read; give {known}", file=str(source))
    return _table_documents(source, report), None


def read(source: object, *, on_error: OnError = "fail") -> list[Document]:
    """Read documents; see :func:`load` for what ``source`` can be.

    A row that cannot be read raises :class:`~stance.errors.InputError` with its file, row and
    field; with ``on_error="skip"`` it is left out, and :func:`load` is what tells you so.

    >>> read([{"id": "a", "text": "It rained.", "source": "The Ledger", "date": "2022-10"}])[0].date
    Date(start=datetime.date(2022, 10, 1), precision='month')
    """
    return load(source, on_error=on_error).documents


def _is_table(path: str | Path) -> bool:
    return Path(path).suffix.lower() in TABLE_SUFFIXES


def is_claims_file(path: str | Path) -> bool:
    """Whether a path has a suffix that :func:`load_claims` reads.

    >>> is_claims_file("claims.csv"), is_claims_file("It costs 3.5 million.")
    (True, False)
    """
    return _is_claims_table(path) or _is_feed(path)


def _is_claims_table(path: str | Path) -> bool:
    return _is_table(path) or Path(path).suffix.lower() == ".txt"


def _is_feed(path: str | Path) -> bool:
    return Path(path).suffix.lower() in _FEED_SUFFIXES


def load_claims(source: object, *, on_error: OnError = "skip") -> tuple[list[Claim], list[Problem]]:
    """Read claims, with the rows that could not be read.

    ``source`` is a .jsonl, .csv, .parquet or .txt path (one claim a line), ``"-"``, a frame, or an
    iterable of strings, dicts or :class:`~stance.types.Claim`. Fields are ``text`` and optionally
    ``id``, or ``claim`` and ``claim_id`` as this library writes them; of detected claims it is
    ``canonical``, once for each ``claim_id``. Claims without an id are ``c1``, ``c2``, … by their
    place among all claims. In a .txt file signs and numbers of a list are no part of a claim, and
    lines that begin with "# " are none.

    A .json or .jsonld path is a feed of schema.org ClaimReviews, and rows that hold such reviews
    are part of one, see :func:`stance.schemaorg.read_claim_reviews`: each wording is one claim, and
    a review without its claim is a problem like any other row. A file that is no JSON, or holds
    no review, raises in any case.

    >>> load_claims(["The mission is ready.", ""])[1][0].message
    "no text; give every row a non-empty string in 'text'"
    """
    problems: list[Problem] = []
    report = _report(on_error, problems)
    kept: list[tuple[int, Claim]] = []
    seen: dict[str, str] = {}
    for place, (number, claim) in enumerate(_claims(source, report), 1):
        complain = _at(source_name(source), number, report)
        if not claim.id or _is_new(claim.id, f"row {number}", seen, complain):
            kept.append((place, claim))
    return [c if c.id else dataclasses.replace(c, id=_free_id(n, seen)) for n, c in kept], problems


def _free_id(place: int, stated: Collection[str]) -> str:
    made = chain([f"c{place}"], (f"c{place}-{n}" for n in count(2)))
    return next(key for key in made if key not in stated)


def read_claims(source: object, *, on_error: OnError = "fail") -> list[Claim]:
    """Read claims; see :func:`load_claims` for what ``source`` can be.

    >>> [c.id for c in read_claims(["The mission is ready.", "The mission is welcome."])]
    ['c1', 'c2']
    """
    return load_claims(source, on_error=on_error)[0]


_Complain = Callable[[str | None, str], None]


def _report(on_error: str, problems: list[Problem]) -> Report:
    if on_error not in ("skip", "fail"):
        raise UsageError(f"on_error is {on_error!r}; give 'skip' or 'fail'")
    return fail if on_error == "fail" else problems.append


def _at(file: str | None, row: int | None, report: Report) -> _Complain:
    """A ``report`` for one row: takes the field and the message."""
    return lambda name, message: report(Problem(file, row, name, message))


def _is_new(key: str, place: str, seen: dict[str, str], complain: _Complain) -> bool:
    if key in seen:
        complain("id", f"'{key}' is already the id of {seen[key]}; give every row its own")
        return False
    seen[key] = place
    return True


def _corpus(folder: Path) -> tuple[Path | None, Path | None]:
    """The documents and claims files of a corpus folder."""
    documents = [p for p in sorted(folder.glob("documents.*")) if _is_table(p)]
    if len(documents) > 1:
        names = ", ".join(path.name for path in documents)
        raise InputError(f"holds {names}; keep one, or name the file to read", file=str(folder))
    claims = [p for p in sorted(folder.glob("claims.*")) if _is_claims_table(p)]
    return documents[0] if documents else None, claims[0] if claims else None


@dataclass(frozen=True, slots=True)
class _Found:
    """A document, its place in words, where to complain of it, and what of it is made up from its
    place: of ``id`` and ``source`` those that it does not state."""

    document: Document
    place: str
    complain: _Complain
    made: Collection[str]
    file: Path | None = None


def _without_repeats(found: Iterable[_Found]) -> list[Document]:
    """Documents with ids that differ: an id made from a file's name, where another file has it
    already, gets the folder's name too."""
    seen: dict[str, str] = {}
    homes: dict[str, Path | None] = {}
    documents = []
    for one in found:
        document = one.document
        other = homes.get(document.id)
        if "id" in one.made and one.file and other and one.file != other:
            new = next(key for key in _longer_ids(document.id, one.file, other) if key not in seen)
            source = new if "source" in one.made else document.source
            document = dataclasses.replace(document, id=new, source=source)
        if _is_new(document.id, one.place, seen, one.complain):
            homes[document.id] = one.file
            documents.append(document)
    return documents


def _longer_ids(key: str, file: Path, other: Path) -> Iterator[str]:
    """Ids for a file whose made id another file has, the shortest first."""
    if file.parent == other.parent:
        yield f"{key}{file.suffix}"
    folders = file.resolve().parent.parts
    folders = folders[: len(folders) - key.count("/")]
    for start in range(len(folders) - 1, 0, -1):
        yield "/".join((*folders[start:], key))
    yield from (f"{key} ({n})" for n in count(2))


def _table_documents(source: object, report: Report) -> Iterator[_Found]:
    file = source_name(source)
    stem = f"{Path(file).stem}:" if file and source != "-" else ""
    for number, row in numbered_rows(source, report, _document_row):
        complain = _at(file, number, report)
        document, made = _document(row, f"{stem}{number}", complain)
        if document:
            yield _Found(document, f"row {number}", complain, made, _resolved(file))


def _document_row(item: object) -> object:
    if not isinstance(item, Document):
        return item
    return {name: getattr(item, name) for name in _OWN_FIELDS} | dict(item.extra)


_MAY_HOLD_DOCUMENTS = (
    *TABLE_SUFFIXES,
    *".json .tsv .xlsx .xls .ods .pdf .doc .docx .odt .rtf .epub .mht .mhtml .xml .eml".split(),
)


def _texts(folder: Path, apart: Path | None, left: list[Path]) -> dict[str, Path]:
    """The texts of a folder by their path inside it; ``left`` gets other files that may hold
    documents."""
    texts = {}
    for path in sorted(folder.rglob("*")):
        kind = path.suffix.lower()
        if kind not in (*_TEXT_SUFFIXES, *_MAY_HOLD_DOCUMENTS) or _is_aside(path, folder, apart):
            continue
        if kind in _TEXT_SUFFIXES:
            texts[path.relative_to(folder).as_posix()] = path
        else:
            left.append(path)
    return texts


def _is_aside(path: Path, folder: Path, apart: Path | None) -> bool:
    """Whether a path is none of a folder's articles: hidden, the claims, metadata, what an earlier
    run wrote into a folder among them, what a browser saved beside a page."""
    inside = path.relative_to(folder)
    written = path.name in ("report.html", "run.json") or path.suffix == ".jsonl"
    return (
        not path.is_file()
        or any(part.startswith(".") for part in inside.parts)
        or path.resolve() == apart
        or inside == Path("metadata.csv")
        or (written and (path.parent / "run.json").is_file())
        or any(_is_beside_page(folder / home) for home in list(inside.parents)[:-1])
    )


def _is_beside_page(home: Path) -> bool:
    """Whether a folder holds what belongs to a saved page: "Dam_files" beside "Dam.html"."""
    page = home.name.removesuffix("_files")
    return page != home.name and any(
        home.with_name(page + end).is_file() for end in (".html", ".htm")
    )


def _folder_documents(folder: Path, texts: Mapping[str, Path], report: Report) -> Iterator[_Found]:
    if not texts:
        tables = [path.name for path in sorted(folder.iterdir()) if _is_table(path)]
        advice = f"; to read {tables[0]}, give its path" if tables else ""
        message = f"holds no documents.jsonl, .csv or .parquet and no .txt, .md or .html{advice}"
        raise InputError(message, file=str(folder))
    metadata = _metadata(folder / "metadata.csv", texts, report)
    for name, path in texts.items():
        yield from _text_document(path, metadata.get(name), report, name)


_Stated = tuple[Row, _Complain]  # fields of a row of metadata.csv, and where to complain of them


def _metadata(table: Path, paths: Mapping[str, Path], report: Report) -> dict[str, _Stated]:
    """Rows of metadata.csv by the file they are about."""
    stated: dict[str, _Stated] = {}
    if not table.exists():
        return stated
    for number, row in numbered_rows(table, report):
        complain = _at(str(table), number, report)
        name = str(row.pop("file", "") or "").removeprefix("./")
        if name not in paths:
            complain("file", f"'{name}' is not a text in this folder; give its path inside it")
        elif name in stated:
            complain("file", f"'{name}' has a row already; only the first counts")
        else:
            stated[name] = {k: v for k, v in row.items() if not missing(v)}, complain
    return stated


def _text_document(
    path: Path, stated: _Stated | None, report: Report, name: str | None = None
) -> Iterator[_Found]:
    """The document of one file; ``name`` is its path inside the folder that is read."""
    complain = _at(str(path), None, report)
    with opened(path) as stream:
        data = stream.read()
    fields: Row = {}
    if not data.strip():
        return complain(None, "the file is empty")
    if path.suffix.lower() in (".html", ".htm"):
        try:
            fields = read_page(data)
        except MissingExtraError as error:
            if name is None:
                raise
            return complain(None, str(error))
        if not fields:
            return complain(None, "no main text was found in this page; save its text as .txt")
    else:
        try:
            fields["text"] = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            return complain(None, undecodable(data, error))
    blame = {}
    if stated:
        row, complain_of_row = stated
        fields |= row
        blame = dict.fromkeys(row, complain_of_row)
    default = str(Path(name or path.name).with_suffix("").as_posix())
    if "date" not in header(str(fields.get("text", "")))[0]:
        fields = {"date": _named_date(path.stem), **fields}
    document, made = _document(fields, default, lambda f, m: blame.get(f or "", complain)(f, m))
    if document:
        yield _Found(document, name or str(path), complain, made, path.resolve())


def _named_date(name: str) -> str | None:
    """The one whole date that a file's name holds; of two nobody knows which is the document's."""
    found = [f"{day[1]}-{day[3]}-{day[4]}" for day in _DAY.finditer(name)]
    if len(found) != 1:
        return None
    try:
        parse_date(found[0])
    except InputError:
        return None
    return found[0]


def _document(
    row: Row, default_id: str, complain: _Complain
) -> tuple[Document | None, Collection[str]]:
    """A document of the fields of a row, and which of ``id`` and ``source`` it does not state; None
    after complaining of the first field that is wrong."""
    text = _text(row, "text", complain)
    if text is None:
        return None, ()
    fields: Row = {**header(text)[0], **{k: v for k, v in row.items() if not missing(v)}}
    for name in [k for k in fields if k.lower() in _OWN_FIELDS and k.lower() not in fields]:
        fields[name.lower()] = fields.pop(name)
    names: dict[str, str | None] = {}
    for name in ("id", "source", "title", "url", "lang"):
        value = fields.get(name)
        if isinstance(value, float) and value.is_integer():
            value = int(value)  # what pandas makes of whole numbers beside a gap
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if value is not None and (not isinstance(value, str) or _UNUSABLE.search(value)):
            complain(name, f"{value!r:.80} is not plain text; write it as a string")
            return None, ()
        names[name] = value
    date: Date | None = None
    try:
        if fields.get("date") is not None:
            date = parse_date(fields["date"])
    except InputError as error:
        complain("date", error.message)
        return None, ()
    extra = {k: v for k, v in fields.items() if k not in _OWN_FIELDS}
    key = names["id"] or default_id
    source = names["source"] or key
    made = [name for name in ("id", "source") if not names[name]]
    return Document(
        key, text, source, date, names["title"], names["url"], names["lang"], extra
    ), made


def _text(row: Mapping[str, object], name: str, complain: _Complain) -> str | None:
    """The text of a row if it can be worked with, else None after complaining."""
    value = row.get(name)
    if missing(value):
        others = ", ".join(f"'{key}'" for key in row) or "none"
        has = "" if name in row else f" (its fields: {others:.120})"
        complain(name, f"no text{has}; give every row a non-empty string in '{name}'")
        return None
    if not isinstance(value, str):
        complain(name, f"{value!r:.80} ({type(value).__name__}) is not text; write it as a string")
        return None
    bad = _UNUSABLE.search(value)
    if bad:
        what = "NUL" if bad[0] == "\0" else f"the lone surrogate U+{ord(bad[0]):04X}"
        complain(name, f"has {what} at character {bad.start()}; remove it or decode the text anew")
        return None
    return value


def _claims(source: object, report: Report) -> Iterator[tuple[int, Claim]]:
    """Claims with the number of their row; those without an id have an empty one."""
    file = source_name(source)
    rows: Iterable[tuple[int, Mapping[str, object]]]
    if isinstance(source, str | Path) and Path(source).suffix.lower() == ".txt":
        rows = _lines(existing(source), report)
    elif isinstance(source, str | Path) and _is_feed(source):
        from stance.schemaorg import feed_reviews

        rows = enumerate(feed_reviews(source), 1)
    elif isinstance(source, list | tuple) and all(isinstance(item, Claim) for item in source):
        for number, claim in enumerate(source, 1):
            if _text({"text": claim.text}, "text", _at(file, number, report)) is not None:
                yield number, claim
        return
    else:
        rows = numbered_rows(source, report, lambda c: {"text": c} if isinstance(c, str) else c)
    known: set[str] = set()
    for number, row in rows:
        complain = _at(file, number, report)
        reviews = _reviews(row)
        if reviews is not None:
            for claim in _reviewed(reviews, complain):
                if claim.id not in known:
                    yield number, claim
                known.add(claim.id)
            continue
        key = str(next((row[k] for k in ("id", "claim_id") if not missing(row.get(k))), ""))
        detected = not missing(row.get("canonical"))
        if detected and key in known:
            continue  # detect writes a row for every statement of a claim
        bare = "claim" if "text" not in row and "claim" in row else "text"
        text = _text(row, "canonical" if detected else bare, complain)
        if text is not None:
            known.update([key] if detected and key else ())
            yield number, Claim(key, text)


_Review = Mapping[str, object]


def _reviews(row: _Review) -> list[_Review] | None:
    """The ClaimReviews inside a row of JSON-LD; None where it is a row with a claim like others."""
    if "@type" not in row and "@graph" not in row:
        return None
    from stance.schemaorg import reviews_in

    found = list(reviews_in(row))
    return found if found or not ("text" in row or "claim" in row) else None


def _reviewed(reviews: Iterable[_Review], complain: _Complain) -> Iterator[Claim]:
    from stance.schemaorg import reviewed_claim

    for review in reviews:
        text = _text(review, "claimReviewed", complain)
        if text is not None:
            yield reviewed_claim(text.strip(), review)


def _lines(path: Path, report: Report) -> Iterator[tuple[int, Row]]:
    file, offset = str(path), 0
    with opened(path) as stream:
        for number, line in enumerate(stream, 1):
            start, offset = offset, offset + len(line)
            try:
                text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip()
            except UnicodeDecodeError as error:
                report(Problem(file, number, None, undecodable(line, error, start)))
                continue
            text = _LIST_SIGN.sub("", text)
            if text and not text.startswith("# "):
                yield number, {"text": text}
    if not offset:
        report(Problem(file, None, None, "the file is empty"))
