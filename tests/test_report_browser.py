"""The report in a real browser, offline: drawn, answering to pointer and keyboard, and inert."""

from __future__ import annotations

import os
import shutil
from itertools import pairwise
from pathlib import Path

import pytest
import report_cases

from stance.reporting import render

playwright = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
)
CHROMIUM = os.environ.get("STANCE_CHROMIUM", CHROMIUM)
pytestmark = pytest.mark.skipif(
    not CHROMIUM, reason="needs Chromium (apt-get install chromium, or STANCE_CHROMIUM=path)"
)
MAYOR_LAST = "Not before the meadow is mapped"


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        launched = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    return render(report_cases.story(tmp_path_factory.mktemp("story")))


@pytest.fixture
def show(browser):
    """Open a report offline; at the end nothing was asked of the network and nothing complained."""
    contexts, complaints, requests = [], [], []

    def opened(path: Path, **options):
        context = browser.new_context(**({"viewport": {"width": 1280, "height": 900}} | options))
        context.set_offline(True)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message) or dialog.dismiss())
        page.add_init_script(
            "addEventListener('securitypolicyviolation', e => console.error(e.violatedDirective))"
        )
        page.goto(path.as_uri())
        page.wait_for_selector("html[data-ready]")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [url for url in requests if not url.startswith(("file:", "data:"))] == []
    assert len([url for url in requests if url.startswith("file:")]) == len(contexts)
    assert complaints == []


def chart(page, claim=1):
    page.locator(f"#claim-{claim}").scroll_into_view_if_needed()
    page.wait_for_selector(f"#claim-{claim} .chart svg")
    return page.locator(f"#claim-{claim} .chart")


def test_charts_have_a_mark_for_every_point_and_shift(show, story):
    page = show(story)
    assert chart(page, 1).locator(".point").count() == 14
    assert chart(page, 2).locator(".point").count() == 8
    assert chart(page, 1).locator("[aria-label=arrow] path").count() == 2
    assert page.locator("#changes .shift").count() == 3
    assert page.locator("#overview tbody tr").count() == 9
    assert page.locator("#conflicts .conflict").count() == 1


def test_support_is_above_and_time_runs_to_the_right(show, story):
    page = show(story)
    marks = chart(page).locator(".point")
    first = marks.nth(0).bounding_box()
    last = marks.nth(3).bounding_box()
    assert "supports" in marks.nth(0).get_attribute("aria-label")
    assert "refutes" in marks.nth(3).get_attribute("aria-label")
    assert last["x"] > first["x"] + 300 and last["y"] > first["y"] + 10


def test_hover_shows_the_quotation_with_its_source_and_link(show, story):
    page = show(story)
    chart(page).locator(".point").nth(3).hover()
    card = page.locator("#card")
    assert MAYOR_LAST in card.locator("blockquote").inner_text()
    assert "Bay Courier, 8 Oct 2024" in card.inner_text()
    link = card.locator("a")
    assert link.get_attribute("href").startswith("https://news.example/k12-kestrel#:~:text=The%20")
    assert link.get_attribute("rel") == "noopener noreferrer"
    link.hover()  # the way onto the card does not close it
    page.wait_for_timeout(400)
    assert card.is_visible()
    page.mouse.move(2, 2)
    card.wait_for(state="hidden")


def test_a_day_with_both_sides_shows_the_words_of_its_stance_first(show, story):
    page = show(story)
    chart(page).locator(".point").nth(2).hover()
    text = page.locator("#card").inner_text()
    assert text.index("wrong about the hurry") < text.index("supports") < text.index("still named")
    assert "Changed since 9 Apr 2024, probability 0.98" in text
    assert not {"0", "false", "null", "undefined"} & set(text.split("\n")) and "[object" not in text


