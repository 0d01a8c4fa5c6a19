// What was read, what was left undecided and why, and how the run was made.

function countTable(head, rows, caption) {
  return el(
    "div",
    { class: "scroller", tabindex: 0, role: "region", "aria-label": caption },
    el(
      "table",
      { class: "counts" },
      el("caption", {}, caption),
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          head.map((word, place) =>
            el(
              "th",
              { scope: "col", class: typeof rows[0]?.[place] === "number" ? "figure" : null },
              word,
            ),
          ),
        ),
      ),
      el(
        "tbody",
        {},
        rows.map((row) =>
          el(
            "tr",
            {},
            row.map((value, place) =>
              el(
                place ? "td" : "th",
                place ? { class: typeof value === "number" ? "figure" : "date" } : { scope: "row" },
                typeof value === "number" ? value.toLocaleString("en") : value,
              ),
            ),
          ),
        ),
      ),
    ),
  );
}

function drawCoverage(host) {
  const bySource = d3.groups(data.documents, (d) => d.source || "no source");
  const dated = (documents) =>
    documents
      .map((d) => d.date)
      .filter(Boolean)
      .sort();
  const sources = d3
    .sort(bySource, ([, documents]) => -documents.length)
    .map(([source, documents]) => {
      const dates = dated(documents);
      return [
        el("bdi", {}, source),
        documents.length,
        shortDate(dates[0]),
        shortDate(dates.at(-1)),
        documents.length - dates.length,
      ];
    });
  const claims = data.coverage.claims.map((counts, number) => [
    el("bdi", {}, `${number + 1}. ${data.claims[number].text}`),
    ...counts,
  ]);
  const undated = data.documents.length - dated(data.documents).length;
  const notes = [
    undated ? `${many(undated, "document")} without a date: counted, and on no timeline.` : null,
    data.coverage.attributions.length
      ? `Attributions found: ${data.coverage.attributions.map(([kind, n]) => `${n} ${kind}`).join(", ")}.`
      : null,
    data.coverage.skipped.length
      ? `${many(data.coverage.skipped.length, "row")} of the input could not be read:`
      : null,
  ].filter(Boolean);
  host.append(
    el(
      "div",
      { class: "tables" },
      countTable(
        ["Source", "Documents", "First", "Last", "Undated"],
        sources,
        "Documents by source",
      ),
      countTable(
        ["Claim", "Supports", "No side", "Refutes", "Unrelated", "Abstained"],
        claims,
        "Readings by claim",
      ),
    ),
    notes.length ? el("p", {}, notes.join(" ")) : "",
    data.coverage.skipped.length
      ? el(
          "ul",
          {},
          data.coverage.skipped.map((line) => el("li", {}, line)),
        )
      : "",
    abstentions(),
  );
}

function abstentions() {
  const reasons = data.coverage.abstentions;
  if (!reasons.length) return el("p", {}, "The model abstained nowhere.");
  return el(
    "div",
    {},
    el("h3", {}, "Abstentions"),
    el(
      "ul",
      { class: "readings" },
      reasons.map(([reason, number, documents]) =>
        el(
          "li",
          {},
          el("strong", {}, reason),
          ` in ${many(number, "reading")}. `,
          el(
            "span",
            { class: "muted" },
            documents.slice(0, 6).map((d, place) => [place ? "; " : "", reference(d)]),
            documents.length > 6 ? ` and ${documents.length - 6} more` : "",
          ),
        ),
      ),
    ),
  );
}

function drawMethods(facts, untested) {
  const list = (pairs) =>
    el(
      "dl",
      { class: "facts" },
      pairs.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))),
    );
  facts.append(
    data.facts.length
      ? list(data.facts)
      : el("p", { class: "muted" }, "run.json names no model and no versions."),
    data.run.length
      ? el("details", {}, el("summary", {}, "Everything recorded in run.json"), list(data.run))
      : "",
  );
  untested.append(
    ...data.untested.map((line) => el("li", {}, line)),
    el(
      "li",
      {},
      `Quotations are cut at ${data.quoteChars} characters here; stances.jsonl has them whole.`,
    ),
  );
}
