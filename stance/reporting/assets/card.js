// Marks, links and quotations, and the one card that shows what stands behind a point.

const PATHS = ["M6 1 11.5 10.5H.5Z", "M6 1.5a4.5 4.5 0 1 0 .001 0Z", "M6 11 .5 1.5H11.5Z"];

function glyph(stance, conditional = false) {
  const mark = svg("svg", { viewBox: "0 0 12 12", width: 11, height: 11, "aria-hidden": "true" });
  mark.append(svg("path", { d: PATHS[stance] }));
  mark.setAttribute("class", `glyph ${SIDES[stance].name}${conditional ? " conditional" : ""}`);
  return mark;
}

function tag(stance, conditional = false) {
  if (!(stance in SIDES)) return el("span", { class: "tag" }, "no stance");
  const word = WORDS[stance] + (conditional ? ", with conditions" : "");
  return el("span", { class: `tag ${SIDES[stance].name}` }, glyph(stance, conditional), word);
}

// The address of the words themselves (a text fragment): browsers scroll to and mark the passage.
function passageAddress(url, quote) {
  const words = (quote ?? "").replace(/ …$/, "").split(/\s+/).filter(Boolean);
  if (!words.length) return url;
  const part = (some) => encodeURIComponent(some.join(" ")).replaceAll("-", "%2D");
  const whole = words.length <= 10;
  const cut = /…$/.test(quote);
  const text = whole
    ? part(words)
    : part(words.slice(0, 6)) + (cut ? "" : `,${part(words.slice(-4))}`);
  return `${url}${url.includes("#") ? "" : "#"}:~:text=${text}`;
}

function reference(number, quote) {
  const document = data.documents[number];
  if (!document) return null;
  const name = document.title || document.id;
  const linked = /^https?:\/\//.test(document.url ?? "");
  return el(
    "cite",
    { class: "reference" },
    el("bdi", { class: "source" }, document.source || document.id),
    ", ",
    el("time", {}, shortDate(document.date)),
    ". ",
    linked
      ? el(
          "a",
          {
            href: passageAddress(document.url, quote),
            "data-url": document.url,
            target: "_blank",
            rel: "noopener noreferrer",
          },
          el("bdi", {}, name),
        )
      : name !== document.source && el("bdi", {}, name),
  );
}

function quotation(document, evidence, limit = Infinity) {
  const first = data.quotes[evidence[0]];
  return el(
    "div",
    { class: "quotation" },
    evidence.slice(0, limit).map((quote) => el("blockquote", { dir: "auto" }, data.quotes[quote])),
    !evidence.length && el("p", { class: "muted" }, "No passage was kept."),
    reference(document, first),
  );
}

function certainty(shift) {
  const parts = [];
  if (typeof shift.probability === "number") parts.push(["Probability", share(shift.probability)]);
  if (typeof shift.p === "number") parts.push(["p", small(shift.p)]);
  if (typeof shift.q === "number") parts.push(["q", small(shift.q)]);
  return parts;
}

function pointSentence(point) {
  const quote = point.records[0]?.evidence[0];
  const source = point.documents.map((d) => data.documents[d].source).filter(Boolean);
  const change = point.shift ? " A change of position." : "";
  return (
    `${data.holders[point.holder].name}, ${shortDate(point.date)}: ${WORDS[point.stance]}` +
    `${point.conditional ? ", with conditions" : ""}, score ${signed(point.score)}, interval ` +
    `${signed(point.low)} to ${signed(point.high)}.${change}` +
    (quote !== undefined ? ` ${quoted(quote)} ${[...new Set(source)].join(", ")}.` : "")
  );
}

const card = {
  node: document.getElementById("card"),
  point: null,
  origin: null,
  timer: 0,
  pinned: false,

  show(point, origin, { pin = false, enter = false } = {}) {
    clearTimeout(this.timer);
    if (this.pinned && !pin && this.point !== point) return;
    if (this.point !== point) this.fill(point);
    this.point = point;
    this.origin = origin;
    this.pinned = pin || (this.pinned && this.point === point);
    this.node.hidden = false;
    this.place(origin);
    if (enter) this.node.querySelector("a, button").focus();
  },

  fill(point) {
    const holder = data.holders[point.holder];
    // The words that speak for the point's stance come first; others of that day say what they are.
    const agrees = (row) => row.stance === point.stance;
    const records = d3.sort(point.records, (row) => !agrees(row)).slice(0, 3);
    const carried = point.documents.length - records.length;
    const content = el(
      "div",
      {},
      el("button", { class: "close", "aria-label": "Close", click: () => this.hide(true) }, "×"),
      el("p", { class: "card-name" }, el("bdi", {}, holder.name)),
      el(
        "p",
        { class: "card-stance" },
        tag(point.stance, point.conditional),
        el("span", { class: "muted" }, ` on ${shortDate(point.date)}`),
      ),
      point.shift &&
        el(
          "p",
          { class: "card-shift" },
          "Changed since ",
          shortDate(point.shift.dates[0]),
          certainty(point.shift).map(([name, value]) => `, ${name.toLowerCase()} ${value}`),
        ),
      records.map((row) => [
        agrees(row) ? null : el("p", { class: "otherwise" }, tag(row.stance, row.conditional)),
        quotation(row.document, row.evidence, records.length > 1 ? 1 : 2),
        row.said
          ? el("p", { class: "muted small" }, `Said on ${shortDate(row.said)}, by the text.`)
          : null,
      ]),
      carried > 0 &&
        el("p", { class: "muted small" }, `and ${many(carried, "more document")} of this day`),
      el(
        "p",
        { class: "muted small figures" },
        `score ${signed(point.score)}, interval ${signed(point.low)} to ${signed(point.high)}`,
        point.level
          ? `; level of that day ${signed(point.level.mean)}, ${signed(point.level.low)} to ${signed(point.level.high)}`
          : "",
      ),
    );
    this.node.replaceChildren(content);
    this.node.setAttribute("aria-label", `${holder.name}, ${shortDate(point.date)}`);
  },

  place(origin) {
    if (matchMedia("(max-width: 640px)").matches) {
      this.node.style.left = this.node.style.top = "";
      return;
    }
    const mark = origin.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.node;
    const left = Math.min(
      Math.max(8, mark.x + mark.width / 2 - width / 2),
      innerWidth - width - 24,
    );
    const above = mark.y - height - 10;
    const top = above > 8 ? above : mark.bottom + 10;
    this.node.style.left = `${left + scrollX}px`;
    this.node.style.top = `${top + scrollY}px`;
  },

  leave() {
    if (this.pinned) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.hide(), 220); // time enough to move onto the card
  },

  hide(giveFocusBack = false) {
    clearTimeout(this.timer);
    this.node.hidden = true;
    this.pinned = false;
    this.point = null;
    if (giveFocusBack) {
      this.origin?.focus({ preventScroll: true });
      this.node.hidden = true; // taking the focus has opened it again
      this.point = null;
    }
  },
};

card.node.addEventListener("pointerenter", () => clearTimeout(card.timer));
card.node.addEventListener("pointerleave", () => card.leave());
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !card.node.hidden)
    card.hide(card.node.contains(document.activeElement));
});
document.addEventListener("pointerdown", (event) => {
  const inside = event.target instanceof Element && event.target.closest("#card, .chart");
  if (!inside) card.hide();
});
