// A section for each claim: chart, its table, and who spoke first.

const ROWS_AT_FIRST = 20;
const waiting = new IntersectionObserver(
  (entries) => entries.filter((e) => e.isIntersecting).forEach((e) => drawNow(e.target)),
  { rootMargin: "700px" },
);
const charts = new Map();

function drawNow(host) {
  const chart = charts.get(host);
  if (!chart || host.firstChild) return;
  waiting.unobserve(host);
  drawChart(host, chart.rows, chart.label);
  host.classList.add("drawn");
}

// The news first: who changed, then who takes a side, then the most spoken of.
function byInterest(a, b) {
  const rank = (s) =>
    (s.shifts?.length ? 1e6 : 0) +
    (s.points.some((p) => p.stance !== 1) ? 1e5 : 0) +
    s.points.length;
  return rank(b) - rank(a) || b.points.at(-1).score - a.points.at(-1).score;
}

function claimSection(number, series) {
  const claim = data.claims[number];
  const rows = series.filter((s) => s.claim === number).sort(byInterest);
  const counts = data.coverage.claims[number] ?? [0, 0, 0, 0, 0];
  const title = `claim-${number + 1}-title`;
  const section = el(
    "article",
    { class: "claim", id: `claim-${number + 1}`, "aria-labelledby": title },
    el(
      "h3",
      { id: title },
      el("span", { class: "number" }, String(number + 1)),
      el("bdi", {}, claim.text),
    ),
    el("p", { class: "muted small" }, claimCounts(claim, counts)),
  );
  if (!rows.length)
    section.append(
      el("p", { class: "notice" }, "No holder shown here has a dated stance on this claim."),
    );
  else section.append(...chartFigure(number, rows), firstPositions(number));
  return section;
}

function claimCounts(claim, [supports, neutral, refutes, unrelated, abstained]) {
  const found = claim.origin === "detected";
  const origin = found ? `Found in the documents, in ${many(claim.members, "place")}. ` : "";
  const made = claim.first ? `First made by ${claim.first[1]}, ${shortDate(claim.first[0])}. ` : "";
  const all = supports + neutral + refutes + unrelated + abstained;
  return (
    `${origin}${made}In ${many(all, "reading")}: ${supports} in support, ${refutes} against, ` +
    `${neutral} without a side, ${unrelated} unrelated, ${abstained} abstained.`
  );
}

function chartFigure(number, rows, limit = ROWS_AT_FIRST) {
  const shown = rows.slice(0, limit);
  const changes = d3.sum(rows, (s) => s.shifts?.length ?? 0);
  const label =
    `Chart of ${many(shown.length, "holder")} over time on claim ${number + 1}, ${many(changes, "change")} of position. ` +
    "Arrow keys move between points, Enter opens the quotation. The table below has the same data.";
  const host = el("div", { class: "chart" });
  charts.set(host, { rows: shown, label });
  waiting.observe(host);
  const figure = el("figure", {}, host);
  const table = el(
    "details",
    { class: "data" },
    el("summary", {}, "The data of this chart as a table"),
  );
  table.addEventListener(
    "toggle",
    () => table.open && !table.querySelector("table") && table.append(pointTable(shown)),
    { once: false },
  );
  figure.append(
    ...more(rows.length, limit, "holder", () => {
      const [all, allData] = chartFigure(number, rows, Infinity);
      figure.replaceWith(all);
      table.replaceWith(allData);
      drawNow(all.firstChild);
    }),
  );
  return [figure, table];
}

function pointTable(rows) {
  const levels = rows.some((s) => s.level.length);
  const head = [
    "Date",
    "Holder",
    "Stance",
    "Score",
    "Interval",
    levels ? "Level" : null,
    "p supports",
    "p no side",
    "p refutes",
    "p unrelated",
    "Evidence",
  ].filter(Boolean);
  const body = rows
    .flatMap((s) => s.points)
    .map((point) => {
      const p = (place) => point.records.map((row) => share(row.p[place])).join(", ") || "–";
      const evidence = point.records.map((row) => quotation(row.document, row.evidence, 1));
      return el(
        "tr",
        {},
        el("td", { class: "date" }, shortDate(point.date)),
        el("th", { scope: "row" }, el("bdi", {}, data.holders[point.holder].name)),
        el(
          "td",
          {},
          tag(point.stance, point.conditional),
          point.shift ? el("span", { class: "moved" }, "changed") : null,
        ),
        el("td", { class: "figure" }, signed(point.score)),
        el("td", { class: "figure" }, `${signed(point.low)} to ${signed(point.high)}`),
        levels &&
          el(
            "td",
            { class: "figure" },
            point.level
              ? `${signed(point.level.mean)}, ${signed(point.level.low)} to ${signed(point.level.high)}`
              : "–",
          ),
        [0, 1, 2, 3].map((place) => el("td", { class: "figure" }, p(place))),
        el("td", {}, evidence.length ? evidence : point.documents.map((d) => reference(d))),
      );
    });
  return el(
    "div",
    {
      class: "scroller",
      tabindex: 0,
      role: "region",
      "aria-label": "Data table, scrolls sideways",
    },
    el(
      "table",
      { class: "rows" },
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          head.map((word) => el("th", { scope: "col" }, word)),
        ),
      ),
      el("tbody", {}, body),
    ),
  );
}

function firstPositions(number) {
  const entries = (data.first[number] ?? []).filter(([, holder]) => shownHolder(holder));
  if (!entries.length)
    return el("p", { class: "muted small" }, "No one shown here takes a side on it.");
  const items = entries.map(([date, holder, stance, rows]) => {
    const names = new Set(
      rows.map((row) => data.documents[data.stances[row].document].source).filter(Boolean),
    );
    names.delete(data.holders[holder].name);
    return el(
      "li",
      {},
      el("time", {}, shortDate(date)),
      el(
        "span",
        {},
        el("bdi", {}, data.holders[holder].name),
        " ",
        tag(stance),
        names.size ? el("span", { class: "muted" }, ` in ${[...names].join(", ")}`) : null,
      ),
    );
  });
  const rest = items.slice(6);
  return el(
    "div",
    { class: "first" },
    el("h4", {}, "Who took a side first"),
    el("ol", {}, items.slice(0, 6)),
    rest.length
      ? el(
          "details",
          {},
          el("summary", {}, `${many(rest.length, "holder")} later`),
          el("ol", { start: 7 }, rest),
        )
      : null,
  );
}

function drawClaims(host, claims, series) {
  waiting.disconnect();
  charts.clear();
  host.replaceChildren(...claims.map((number) => claimSection(number, series)));
}
