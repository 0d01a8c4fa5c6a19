// Holders down, claims across: each cell a small timeline and the last stance in words.

const COMPACT_FROM = 8; // more claims than this and their words would not fit beside each other

function sparkline(points, domain, width) {
  const height = 32;
  const x = d3.scaleUtc(domain, [6, width - 6]);
  const y = d3.scaleLinear([-1, 1], [height - 6, 6]);
  const chart = svg("svg", {
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    "aria-hidden": "true",
    class: "spark",
  });
  chart.append(svg("line", { x1: 0, x2: width, y1: y(0), y2: y(0), class: "zero" }));
  const path = d3.line(
    (p) => x(span(p.date)[0]),
    (p) => y(p.score),
  )(points);
  if (points.length > 1) chart.append(svg("path", { d: path, class: "path" }));
  for (const point of points.slice(0, -1))
    chart.append(
      svg("circle", {
        cx: x(span(point.date)[0]),
        cy: y(point.score),
        r: 2.2,
        class: SIDES[point.stance].name,
      }),
    );
  const last = points.at(-1);
  const place = `translate(${x(span(last.date)[0]) - 5},${y(last.score) - 5}) scale(.84)`;
  chart.append(
    svg("path", {
      d: PATHS[last.stance],
      transform: place,
      class: `${SIDES[last.stance].name}${last.conditional ? " conditional" : ""}`,
    }),
  );
  return chart;
}

function cell(series, domain, width, compact) {
  if (!series)
    return el(
      "td",
      { class: "empty" },
      el("span", { class: "unseen" }, "does not speak of it"),
      el("span", { "aria-hidden": "true" }, "–"),
    );
  const last = series.points.at(-1);
  const changed = series.shifts?.length ? `, changed ${many(series.shifts.length, "time")}` : "";
  const spoken = `${WORDS[last.stance]} on ${shortDate(last.date)}, ${many(series.points.length, "point")}${changed}`;
  return el(
    "td",
    {},
    el(
      "a",
      {
        href: `#claim-${series.claim + 1}`,
        title: `${data.holders[series.holder].name}: ${spoken}`,
      },
      sparkline(series.points, domain, width),
      el(
        "span",
        { class: `last ${SIDES[last.stance].name}` },
        el("span", { class: compact ? "unseen" : null }, WORDS[last.stance]),
        series.shifts?.length ? el("span", { class: "moved" }, " changed") : null,
      ),
    ),
  );
}

function drawMatrix(host, claims, series, limit) {
  const domain = timeDomain(series);
  const compact = claims.length > COMPACT_FROM;
  const [side, gap, least] = compact ? [180, 8, 56] : [230, 28, 92];
  const width = Math.min(Math.max((host.clientWidth - side) / claims.length - gap, least), 170);
  const byHolder = d3.group(series, (s) => s.holder);
  const weight = (rows) => d3.sum(rows, (s) => (s.shifts?.length ?? 0) * 1000 + s.points.length);
  const earliest = (rows) => d3.min(rows, (s) => s.claim);
  const holders = d3.sort(byHolder, ([, rows]) => -weight(rows));
  // Neighbours in the table speak of the same claims.
  const rows = d3
    .sort(holders.slice(0, limit), ([, own]) => earliest(own))
    .map(([number, own]) => {
      const holder = data.holders[number];
      return el(
        "tr",
        {},
        el(
          "th",
          { scope: "row" },
          el("bdi", {}, holder.name),
          el("span", { class: "muted small" }, rowLabel({ holder: number })),
        ),
        claims.map((claim) =>
          cell(
            own.find((s) => s.claim === claim),
            domain,
            width,
            compact,
          ),
        ),
      );
    });
  const head = claims.map((claim) =>
    el(
      "th",
      { scope: "col" },
      el(
        "a",
        { href: `#claim-${claim + 1}` },
        el("span", { class: "number" }, String(claim + 1)),
        el("bdi", { class: "clamp" }, data.claims[claim].text),
      ),
    ),
  );
  host.replaceChildren(
    el(
      "div",
      {
        class: "scroller",
        tabindex: 0,
        role: "region",
        "aria-label": "Matrix of holders and claims, scrolls sideways",
      },
      el(
        "table",
        { class: compact ? "matrix compact" : "matrix" },
        el(
          "caption",
          {},
          "Score over time in each cell, from ",
          shortDate(d3.min(series, (s) => s.points[0].date)),
          " to ",
          shortDate(d3.max(series, (s) => s.points.at(-1).date)),
          compact ? "; the large mark is the last stance." : "; the word is the last stance.",
        ),
        el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Holder"), head)),
        el("tbody", {}, rows),
      ),
    ),
    ...more(holders.length, limit, "holder", () => drawMatrix(host, claims, series, Infinity)),
  );
}

function more(total, limit, noun, action) {
  return total > limit
    ? [el("button", { class: "more", click: action }, `Show all ${many(total, noun)}`)]
    : [];
}
