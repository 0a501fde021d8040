"use strict";
/*
 * Curves over time, as SVG: so that colours follow the scheme, and each line is told apart by its dashes, too.
 *
 *     const chart = new AshlarChart(element, { label, scale: AshlarChart.BYTES, series: [{ key, text, dash }] });
 *     chart.show(points, spanMillis);     points: [{ time, values: { key: number } | null }], ascending; null is a gap
 *
 * The arrow keys, Home and End, and the pointer move a cursor over the points; Escape ends it. What they show is said below.
 */
class AshlarChart {
  static HEIGHT = 210;
  static LEFT = 62;
  static RIGHT = 10;
  static TOP = 8;
  static BOTTOM = 22;
  static STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600];

  /** Of a scale: where a value is, from 0 to 1, when the greatest is known; its ticks; a value in words. */
  static BYTES = {
    top: most => { const step = AshlarChart.binaryStep(most); return Math.max(step, Math.ceil(most / step) * step); },
    ticks: top => AshlarChart.steps(top, AshlarChart.binaryStep(top)),
    at: (value, top) => value / top,
    text: value => Ashlar.bytes(Math.round(value)),
  };
  /** Logarithmic, and yet with a zero: what is served by one path is a thousand times what is by another. */
  static RATES = {
    top: most => Math.max(10, 10 ** Math.ceil(Math.log10(1 + most))),
    ticks: top => [0, ...Array.from({ length: Math.round(Math.log10(top)) }, (none, i) => 10 ** (i + 1))],
    at: (value, top) => Math.log10(1 + value) / Math.log10(1 + top),
    text: value => AshlarChart.rate(value),
  };
  static SHARES = {
    top: () => 1,
    ticks: () => [0, 0.25, 0.5, 0.75, 1],
    at: value => value,
    text: value => Ashlar.percent(value),
    tick: value => Math.round(100 * value) + " %",
  };

  static binaryStep(most) {
    return 2 ** Math.max(10, Math.ceil(Math.log2(Math.max(1, most) / 5)));
  }

  static steps(top, step) {
    return Array.from({ length: Math.floor(top / step) + 1 }, (none, i) => i * step);
  }

  static rate(value) {
    const [divisor, unit] = value >= 999_500 ? [1e6, " M"] : value >= 999.5 ? [1e3, " k"] : [1, ""];
    const scaled = value / divisor;
    return scaled.toFixed(scaled >= 99.5 || Number.isInteger(scaled) ? 0 : scaled >= 9.95 ? 1 : 2) + unit;
  }

  static svg(name, attributes) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) {
      made.setAttribute(key, value);
    }
    return made;
  }

  constructor(root, options) {
    this.options = options;
    this.points = [];
    this.cursor = null;
    this.width = 0;
    root.classList.add("chart");
    this.field = AshlarChart.svg("svg", {
      height: AshlarChart.HEIGHT, tabindex: 0, role: "application", "aria-roledescription": "chart", "aria-label": options.label + ": left and right arrow keys move over time",
    });
    this.legend = Ashlar.element("ul", "chart-legend");
    this.when = Ashlar.element("p", "chart-when");
    this.spoken = Ashlar.element("p", "unseen");
    this.spoken.setAttribute("aria-live", "polite");
    this.values = options.series.map(series => this.legendItem(series));
    root.replaceChildren(this.field, this.legend, this.when, this.spoken);
    this.field.addEventListener("keydown", event => this.key(event));
    this.field.addEventListener("pointermove", event => this.point(event));
    this.field.addEventListener("pointerleave", () => this.moveTo(null));
    this.field.addEventListener("blur", () => this.moveTo(null));
    new ResizeObserver(() => this.draw()).observe(root);
  }

  legendItem(series) {
    const item = Ashlar.element("li");
    const sample = AshlarChart.svg("svg", { viewBox: "0 0 26 8", "aria-hidden": "true" });
    sample.append(AshlarChart.svg("line", { x1: 0, x2: 26, y1: 4, y2: 4, class: "line s-" + series.key, "stroke-dasharray": series.dash || "none" }));
    const value = Ashlar.element("b", "", "–");
    value.dataset.series = series.key;
    item.append(sample, Ashlar.element("span", "", series.text), value);
    this.legend.append(item);
    return value;
  }

  show(points, span) {
    const time = this.cursor === null ? null : this.points[this.cursor]?.time;
    this.points = points;
    this.span = span;
    const at = time === null ? -1 : points.findIndex(point => point.time >= time);
    this.cursor = at < 0 ? null : at;
    this.draw();
  }

  // Drawing

  x(time) {
    return AshlarChart.LEFT + (time - this.from) / this.span * (this.width - AshlarChart.LEFT - AshlarChart.RIGHT);
  }

  y(value) {
    const high = AshlarChart.HEIGHT - AshlarChart.TOP - AshlarChart.BOTTOM;
    return AshlarChart.TOP + high * (1 - this.options.scale.at(value, this.top));
  }

  draw() {
    this.width = this.field.clientWidth;
    if (this.width === 0 || this.points.length === 0) {
      return;
    }
    const { scale, series } = this.options;
    const drawn = this.points.filter(point => point.values);
    this.from = this.points.at(-1).time - this.span;
    this.top = scale.top(Math.max(0, ...drawn.flatMap(point => series.map(each => point.values[each.key] ?? 0))));
    this.field.setAttribute("viewBox", "0 0 " + this.width + " " + AshlarChart.HEIGHT);
    const parts = [...this.yAxis(), ...this.xAxis()];
    for (const each of series) {
      parts.push(AshlarChart.svg("path", { class: "line s-" + each.key, d: this.path(each.key), "stroke-dasharray": each.dash || "none", "data-series": each.key }));
    }
    if (this.cursor !== null) {
      const x = this.x(this.points[this.cursor].time);
      parts.push(AshlarChart.svg("line", { class: "cursor", x1: x, x2: x, y1: AshlarChart.TOP, y2: AshlarChart.HEIGHT - AshlarChart.BOTTOM }));
    }
    this.field.replaceChildren(...parts);
    this.tell();
  }

  yAxis() {
    const parts = [];
    for (const value of this.options.scale.ticks(this.top)) {
      const y = Math.round(this.y(value)) + 0.5;
      parts.push(AshlarChart.svg("line", { class: value === 0 ? "axis" : "grid", x1: AshlarChart.LEFT, x2: this.width - AshlarChart.RIGHT, y1: y, y2: y }));
      const label = AshlarChart.svg("text", { x: AshlarChart.LEFT - 8, y: y + 3.5, "text-anchor": "end" });
      label.textContent = value === 0 && this.options.scale !== AshlarChart.SHARES ? "0" : (this.options.scale.tick ?? this.options.scale.text)(value);
      parts.push(label);
    }
    return parts;
  }

  xAxis() {
    const most = Math.max(2, Math.floor((this.width - AshlarChart.LEFT) / 90));
    const step = 1000 * (AshlarChart.STEPS.find(seconds => this.span / 1000 / seconds <= most) ?? 86400);
    const parts = [];
    for (let time = Math.ceil(this.from / step) * step; time <= this.from + this.span; time += step) {
      const x = this.x(time);
      if (x < AshlarChart.LEFT + 16 || x > this.width - AshlarChart.RIGHT - 22) {
        continue;
      }
      parts.push(AshlarChart.svg("line", { class: "axis", x1: x, x2: x, y1: AshlarChart.HEIGHT - AshlarChart.BOTTOM, y2: AshlarChart.HEIGHT - AshlarChart.BOTTOM + 4 }));
      const label = AshlarChart.svg("text", { x, y: AshlarChart.HEIGHT - 6, "text-anchor": "middle" });
      label.textContent = AshlarChart.clock(time);
      parts.push(label);
    }
    return parts;
  }

  static clock(time) {
    return new Date(time).toTimeString().slice(0, 8);
  }

  /** A line through the points of a series, anew after each gap. A point between two gaps is a short stroke. */
  path(key) {
    let text = "";
    let isOn = false;
    for (const point of this.points) {
      const value = point.values?.[key];
      if (value === undefined || value === null) {
        isOn = false;
        continue;
      }
      const at = this.x(point.time).toFixed(1) + " " + this.y(value).toFixed(1);
      text += isOn ? "L" + at : "M" + at + "h0.1";
      isOn = true;
    }
    return text || "M0 0";
  }

  // Moving

  key(event) {
    const last = this.points.length - 1;
    const at = this.cursor ?? last;
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, PageUp: at - 10, PageDown: at + 10, Home: 0, End: last }[event.key];
    if (event.key === "Escape") {
      this.moveTo(null);
    } else if (to !== undefined && last >= 0 && !event.ctrlKey && !event.metaKey && !event.altKey) {
      this.moveTo(Math.max(0, Math.min(last, to)));
      this.spoken.textContent = this.when.textContent + " " + [...this.legend.children].map(item => item.textContent).join(", ");
    } else {
      return;
    }
    event.preventDefault();
  }

  point(event) {
    if (this.points.length > 0 && this.width > 0) {
      const time = this.from + (event.offsetX - AshlarChart.LEFT) / (this.width - AshlarChart.LEFT - AshlarChart.RIGHT) * this.span;
      let nearest = 0;
      this.points.forEach((each, i) => {
        if (Math.abs(each.time - time) < Math.abs(this.points[nearest].time - time)) {
          nearest = i;
        }
      });
      this.moveTo(nearest);
    }
  }

  moveTo(cursor) {
    this.cursor = cursor;
    this.draw();
  }

  /** The values at the cursor, or the last ones. */
  tell() {
    const point = this.cursor === null ? this.points.findLast(each => each.values) : this.points[this.cursor];
    this.options.series.forEach((series, i) => {
      const value = point?.values?.[series.key];
      this.values[i].textContent = value === undefined || value === null ? "–" : this.options.scale.text(value);
    });
    this.when.textContent = this.cursor === null ? this.options.note ?? "" : "At " + AshlarChart.clock(point.time) + (point.values ? "" : ": nobody looked") + ".";
  }
}
