// The payload of payload.py, unpacked: positions become objects, points find their evidence.

const SIDES = [
  { name: "supports", noun: "support" },
  { name: "neutral", noun: "no side" },
  { name: "refutes", noun: "opposition" },
];
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const WORDS = ["supports", "takes no side", "refutes"];
let data;

async function load() {
  const node = document.getElementById("data");
  let text = node.textContent;
  if (node.dataset.encoding === "gzip") {
    const bytes = Uint8Array.from(atob(JSON.parse(text)), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    text = await new Response(stream).text();
  }
  data = JSON.parse(text);
  data.stances = data.stances.map(
    ([document, holder, claim, stance, p, conditional, said, evidence]) => ({
      document,
      holder,
      claim,
      stance,
      p,
      conditional,
      said,
      evidence,
    }),
  );
  const at = new Map(
    data.stances.map((row) => [`${row.document} ${row.holder} ${row.claim}`, row]),
  );
  data.series = data.series.map(([holder, claim, points, level]) => ({
    holder,
    claim,
    level: level.map(([date, mean, low, high, seen]) => ({ holder, date, mean, low, high, seen })),
    points: points.map(([date, documents, stance, score, low, high]) => {
      const records = documents.map((d) => at.get(`${d} ${holder} ${claim}`)).filter(Boolean);
      const conditional = records.length > 0 && records.every((row) => row.conditional);
      return { holder, claim, date, documents, stance, score, low, high, records, conditional };
    }),
  }));
  for (const series of data.series) {
    const levels = new Map(series.level.map((level) => [level.date, level]));
    for (const point of series.points) point.level = levels.get(point.date);
  }
  for (const shift of data.shifts) {
    const own = data.series.find((s) => s.holder === shift.holder && s.claim === shift.claim);
    const [from, to] = shift.dates.map((date) => own?.points.find((point) => point.date === date));
    if (!from || !to) continue;
    to.shift = shift;
    (own.shifts ??= []).push({ from, to, shift });
  }
}

// Everything visible goes through here: strings become text nodes, never markup.
function el(kind, attributes = {}, ...children) {
  const node = document.createElement(kind);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value !== undefined && value !== null && value !== false)
      node.setAttribute(name, value === true ? "" : value);
  }
  node.append(
    ...children.flat(2).filter((child) => child !== null && child !== undefined && child !== false),
  );
  return node;
}

function svg(kind, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", kind);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

// A dated text keeps its precision: "2022-10" is drawn as the month, not as its first day.
function span(iso) {
  const [year, month, day] = iso.split("-").map(Number);
  const start = Date.UTC(year, (month ?? 1) - 1, day ?? 1);
  const end = day ? start : month ? Date.UTC(year, month, 0) : Date.UTC(year, 11, 31);
  return [new Date(start), new Date(end)];
}

function shortDate(iso) {
  if (!/^\d{4}(-\d\d){0,2}$/.test(iso ?? "")) return iso || "undated";
  const [year, month, day] = iso.split("-").map(Number);
  return [day, MONTHS[month - 1], year].filter(Boolean).join(" ");
}

const signed = (value) => (value > 0 ? "+" : value < 0 ? "−" : "") + Math.abs(value).toFixed(2);
const share = (value) => (typeof value === "number" ? value.toFixed(2) : "–");
const small = (value) =>
  typeof value !== "number" ? "–" : value < 0.001 ? "< 0.001" : value.toFixed(3);
const many = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
const quoted = (number) => `“${data.quotes[number]}”`;
