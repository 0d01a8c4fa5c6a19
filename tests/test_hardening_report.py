"""Hostile documents through the whole flow: in the report they are words, whatever they say."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest
from tiny_models import tiny_model

from stance.inference import NLI
from stance.tracking import track

EVIL = (
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(2)</script>",
    "{{7*7}}${7*7}`${alert(3)}`",
    "javascript:alert(4)//",
    "\u202etxt.exe\u2066",
    "=HYPERLINK(1)",
    "<style>*{display:none}</style><base href=//evil.example>",
)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose documents have poison in every field, and say it too."""
    made = tmp_path_factory.mktemp("hostile")
    rows = [
        {
            "id": f"{evil}{number}",
            "source": f"Post {evil}",
            "title": evil,
            "url": evil,
            "date": f"2024-0{1 + number}-05",
            "text": f"“The road is open {evil},” Ana Ruiz {evil} said. Bo Lund denied that the "
            f"road is open. {evil}\n\n{evil}",
        }
        for number, evil in enumerate(EVIL)
    ]
    claims = [{"id": evil, "text": f"The road is open. {evil}"} for evil in EVIL[:3]]
    nli = NLI.from_pretrained(tiny_model(made / "model", "bert"))
    track(rows, claims, out=made / "out", model=nli, command=f"stance track {EVIL[1]}")
    return made / "out" / "report.html"


class _Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def test_the_page_has_no_element_of_theirs(report: Path) -> None:
    for tag, attributes in _Tags(report.read_text(encoding="utf-8")).seen:
        assert tag not in {"img", "base", "iframe", "object", "embed", "form"}
        assert not [name for name in attributes if name.startswith("on")]
        assert not str(attributes.get("href") or "").startswith("javascript")


def test_in_a_browser_nothing_of_it_runs(report: Path) -> None:
    playwright = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")
    from test_report_browser import CHROMIUM

    if not CHROMIUM:
        pytest.skip("needs Chromium (apt-get install chromium, or STANCE_CHROMIUM=path)")
    complaints: list[str] = []
    requests: list[str] = []
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()
        page.context.set_offline(True)
        page.on("dialog", lambda dialog: complaints.append(dialog.message) or dialog.dismiss())
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(report.as_uri())
        page.wait_for_selector("html[data-ready]")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        assert page.locator("img, base, iframe, [onerror], [onload]").count() == 0
        assert page.locator("a[href^='javascript']").count() == 0
        assert "49" not in page.title()
        shown = page.inner_text("body")
        browser.close()
    assert "onerror" in shown
    assert complaints == []
    assert [url for url in requests if not url.startswith(("file:", "data:"))] == []
