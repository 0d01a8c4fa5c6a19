// Evidence that does not agree: in one document, on one day, between holders.

const CONFLICTS_AT_FIRST = 6;

// The clearest passage of each side; p of the other side shows how sure the model is of its reading.
function contradictionCard([number, made, denied]) {
  const row = data.stances[number];
  const passage = ([quote, supports, refutes], stance) =>
    el(
      "div",
      { class: "side" },
      el(
        "p",
        { class: "side-head" },
        tag(stance),
        el(
          "span",
          { class: "muted figures" },
          `p supports ${share(supports)}, refutes ${share(refutes)}`,
        ),
      ),
      el("blockquote", { dir: "auto" }, data.quotes[quote]),
    );
  return el(
    "article",
    { class: "conflict contradiction" },
    el("h4", {}, el("bdi", {}, data.holders[row.holder].name)),
    el("p", { class: "on" }, claimLink(row.claim)),
    el(
      "div",
      { class: "sides" },
      passage(made, 0),
      el("span", { class: "arrow", "aria-hidden": "true" }, "↔"),
      passage(denied, 2),
    ),
    el(
      "p",
      { class: "small read-as" },
      "The document is read as: ",
      tag(row.stance, row.conditional),
      el("br"),
      reference(row.document, data.quotes[made[0]]),
    ),
  );
}

function dayCard([claim, holder, date, rows]) {
  const readings = rows.map((number) => {
    const row = data.stances[number];
    return el("li", {}, tag(row.stance, row.conditional), quotation(row.document, row.evidence));
  });
  return el(
    "article",
    { class: "conflict" },
    el("h4", {}, el("bdi", {}, data.holders[holder].name), ", ", shortDate(date)),
    el("p", { class: "on" }, claimLink(claim)),
    el("ul", { class: "readings" }, readings),
  );
}

function oppositeTable(opposite) {
  const names = (sides, stance) =>
    sides
      .filter((s) => s[1] === stance)
      .map((s) => data.holders[s[0]].name)
      .join(", ");
  const rows = opposite.map(([claim, date, sides]) =>
    el(
      "tr",
      {},
      el("td", { class: "date" }, shortDate(date)),
      el("th", { scope: "row" }, claimLink(claim)),
      el("td", {}, el("bdi", {}, names(sides, 0))),
      el("td", {}, el("bdi", {}, names(sides, 2))),
    ),
  );
  const head = ["Date", "Claim", "Supports", "Refutes"];
  return scroller(
    "Opposite sides, scrolls sideways",
    el(
      "table",
      { class: "rows" },
      el("thead", {}, el("tr", {}, head.map((word) => el("th", { scope: "col" }, word)))),
      el("tbody", {}, rows),
    ),
  );
}

function scroller(label, table) {
  return el("div", { class: "scroller", tabindex: 0, role: "region", "aria-label": label }, table);
}

// A heading with its first few, the rest on demand.
function listed(heading, what, items, make, limit = CONFLICTS_AT_FIRST) {
  const host = el("div", { class: "group" }, el("h3", {}, heading), el("p", { class: "notice" }, what));
  host.append(
    ...items.slice(0, limit).map(make),
    ...more(items.length, limit, "case", () =>
      host.replaceWith(listed(heading, what, items, make, Infinity)),
    ),
  );
  return host;
}

function drawConflicts(host, contradictions, days, opposite) {
  const parts = [
    contradictions.length &&
      listed(
        "One holder, one document",
        "One passage is read as support and another as opposition. Either the holder says both, or " +
          "the model misreads one: look at the words.",
        contradictions,
        contradictionCard,
      ),
    days.length &&
      listed(
        "One holder, one day",
        "Documents of the same day put the holder on different sides.",
        days,
        dayCard,
      ),
    opposite.length &&
      el(
        "details",
        { open: opposite.length <= 8 },
        el("summary", {}, `${many(opposite.length, "day")} on which holders stood on opposite sides`),
        oppositeTable(opposite),
      ),
  ].filter(Boolean);
  const none =
    !contradictions.length &&
    !days.length &&
    el(
      "p",
      { class: "notice" },
      "No holder is read on both sides of a claim in one document or on one day.",
    );
  host.replaceChildren(...[none, ...parts].filter(Boolean));
}