def test_level_within_between_and_contradictions_are_on_the_page(show, tmp_path):
    page = show(render(report_cases.drift(tmp_path)))
    drawn = chart(page)
    assert drawn.locator(".level-line path").count() == 3
    assert drawn.locator(".level-band path").count() == 3
    assert page.locator(".legend .level").is_visible()
    drawn.locator(".point").nth(0).hover()
    assert "level of that day −0." in page.locator("#card").inner_text()
    row = page.locator("#groups tbody tr")
    assert row.count() == 1 and row.locator("td.part svg").count() == 3
    text = row.inner_text()
    assert "Vera Holm" in text and "changed" in text and "only heard before" in text
    both = page.locator("#conflicts .contradiction")
    assert both.count() == 1 and "But not before the survey." in both.inner_text()
    page.select_option("#by-type", "outlet")
    assert row.count() == 0 and both.count() == 0
    page.select_option("#by-type", "all")
    page.fill("#by-name", "brandt")
    assert both.count() == 0 and row.count() == 1, "a group is not one holder's"


def test_many_claims_fit_beside_each_other(show, tmp_path):
    page = show(render(report_cases.large(tmp_path)))
    table = page.locator("#overview table.compact")
    assert table.bounding_box()["width"] <= 1280
    scroller = page.locator("#overview .scroller")
    assert scroller.evaluate("node => node.scrollWidth <= node.clientWidth")
    word = page.locator("#overview tbody td .last span").first
    assert word.inner_text() in ("supports", "refutes", "takes no side"), "said, not drawn"


def test_keyboard_alone_reaches_every_point(show, story):
    page = show(story)
    marks = chart(page).locator(".point")
    assert marks.evaluate_all("all => all.filter(mark => mark.tabIndex === 0).length") == 1
    marks.nth(0).focus()
    card = page.locator("#card")
    assert "no harbour left" in card.inner_text()
    page.keyboard.press("End")
    assert MAYOR_LAST in card.inner_text()
    page.keyboard.press("ArrowDown")
    assert "Rhea Okafor" in card.inner_text() and "8 Oct 2024" in card.inner_text()
    page.keyboard.press("ArrowLeft")
    assert "19 Mar 2024" in card.inner_text()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.closest('#card') !== null")
    page.keyboard.press("Escape")
    assert card.is_hidden()
    assert "19 Mar 2024" in page.evaluate("document.activeElement.getAttribute('aria-label')")


