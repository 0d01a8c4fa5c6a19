// A group's mean before and after a day: did its members change, or were others heard?

function bar([value, low, high]) {
  const width = 132;
  const x = d3.scaleLinear([-1, 1], [3, width - 3]).clamp(true);
  const chart = svg("svg", { width, height: 16, viewBox: `0 0 ${width} 16`, "aria-hidden": "true" });
  const at = { y1: 8, y2: 8, x1: x(low), x2: x(high), class: "reach" };
  chart.append(
    svg("line", { x1: x(0), x2: x(0), y1: 0, y2: 16, class: "zero" }),
    svg("line", at),
    svg("rect", {
      x: Math.min(x(0), x(value)),
      width: Math.max(Math.abs(x(value) - x(0)), 1),
      y: 4,
      height: 8,
      class: value < 0 ? "refutes" : "supports",
    }),
  );
  return chart;
}

function part(estimate, note) {
  const [value, low, high] = estimate;
  return el(
    "td",
    { class: "part" },
    el("strong", { class: "figure" }, signed(value)),
    note
      ? el("span", { class: "muted small" }, note)
      : [bar(estimate), el("span", { class: "muted small" }, `${signed(low)} to ${signed(high)}`)],
  );
}

function why(within, between, before, after) {
  if (!before) return "only heard after";
  if (!after) return "only heard before";
  if (Math.abs(within) >= Math.abs(between)) return "changed";
  return "heard more or less often";
}

function groupRow(split) {
  const kind = split.type === "outlet" ? "outlet" : "speaker";
  const [before, after] = split.counts;
  const alone = split.both ? null : `no ${kind} is heard on both sides of the day`;
  const largest = split.cells
    .filter(([, within, between]) => Math.abs(within + between) >= 0.005)
    .map(([holder, within, between, ...counts]) =>
      el(
        "li",
        {},
        el("bdi", {}, data.holders[holder].name),
        ` ${signed(within + between)}`,
        el(
          "span",
          { class: "muted" },
          `, ${why(within, between, ...counts)}`,
        ),
      ),
    );
  return el(
    "tr",
    {},
    el(
      "th",
      { scope: "row" },
      claimLink(split.claim),
      el("span", { class: "muted small block" }, `${many(split.holders, kind)}, ${split.both} heard on both sides`),
    ),
    el(
      "td",
      {},
      el("time", {}, shortDate(split.day)),
      el("span", { class: "muted small block" }, `${before} statements before, ${after} from then on`),
    ),
    el("td", { class: "figure" }, `${signed(split.means[0])} → ${signed(split.means[1])}`),
    part(split.change),
    part(split.within, alone),
    part(split.between),
    el("td", {}, el("ul", { class: "plain" }, largest)),
  );
}

function drawGroups(host, splits) {
  if (!splits.length) {
    host.replaceChildren(
      el(
        "p",
        { class: "notice" },
        "No group shown here has five statements before and five after the middle of its dates.",
      ),
    );
    return;
  }
  const head = ["Claim", "Split at", "Mean score", "Change", "Within", "Between", "Largest parts"];
  host.replaceChildren(
    el(
      "p",
      { class: "notice" },
      "The mean score of everyone heard on a claim, before and after the middle of the statements. ",
      "Within: the same holders changed. Between: others spoke, or spoke more. Intervals are 95 %; ",
      "one that spans zero may be chance.",
    ),
    scroller(
      "Change within and between, scrolls sideways",
      el(
        "table",
        { class: "rows groups" },
        el("thead", {}, el("tr", {}, head.map((word) => el("th", { scope: "col" }, word)))),
        el("tbody", {}, splits.map(groupRow)),
      ),
    ),
  );
}
