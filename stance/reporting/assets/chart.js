// One chart a claim: a row for each holder, time across, support above the line, refusal below.

const UP = { draw: (to, size) => triangle(to, size, -1) };
const DOWN = { draw: (to, size) => triangle(to, size, 1) };

function triangle(to, size, way) {
  const r = Math.sqrt(size / 3) * 1.35;
  to.moveTo(0, way * r);
  to.lineTo(r, -way * r * 0.8);
  to.lineTo(-r, -way * r * 0.8);
  to.closePath();
}

// From the first point to the last, with some room; one day alone gets a week around it.
function timeDomain(series) {
  const ends = series.flatMap((s) => s.points).flatMap((point) => span(point.date));
  const [first, last] = d3.extent(ends);
  const room = Math.max((last - first) * 0.025, 3.5 * 864e5);
  return [new Date(+first - room), new Date(+last + room)];
}

function rowLabel(series) {
  const holder = data.holders[series.holder];
  return holder.type === "outlet" ? "outlet, own voice" : holder.affiliation || "speaker";
}

function drawChart(host, rows, label) {
  const width = Math.max(300, host.clientWidth);
  const narrow = width < 620;
  const rowHeight = (rows.length > 12 ? 56 : rows.length > 5 ? 70 : 84) + (narrow ? 16 : 0);
  const points = rows.flatMap((s) => s.points);
  const changes = rows.flatMap((s) => s.shifts ?? []);
  const levels = rows.flatMap((s) => s.level);
  const vague = points.filter((point) => +span(point.date)[0] !== +span(point.date)[1]);
  const fy = (row) => String(row.holder);
  const x = (point) => span(point.date)[0];
  const [start, end] = timeDomain(data.series.filter((s) => s.claim === rows[0].claim));
  const tint = (y2, fill) =>
    Plot.rect(rows, { fy, x1: start, x2: end, y1: 0, y2, fill, fillOpacity: 0.055 });
  const margin = narrow ? { left: 2, right: 2 } : { left: 212, right: 104 };
  const text = (options) => ({
    fy,
    frameAnchor: "left",
    textAnchor: "start",
    ariaHidden: "true",
    ...options,
  });
  const name = (row) => data.holders[row.holder].name;
  const last = (row) => row.points.at(-1);
  const axis = {
    anchor: "bottom",
    ticks: narrow ? 4 : 7,
    tickSize: 4,
    fontSize: 11.5,
    color: "var(--muted)",
  };

  const plot = Plot.plot({
    className: "stance-plot",
    width,
    height: rows.length * rowHeight + (narrow ? 50 : 34),
    marginTop: narrow ? 22 : 6,
    marginBottom: 28,
    marginLeft: margin.left,
    marginRight: margin.right,
    x: { type: "utc", domain: [start, end], label: null },
    y: { domain: [-1.25, 1.25], axis: null },
    fy: { domain: rows.map(fy), axis: null, padding: narrow ? 0.3 : 0.12 },
    color: {
      type: "categorical",
      domain: SIDES.map((s) => s.name),
      range: SIDES.map((s) => `var(--${s.name})`),
    },
    symbol: { domain: SIDES.map((s) => s.name), range: [UP, "circle", DOWN] },
    style: { fontFamily: "var(--sans)", fontSize: "12.5px", overflow: "visible" },
    marks: [
      tint(1.25, "var(--supports)"),
      tint(-1.25, "var(--refutes)"),
      Plot.gridX({ ticks: axis.ticks, stroke: "var(--ink)", strokeOpacity: 0.08 }),
      Plot.axisX({ ...axis, label: null }),
      Plot.ruleY(rows, { fy, y: 0, x1: start, x2: end, stroke: "var(--zero)" }),
      narrow
        ? Plot.text(
            rows,
            text({
              text: (r) => `${name(r)} · ${rowLabel(r)}`,
              frameAnchor: "top-left",
              dy: -15,
              fill: "var(--ink)",
              fontWeight: 600,
              lineWidth: width / 13,
              textOverflow: "ellipsis",
            }),
          )
        : [
            Plot.text(
              rows,
              text({
                text: name,
                dx: -210,
                dy: -8,
                fill: "var(--ink)",
                fontWeight: 600,
                fontSize: 13.5,
                lineWidth: 13,
                textOverflow: "ellipsis",
              }),
            ),
            Plot.text(
              rows,
              text({
                text: rowLabel,
                dx: -210,
                dy: 9,
                fill: "var(--muted)",
                fontSize: 11.5,
                lineWidth: 16,
                textOverflow: "ellipsis",
              }),
            ),
            Plot.text(
              rows,
              text({
                text: (r) => WORDS[last(r).stance],
                frameAnchor: "right",
                dx: 10,
                fill: (r) => SIDES[last(r).stance].name,
                fontWeight: 600,
              }),
            ),
          ],
      Plot.areaY(levels, {
        fy,
        z: fy,
        x,
        y1: "low",
        y2: "high",
        fill: "var(--level)",
        fillOpacity: 0.16,
        className: "level-band",
        ariaHidden: "true",
      }),
      Plot.line(levels, {
        fy,
        z: fy,
        x,
        y: "mean",
        stroke: "var(--level)",
        strokeWidth: 2,
        strokeOpacity: 0.8,
        className: "level-line",
        ariaHidden: "true",
      }),
      Plot.line(points, {
        fy,
        z: fy,
        x,
        y: "score",
        stroke: "var(--muted)",
        strokeOpacity: 0.55,
        strokeWidth: 1.1,
      }),
      Plot.link(vague, {
        fy,
        x1: x,
        x2: (point) => span(point.date)[1],
        y1: "score",
        y2: "score",
        stroke: (p) => SIDES[p.stance].name,
        strokeWidth: 2,
        strokeDasharray: "2 3",
      }),
      Plot.ruleX(points, {
        fy,
        x,
        y1: "low",
        y2: "high",
        stroke: (p) => SIDES[p.stance].name,
        strokeOpacity: 0.38,
        strokeWidth: 5,
        strokeLinecap: "round",
      }),
      Plot.arrow(changes, {
        fy: (c) => String(c.to.holder),
        x1: (c) => x(c.from),
        y1: (c) => c.from.score,
        x2: (c) => x(c.to),
        y2: (c) => c.to.score,
        stroke: "var(--ink)",
        strokeWidth: 2,
        inset: 9,
        headLength: 7,
      }),
      Plot.dot(changes, {
        fy: (c) => String(c.to.holder),
        x: (c) => x(c.to),
        y: (c) => c.to.score,
        r: 11,
        stroke: "var(--ink)",
        strokeWidth: 1.6,
      }),
      Plot.dot(points, {
        className: "points",
        fy,
        x,
        y: "score",
        r: 5.5,
        symbol: (p) => SIDES[p.stance].name,
        fill: (p) => SIDES[p.stance].name,
        stroke: "var(--bg)",
        strokeWidth: 1.2,
        ariaLabel: pointSentence,
      }),
    ].flat(),
  });
  plot.setAttribute("role", "group");
  plot.setAttribute("aria-label", label);
  host.replaceChildren(plot);
  const marks = [...plot.querySelectorAll("[aria-label='dot']")]
    .at(-1)
    .querySelectorAll("path, circle");
  listen(plot, points, [...marks]);
}

