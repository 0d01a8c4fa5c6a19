// Changes side by side, and days that hold both sides.

const CARDS_AT_FIRST = 10;
const KINDS = {
  pairwise: "one dated point against the next",
  test: "test over the whole timeline",
  emergence: "emergence, no side before",
  softening: "softening",
  hardening: "hardening, a condition dropped",
  genre: "between report and opinion piece",
  drift: "drift, no single day",
};

function side(shift, place) {
  return el(
    "div",
    { class: "side" },
    el(
      "p",
      { class: "side-head" },
      tag(shift.stances[place]),
      el("time", { class: "muted" }, shortDate(shift.dates[place])),
    ),
    quotation(shift.documents[place], shift.evidence[place], 2),
  );
}

function shiftCard(shift) {
  const [before, after] = shift.dates.map((date) => span(date)[0]);
  const days = Math.round((after - before) / 864e5);
  const figures = [
    ...certainty(shift),
    ["Change in score", signed(shift.delta)],
    ["Days between", String(days)],
    ["Basis", KINDS[shift.basis] ?? shift.basis],
    ["Kind", KINDS[shift.kind] ?? shift.kind.replaceAll("_", " ")],
  ].filter(([, value]) => value && value !== "NaN");
  return el(
    "article",
    { class: "shift" },
    el("h3", {}, el("bdi", {}, data.holders[shift.holder].name)),
    el(
      "p",
      { class: "on" },
      el(
        "a",
        { href: `#claim-${shift.claim + 1}` },
        el("span", { class: "number" }, String(shift.claim + 1)),
        el("bdi", {}, data.claims[shift.claim].text),
      ),
    ),
    el(
      "div",
      { class: "sides" },
      side(shift, 0),
      el("span", { class: "arrow", "aria-hidden": "true" }, "→"),
      side(shift, 1),
    ),
    el(
      "dl",
      { class: "facts inline" },
      figures.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))),
    ),
  );
}

function drawShifts(host, shifts, limit = CARDS_AT_FIRST) {
  if (!shifts.length) {
    host.replaceChildren(
      el("p", { class: "notice" }, "No change of position among what is shown."),
    );
    return;
  }
  host.replaceChildren(
    ...shifts.slice(0, limit).map(shiftCard),
    ...more(shifts.length, limit, "change", () => drawShifts(host, shifts, Infinity)),
  );
}

function drawConflicts(host, conflicts, opposite) {
  const parts = conflicts.map(([holder, claim, date, rows]) =>
    el(
      "article",
      { class: "conflict" },
      el("h3", {}, el("bdi", {}, data.holders[holder].name), ", ", shortDate(date)),
      el(
        "p",
        { class: "on" },
        el(
          "a",
          { href: `#claim-${claim + 1}` },
          el("span", { class: "number" }, String(claim + 1)),
          el("bdi", {}, data.claims[claim].text),
        ),
      ),
      el(
        "ul",
        { class: "readings" },
        rows.map((number) => {
          const row = data.stances[number];
          return el(
            "li",
            {},
            tag(row.stance, row.conditional),
            quotation(row.document, row.evidence),
          );
        }),
      ),
    ),
  );
  const names = (sides, stance) =>
    sides
      .filter((s) => s[1] === stance)
      .map((s) => data.holders[s[0]].name)
      .join(", ");
  const table = opposite.length
    ? el(
        "details",
        { open: opposite.length <= 8 },
        el(
          "summary",
          {},
          `${many(opposite.length, "day")} on which holders stood on opposite sides`,
        ),
        el(
          "div",
          {
            class: "scroller",
            tabindex: 0,
            role: "region",
            "aria-label": "Opposite sides, scrolls sideways",
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
                ["Date", "Claim", "Supports", "Refutes"].map((word) =>
                  el("th", { scope: "col" }, word),
                ),
              ),
            ),
            el(
              "tbody",
              {},
              opposite.map(([claim, date, sides]) =>
                el(
                  "tr",
                  {},
                  el("td", { class: "date" }, shortDate(date)),
                  el(
                    "th",
                    { scope: "row" },
                    el(
                      "a",
                      { href: `#claim-${claim + 1}` },
                      el("bdi", {}, data.claims[claim].text),
                    ),
                  ),
                  el("td", {}, el("bdi", {}, names(sides, 0))),
                  el("td", {}, el("bdi", {}, names(sides, 2))),
                ),
              ),
            ),
          ),
        ),
      )
    : null;
  const none =
    !parts.length &&
    el("p", { class: "notice" }, "No holder is shown on both sides of a claim on one day.");
  host.replaceChildren(...[none, parts, table].flat().filter(Boolean));
}