def test_tap_opens_the_card_on_a_phone(show, story):
    page = show(story, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    mark = chart(page).locator(".point").nth(3)
    mark.scroll_into_view_if_needed()
    mark.tap()
    assert MAYOR_LAST in page.locator("#card").inner_text()
    page.locator("#card .close").tap()
    assert page.locator("#card").is_hidden()


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_nothing_is_wider_than_the_window(show, story, width):
    page = show(story, viewport={"width": width, "height": 844})
    chart(page, 2)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_filters_by_claim_type_name_and_side(show, story):
    page = show(story)
    rows, shown = page.locator("#overview tbody tr"), page.locator("#shown")
    page.select_option("#by-type", "outlet")
    assert rows.count() == 3 and page.locator("#changes .shift").count() == 0
    page.check("#by-side")
    assert rows.count() == 2
    page.uncheck("#by-side")
    page.select_option("#by-type", "all")
    page.fill("#by-name", "LINDQ")
    assert rows.count() == 1 and page.locator("#changes .shift").count() == 1
    page.fill("#by-name", "")
    page.select_option("#by-claim", "1")
    assert page.locator("article.claim").count() == 1
    assert shown.inner_text() == "6 of 9 holders, 1 of 2 claims"
    page.fill("#by-name", "nobody of that name")
    assert "No holder" in page.locator("#overview").inner_text()


def test_the_table_under_a_chart_has_its_data(show, story):
    page = show(story)
    chart(page)
    page.locator("#claim-1 details.data summary").click()
    rows = page.locator("#claim-1 details.data tbody tr")
    rows.nth(13).wait_for()  # it is filled when it has opened
    assert rows.count() == 14
    texts = rows.all_inner_texts()
    mayor = next(text for text in texts if "30 Jul 2024" in text and "Ida Lindqvist" in text)
    assert "refutes" in mayor and "changed" in mayor and "0.31, 0.02" in mayor
    page.locator("#claim-1 details.data summary").click()
    page.locator("#claim-1 details.data summary").click()
    assert page.locator("#claim-1 details.data table").count() == 1


def test_dark_and_light_follow_the_system_and_keep_contrast(show, story):
    contrast = """colour => {
        const light = text => {
            const part = text.match(/[\\d.]+/g).slice(0, 3).map(v => v / 255)
                .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
            return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2];
        };
        const ground = getComputedStyle(document.body);
        return [...document.querySelectorAll('.tag, .muted, .lead, .last')].map(node => {
            const both = [getComputedStyle(node).color, ground.backgroundColor].map(light);
            return (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
        });
    }"""
    grounds = set()
    for scheme in ("light", "dark"):
        page = show(story, color_scheme=scheme)
        grounds.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        assert min(page.evaluate(contrast)) >= 4.5
    assert len(grounds) == 2


def test_printing_draws_every_chart_and_leaves_the_filters_out(show, story):
    page = show(story)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator(".chart svg").count() == 2
    assert page.locator("#bar").is_hidden()


def test_names_for_everything_a_screen_reader_meets(show, story):
    page = show(story)
    chart(page, 2)
    unnamed = page.evaluate(
        """[...document.querySelectorAll('a, button, input, select, [role=button], [role=region]')]
           .filter(node => !(node.getAttribute('aria-label') || node.textContent.trim() ||
                             node.closest('label')))
           .map(node => node.outerHTML.slice(0, 120))"""
    )
    assert unnamed == []
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(node => node.id)")
    assert len(ids) == len(set(ids))
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(n => +n.tagName[1])")
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))


@pytest.mark.parametrize(
    "poison",
    [
        "</script><script>alert(1)</script>",
        "<img src=https://x.example/i.png onerror=alert(1)>",
        "\"'><svg/onload=alert(1)>",
        "\u202eevil\u2066\x00",
    ],
)
@pytest.mark.parametrize("case", [report_cases.story, report_cases.drift])
def test_hostile_text_is_shown_and_does_nothing(show, tmp_path, poison, case):
    page = show(render(report_cases.hostile(tmp_path, poison, case)))
    chart(page, page.locator("article.claim").count())
    page.locator("#claim-1 details.data summary").click()
    page.evaluate("document.querySelectorAll('details').forEach(node => { node.open = true; })")
    chart(page, 1).locator(".point").nth(0).focus()  # last: its card may cover what is below it
    assert page.locator("img, iframe, object, [onerror], [onload]").count() == 0
    assert page.locator("a[href^='javascript'], a[target]").count() == 0
    if poison[0] in '<"':
        assert poison in page.locator("#card").inner_text()


def test_a_packed_page_opens_too(show, tmp_path, monkeypatch):
    monkeypatch.setattr("stance.reporting.page._LIMIT", 560_000)
    target = render(report_cases.story(tmp_path))
    assert 'data-encoding="gzip"' in target.read_text()
    assert chart(show(target)).locator(".point").count() == 14


def test_an_empty_run_opens(show, tmp_path):
    page = show(render(report_cases.empty(tmp_path)))
    assert "No change of position" in page.locator("#changes").inner_text()


def test_the_large_case_is_drawn_in_reasonable_time(show, tmp_path):
    page = show(render(report_cases.large(tmp_path)))
    assert page.locator("#overview tbody tr").count() == 20
    spent = page.evaluate(
        "(() => { const t = performance.now(); dispatchEvent(new Event('beforeprint'));"
        " return performance.now() - t; })()"
    )
    assert page.locator(".chart svg").count() == 10
    assert spent < 20_000
