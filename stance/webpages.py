"""Saved web pages: their main text, and what they state of themselves.

The text is what trafilatura finds. Two things are kept that it drops: the marks of quotations that
a page makes with tags alone, and the difference between a stated day and a guessed one.
"""

from __future__ import annotations

import re
from typing import Any

from stance.almanac import MONTHS
from stance.errors import MissingExtraError

_CHANGED = re.compile(r"modif|updat|revis|lastmod", re.IGNORECASE)
_MARKS = "“”„«»\"‘’'"
_MONTH_NAMES = tuple(name.capitalize() for name in MONTHS)


def read_page(data: bytes) -> dict[str, object]:
    """``text``, and ``source``, ``date``, ``title`` and ``url`` where the page states them.

    Empty where no main text is found. When a page was changed is not its date, nor is a day that
    may be a month ("03/05/2024"). Quotations in ``<q>`` and ``<blockquote>`` get quotation marks.

    Raises:
        MissingExtraError: without the extra ``html``.
    """
    try:
        import trafilatura
    except ImportError as error:
        raise MissingExtraError("trafilatura", "html", "reading HTML") from error
    tree = trafilatura.load_html(data)
    if tree is None:  # a fragment of one block is taken for no page
        tree = trafilatura.load_html(b"<html><body><article>" + data + b"</article></body></html>")
    if tree is None:
        return {}
    _drop_changes(tree)
    _mark_quotations(tree)
    # Dates only where the page states one: an extensive search guesses from any number in it.
    page = trafilatura.bare_extraction(
        tree,
        with_metadata=True,
        include_comments=False,
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    if page is None or not (page.text or "").strip():
        return {}
    date = page.date if page.date and _states(data.decode("utf-8", "replace"), page.date) else None
    stated = {"source": page.sitename, "date": date, "title": page.title, "url": page.url}
    return {"text": page.text, **{key: value for key, value in stated.items() if value}}


def _drop_changes(tree: Any) -> None:
    """Take out where a page says when it was last changed."""
    for tag in ("meta", "time", "abbr", "span"):
        for element in list(tree.iter(tag)):
            says = (element.get(name) or "" for name in ("property", "name", "itemprop", "class"))
            if any(map(_CHANGED.search, says)):
                element.drop_tree()
    for script in tree.iter("script"):
        if script.text and "dateModified" in script.text:
            script.text = re.sub(r'"dateModified"\s*:\s*"[^"]*"\s*,?', "", script.text)


def _mark_quotations(tree: Any) -> None:
    for element in list(tree.iter("q")):
        _quote(element)
        element.drop_tag()
    for block in list(tree.iter("blockquote")):
        for part in [*block.iter("p")] or [block]:
            _quote(part)
        for tag in ("footer", "cite", "figcaption"):  # whose words they are is dropped otherwise
            for element in [e for e in block.iter(tag) if e.text]:
                element.tag, element.text = "p", f"— {element.text.lstrip(' —–-')}"


def _quote(element: Any) -> None:
    """Put marks around an element's words, up to where somebody is named for them."""
    inside = [part for part in element if part.tag not in ("footer", "cite", "figcaption")]
    if not (words := (element.text or "").lstrip()) and not inside:
        return
    if words and words[0] in f"{_MARKS}—–":
        return
    element.text = f"“{words}"
    if inside:
        inside[-1].tail = f"{(inside[-1].tail or '').rstrip()}”"
    else:
        element.text = f"{element.text.rstrip()}”"


def _states(html: str, date: str) -> bool:
    """Whether a page has a day in a form that has one reading: year first, the month in words, or a
    day that is no month."""
    year, month, day = date.split("-")
    name = _MONTH_NAMES[int(month) - 1]
    short, plain_month, plain_day = name[:3], int(month), int(day)
    forms = [
        rf"{year}(?P<gap>[-/._]?){plain_month:02d}(?P=gap){plain_day:02d}(?!\d)",
        rf"{year}[-/._]{plain_month}[-/._]{plain_day}(?!\d)",
        rf"\b{short}\w*\.?\s+{plain_day}(?:st|nd|rd|th)?,?\s+{year}",
        rf"\b0?{plain_day}(?:st|nd|rd|th)?[\s-]+(?:of\s+)?{short}\w*\.?,?[\s-]+{year}",
    ]
    if plain_day > len(_MONTH_NAMES) or plain_day == plain_month:
        pair = rf"(?:0?{plain_day}([-/.])0?{plain_month}|0?{plain_month}([-/.])0?{plain_day})"
        forms.append(rf"(?<!\d){pair}[-/.]{year}(?!\d)")
    return any(re.search(form, html, re.IGNORECASE) for form in forms)
