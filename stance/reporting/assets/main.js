// Filters, and drawing again what they touch.

const state = { type: "all", search: "", claim: "all", sides: false };

function shownHolder(number) {
  const holder = data.holders[number];
  if (state.type !== "all" && holder.type !== state.type) return false;
  return holder.name.toLowerCase().includes(state.search.trim().toLowerCase());
}

const shownClaim = (number) => state.claim === "all" || Number(state.claim) === number;
const takesSide = (series) => series.points.some((point) => point.stance !== 1);

function update() {
  card.hide();
  const claims = d3.range(data.claims.length).filter(shownClaim);
  const series = data.series.filter(
    (s) => shownClaim(s.claim) && shownHolder(s.holder) && (!state.sides || takesSide(s)),
  );
  const mine = (holder, claim) => shownHolder(holder) && shownClaim(claim);
  if (series.length) drawMatrix(slot("overview"), claims, series, ROWS_AT_FIRST);
  else
    slot("overview").replaceChildren(
      el("p", { class: "notice" }, "No holder with a dated stance among what is shown."),
    );
  drawShifts(
    slot("changes"),
    data.shifts.filter((s) => mine(s.holder, s.claim)),
  );
  drawClaims(slot("claims"), claims, series);
  drawConflicts(
    slot("conflicts"),
    data.contradictions.filter(([row]) => mine(data.stances[row].holder, data.stances[row].claim)),
    data.conflicts.filter(([claim, holder]) => mine(holder, claim)),
    data.opposite.filter(
      ([claim, , sides]) => shownClaim(claim) && sides.filter(([h]) => shownHolder(h)).length > 1,
    ),
  );
  drawGroups(
    slot("groups"),
    data.splits.filter((s) => shownClaim(s.claim) && (state.type === "all" || s.type === state.type)),
  );
  const holders = new Set(series.map((s) => s.holder)).size;
  const total = new Set(data.series.map((s) => s.holder)).size;
  document.getElementById("shown").textContent =
    `${holders} of ${many(total, "holder")}, ${claims.length} of ${many(data.claims.length, "claim")}`;
}

function slot(id) {
  const section = document.getElementById(id);
  return section.querySelector(".slot") ?? section.appendChild(el("div", { class: "slot" }));
}

function drawBar(bar) {
  const option = ([value, text]) => el("option", { value }, text);
  const claims = data.claims.map((claim, number) => [
    number,
    `${number + 1}. ${claim.text.slice(0, 80)}`,
  ]);
  const set = (name, read) => (event) => {
    state[name] = read(event.target);
    update();
  };
  bar.append(
    el(
      "div",
      { class: "filters", role: "search", "aria-label": "Filter the report" },
      el(
        "label",
        {},
        "Claim ",
        el(
          "select",
          { id: "by-claim", change: set("claim", (f) => f.value) },
          [["all", "All claims"], ...claims].map(option),
        ),
      ),
      el(
        "label",
        {},
        "Holders ",
        el(
          "select",
          { id: "by-type", change: set("type", (f) => f.value) },
          [
            ["all", "Speakers and outlets"],
            ["speaker", "Speakers"],
            ["outlet", "Outlets"],
          ].map(option),
        ),
      ),
      el(
        "label",
        {},
        "Name ",
        el("input", {
          id: "by-name",
          type: "search",
          placeholder: "any",
          autocomplete: "off",
          input: set("search", (f) => f.value),
        }),
      ),
      el(
        "label",
        { class: "check" },
        el("input", { id: "by-side", type: "checkbox", change: set("sides", (f) => f.checked) }),
        " only who takes a side",
      ),
    ),
    el(
      "ul",
      { class: "legend", "aria-label": "Legend" },
      SIDES.map((_, stance) => el("li", {}, tag(stance))),
      el("li", {}, glyph(0, true), "with conditions"),
      el("li", {}, el("span", { class: "ring", "aria-hidden": "true" }), "changed"),
      el("li", {}, el("span", { class: "interval", "aria-hidden": "true" }), "interval"),
      data.series.some((s) => s.level.length)
        ? el("li", {}, el("span", { class: "level", "aria-hidden": "true" }), "level over time")
        : null,
      el("li", { class: "shown" }, el("output", { id: "shown" })),
    ),
  );
  bar.hidden = false;
}

function redrawCharts() {
  for (const host of charts.keys()) {
    if (!host.firstChild) continue;
    host.replaceChildren();
    drawNow(host);
  }
}

load().then(() => {
  drawBar(document.getElementById("bar"));
  update();
  drawCoverage(document.getElementById("coverage"));
  drawMethods(document.getElementById("facts"), document.getElementById("untested"));
  let width = innerWidth;
  let timer;
  addEventListener("resize", () => {
    clearTimeout(timer);
    if (width !== innerWidth)
      timer = setTimeout(() => {
        width = innerWidth;
        card.hide();
        redrawCharts();
      }, 120);
  });
  addEventListener("beforeprint", () => [...charts.keys()].forEach(drawNow));
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  document.documentElement.dataset.ready = "true";
});