// Pointer: the nearest mark answers. Keyboard: one tab stop a chart, arrows move between marks.
function listen(plot, points, marks) {
  const byPoint = new Map();
  marks.forEach((mark, number) => {
    const point = points[mark.__data__];
    byPoint.set(point, mark);
    mark.classList.add("point", SIDES[point.stance].name);
    mark.classList.toggle("conditional", point.conditional);
    mark.setAttribute("role", "button");
    mark.setAttribute("tabindex", number === 0 ? 0 : -1);
    mark.addEventListener("focus", () => card.show(point, mark));
    mark.addEventListener("blur", () => card.leave());
  });
  const pointOf = (mark) => points[mark.__data__];
  const nearest = (event) => {
    const near = d3.least(marks, (mark) => distance(mark, event));
    return near && distance(near, event) < 26 ? near : null;
  };
  plot.addEventListener("pointermove", (event) => {
    if (event.pointerType === "touch") return;
    const mark = nearest(event);
    plot.style.cursor = mark ? "pointer" : "";
    if (mark) card.show(pointOf(mark), mark);
    else card.leave();
  });
  plot.addEventListener("pointerleave", () => card.leave());
  plot.addEventListener("click", (event) => {
    const mark = nearest(event);
    if (mark) card.show(pointOf(mark), mark, { pin: true });
    else card.hide();
  });
  plot.addEventListener("keydown", (event) => {
    const mark = event.target;
    if (!(mark instanceof Element) || !mark.classList.contains("point")) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      card.show(pointOf(mark), mark, { pin: true, enter: true });
      return;
    }
    const goal = neighbour(points, pointOf(mark), event.key);
    if (!goal) return;
    event.preventDefault();
    mark.setAttribute("tabindex", -1);
    byPoint.get(goal).setAttribute("tabindex", 0);
    byPoint.get(goal).focus();
  });
}

function distance(mark, event) {
  const box = mark.getBoundingClientRect();
  return Math.hypot(box.x + box.width / 2 - event.clientX, box.y + box.height / 2 - event.clientY);
}

function neighbour(points, point, key) {
  const own = points.filter((p) => p.holder === point.holder);
  const place = own.indexOf(point);
  if (key === "ArrowLeft") return own[place - 1];
  if (key === "ArrowRight") return own[place + 1];
  if (key === "Home") return own[0];
  if (key === "End") return own.at(-1);
  if (key !== "ArrowUp" && key !== "ArrowDown") return null;
  const holders = [...new Set(points.map((p) => p.holder))];
  const next = holders[holders.indexOf(point.holder) + (key === "ArrowUp" ? -1 : 1)];
  const away = (p) => Math.abs(span(p.date)[0] - span(point.date)[0]);
  return d3.least(
    points.filter((p) => p.holder === next),
    away,
  );
}
