// Changes side by side.

const CARDS_AT_FIRST = 10;
const KINDS = {
  pairwise: "one dated point against the next",
  test: "test over the whole timeline",
  emergence: "emergence, no side before",
  softening: "softening",
  hardening: "hardening",
  increase: "increase, on a scale of its own",
  decrease: "decrease, on a scale of its own",
  genre: "between report and opinion piece",
  drift: "drift, no single day",
};

function claimLink(claim) {
  return el(
    "a",
    { href: `#claim-${claim + 1}` },
    el("span", { class: "number" }, String(claim + 1)),
    el("bdi", {}, data.claims[claim].text),
  );
}

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
    el("p", { class: "on" }, claimLink(shift.claim)),
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
