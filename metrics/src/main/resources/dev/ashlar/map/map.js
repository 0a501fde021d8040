"use strict";
/*
 * Draws a heap map: one canvas, which looks at a window of the columns, and beside it what is under the pointer or the keys' cursor, in words.
 *
 *     const view = new AshlarMap(element);   view.show(map);      map: the JSON of HeapMap.writeJson
 *
 * Keys on the canvas: arrows move the cursor over cells, Home and End along the strip, PageUp and PageDown over strips, + and - zoom, 0 shows all, Escape ends.
 */
const Ashlar = {
  UNITS: ["B", "KiB", "MiB", "GiB", "TiB"],

  /** Three digits and a unit. */
  bytes(count) {
    let value = count;
    let unit = 0;
    while (value >= 1024 && unit + 1 < Ashlar.UNITS.length) {
      value /= 1024;
      unit++;
    }
    const digits = unit === 0 || value >= 100 || Number.isInteger(value) ? 0 : value >= 10 ? 1 : 2;
    return value.toFixed(digits) + " " + Ashlar.UNITS[unit];
  },

  count(number) {
    return number.toLocaleString("en-US");
  },

  percent(share) {
    return (100 * share).toFixed(1) + " %";
  },

  /** An element with a class and a text; never markup. */
  element(name, style, text) {
    const made = document.createElement(name);
    if (style) {
      made.className = style;
    }
    if (text !== undefined) {
      made.textContent = text;
    }
    return made;
  },

  colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
  },
};

class AshlarMap {
  /** From the bottom of a column to its top: class of colour, words, states. */
  static LAYERS = [
    ["overhead", "overhead, headers", ["OVERHEAD", "HEADER"]],
    ["live", "live", ["LIVE"]],
    ["cached", "cached", ["CACHED"]],
    ["queued", "remote (queued)", ["QUEUED"]],
    ["free", "free", ["FREE"]],
    ["purged", "purged", ["PURGED"]],
    ["withheld", "withheld", ["WITHHELD"]],
  ];
  static SHADES = [[128, 0.55], [1024, 0.7], [8192, 0.85], [Infinity, 1]];
  static MOST_ZOOM = 32;

  constructor(root) {
    this.root = root;
    this.zoom = 1;
    this.left = 0;
    this.cursor = null;
    this.rows = [];
    this.build();
    const redraw = () => this.draw();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
    new ResizeObserver(redraw).observe(this.field);
  }

  build() {
    const bar = Ashlar.element("div", "map-bar");
    this.legend = Ashlar.element("ul", "map-legend");
    this.legend.setAttribute("aria-label", "Bytes by state");
    const zoom = Ashlar.element("div", "map-zoom");
    zoom.append(
      this.button("−", "Zoom out", () => this.zoomTo(this.zoom / 2)),
      this.button("+", "Zoom in", () => this.zoomTo(this.zoom * 2)),
      this.button("All", "Show all columns", () => this.zoomTo(1)));
    bar.append(this.legend, zoom);
    this.field = Ashlar.element("canvas", "map-field");
    this.field.tabIndex = 0;
    this.field.setAttribute("role", "application");
    this.field.setAttribute("aria-roledescription", "heap map");
    this.field.setAttribute("aria-label", "Heap map: arrow keys move over cells, plus and minus zoom");
    this.details = Ashlar.element("p", "map-details", "Point at a cell, or move over the cells with the arrow keys.");
    this.details.setAttribute("aria-live", "polite");
    this.root.replaceChildren(bar, this.field, this.details);
    this.field.addEventListener("keydown", event => this.key(event));
    this.field.addEventListener("focus", () => this.draw());
    this.field.addEventListener("blur", () => this.draw());
    this.field.addEventListener("pointermove", event => this.point(event));
    this.field.addEventListener("wheel", event => this.wheel(event), { passive: false });
  }

  button(text, label, action) {
    const button = Ashlar.element("button", "", text);
    button.type = "button";
    button.setAttribute("aria-label", label);
    button.addEventListener("click", action);
    return button;
  }

  show(map) {
    this.map = map;
    this.index = Object.fromEntries(map.states.map((name, number) => [name, number]));
    this.rows = map.strips.map(strip => ({ ...strip, columns: AshlarMap.columns(strip) }));
    this.most = Math.max(1, ...this.rows.map(row => row.columns.length));
    this.left = Math.min(this.left, this.most - this.window());
    if (this.cursor && !(this.rows[this.cursor.row]?.columns.length > this.cursor.column)) {
      this.cursor = null;
    }
    this.showLegend();
    this.draw();
    if (this.cursor) {
      this.tell();
    }
  }

  /** Each column as [state, bytes, mean block, ...]. */
  static columns(strip) {
    const columns = [];
    for (const [alike, ...cell] of strip.cells) {
      for (let i = 0; i < alike; i++) {
        columns.push(cell);
      }
    }
    return columns;
  }

  showLegend() {
    const items = [];
    for (const [style, text, states] of AshlarMap.LAYERS) {
      let bytes = states.reduce((sum, state) => sum + this.map.totals[this.index[state]], 0);
      if (style === "overhead") {
        bytes += this.map.tables;
      }
      if (bytes > 0 || style !== "withheld") {
        items.push(this.legendItem(style, text, bytes));
      }
    }
    items.push(this.legendItem("none", "not committed", this.map.capacity - this.map.committed + this.map.tables));
    this.legend.replaceChildren(...items);
  }

  legendItem(style, text, bytes) {
    const item = Ashlar.element("li");
    item.dataset.state = style;
    item.dataset.bytes = bytes;
    item.append(
      Ashlar.element("span", "map-swatch map-swatch-" + style),
      Ashlar.element("span", "", text),
      Ashlar.element("b", "", Ashlar.bytes(bytes)));
    return item;
  }

  // Drawing

  window() {
    return Math.max(1, Math.round(this.most / this.zoom));
  }

  layout() {
    const width = this.field.clientWidth;
    const labels = width < 520 ? 52 : 124;
    const drawn = this.rows.filter(row => row.columns.length > 0).length;
    const high = Math.max(8, Math.min(56, Math.floor(560 / Math.max(1, drawn)) - 3)) * (1 + Math.log2(this.zoom) / 4);
    let y = 3;
    let labelled = -Infinity;
    for (const row of this.rows) {
      row.y = y;
      row.high = row.columns.length > 0 ? Math.round(high) : 14;
      // Labels of thin rows would be one upon the other.
      row.isLabelled = y + row.high / 2 - labelled >= 13;
      labelled = row.isLabelled ? y + row.high / 2 : labelled;
      y += row.high + 3;
    }
    return { width, height: Math.max(24, y), labels, cell: (width - labels) / this.window() };
  }

  draw() {
    if (!this.map || this.field.clientWidth === 0) {
      return;
    }
    const layout = this.layout();
    const dots = devicePixelRatio || 1;
    const [wide, high] = [Math.round(layout.width * dots), Math.round(layout.height * dots)];
    if (this.field.width !== wide || this.field.height !== high) {
      this.field.width = wide;
      this.field.height = high;
      this.field.style.height = layout.height + "px";
    }
    const pen = this.field.getContext("2d");
    pen.setTransform(dots, 0, 0, dots, 0, 0);
    pen.clearRect(0, 0, layout.width, layout.height);
    const colours = Object.fromEntries(
      ["track", "hatch", "soft", "ink", "focus", ...AshlarMap.LAYERS.map(layer => layer[0])].map(name => [name, Ashlar.colour(name)]));
    pen.font = "11px " + Ashlar.colour("font");
    pen.textBaseline = "middle";
    for (const row of this.rows) {
      if (row.isLabelled) {
        this.drawLabel(pen, row, layout, colours);
      }
      if (row.columns.length === 0) {
        this.drawNone(pen, row, layout, colours);
      } else {
        this.drawRow(pen, row, layout, colours);
      }
    }
    if (this.cursor) {
      this.drawCursor(pen, layout, colours);
    }
  }

  drawLabel(pen, row, layout, colours) {
    const last = row.first + row.regions - 1;
    pen.fillStyle = colours.soft;
    pen.textAlign = "right";
    pen.fillText(row.regions === 1 ? row.first : row.first + "–" + last, layout.labels - 8, row.y + row.high / 2);
    if (layout.labels > 60 && row.arenas.length > 0) {
      pen.textAlign = "left";
      pen.fillText(AshlarMap.arenas(row), 0, row.y + row.high / 2);
    }
  }

  static arenas(row) {
    return row.arenas.length === 1 ? "arena " + row.arenas[0] : row.arenas.length + " arenas";
  }

  drawNone(pen, row, layout, colours) {
    const width = layout.width - layout.labels;
    pen.save();
    pen.beginPath();
    pen.rect(layout.labels, row.y, width, row.high);
    pen.clip();
    pen.fillStyle = colours.track;
    pen.fill();
    pen.strokeStyle = colours.hatch;
    pen.beginPath();
    for (let x = layout.labels - row.high; x < layout.width; x += 7) {
      pen.moveTo(x, row.y + row.high);
      pen.lineTo(x + row.high, row.y);
    }
    pen.stroke();
    pen.restore();
  }

  drawRow(pen, row, layout, colours) {
    const end = Math.min(row.columns.length, this.left + this.window());
    pen.fillStyle = colours.track;
    pen.fillRect(layout.labels, row.y, Math.max(0, end - this.left) * layout.cell, row.high);
    for (let column = this.left; column < end; column++) {
      const x = layout.labels + (column - this.left) * layout.cell;
      // Up to where the next one begins in whole dots, so that no seam shows.
      const from = Math.round(x);
      const to = Math.round(x + layout.cell);
      let bottom = row.y + row.high;
      for (const [style, bytes, mean] of this.layers(row.columns[column])) {
        const high = Math.min(bottom - row.y, row.high * bytes / this.map.columnBytes);
        pen.fillStyle = colours[style];
        pen.globalAlpha = style === "overhead" ? 1 : AshlarMap.SHADES.find(([below]) => mean < below)[1];
        pen.fillRect(from, bottom - high, Math.max(1, to - from), high);
        bottom -= high;
      }
    }
    pen.globalAlpha = 1;
  }

  /** What a column has, from the bottom to the top: [class of colour, bytes, mean block]. */
  layers(cell) {
    const found = new Map();
    for (let i = 0; i < cell.length; i += 3) {
      found.set(cell[i], i);
    }
    const layers = [];
    for (const [style, , states] of AshlarMap.LAYERS) {
      let bytes = 0;
      let mean = 0;
      for (const state of states) {
        const at = found.get(this.index[state]);
        if (at !== undefined) {
          bytes += cell[at + 1];
          mean = cell[at + 2];
        }
      }
      if (bytes > 0) {
        layers.push([style, bytes, mean]);
      }
    }
    return layers;
  }

  drawCursor(pen, layout, colours) {
    const row = this.rows[this.cursor.row];
    const x = layout.labels + (this.cursor.column - this.left) * layout.cell;
    pen.strokeStyle = colours.ink;
    pen.lineWidth = 2;
    pen.strokeRect(x - 1, row.y - 1, Math.max(3, layout.cell) + 2, row.high + 2);
    pen.lineWidth = 1;
  }

  // Moving

  key(event) {
    const moves = {
      ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0],
      Home: [0, -Infinity], End: [0, Infinity], PageUp: [-8, 0], PageDown: [8, 0],
    };
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    if (moves[event.key]) {
      this.move(...moves[event.key]);
    } else if (event.key === "+" || event.key === "=") {
      this.zoomTo(this.zoom * 2);
    } else if (event.key === "-") {
      this.zoomTo(this.zoom / 2);
    } else if (event.key === "0") {
      this.zoomTo(1);
    } else if (event.key === "Escape") {
      this.cursor = null;
      this.draw();
    } else {
      return;
    }
    event.preventDefault();
  }

  move(down, right) {
    const rows = this.rows.map((row, number) => number).filter(number => this.rows[number].columns.length > 0);
    if (rows.length === 0) {
      return;
    }
    if (!this.cursor) {
      this.cursor = { row: rows[0], column: this.left };
    } else {
      const at = Math.max(0, Math.min(rows.length - 1, rows.indexOf(this.cursor.row) + down));
      this.cursor.row = rows[at];
      const last = this.rows[this.cursor.row].columns.length - 1;
      this.cursor.column = Math.max(0, Math.min(last, this.cursor.column + right));
    }
    const window = this.window();
    if (this.cursor.column < this.left) {
      this.left = this.cursor.column;
    } else if (this.cursor.column >= this.left + window) {
      this.left = this.cursor.column - window + 1;
    }
    this.draw();
    this.tell();
  }

  zoomTo(zoom) {
    const middle = this.cursor ? this.cursor.column : this.left + this.window() / 2;
    this.zoomAround(zoom, middle, 0.5);
  }

  /** Shows a column where it was, as a share of the width. */
  zoomAround(zoom, column, share) {
    this.zoom = Math.max(1, Math.min(AshlarMap.MOST_ZOOM, zoom));
    this.left = Math.round(Math.max(0, Math.min(this.most - this.window(), column - this.window() * share)));
    this.draw();
  }

  wheel(event) {
    if (!this.map || !(event.ctrlKey || event.shiftKey)) {
      return;
    }
    event.preventDefault();
    const layout = this.layout();
    const share = Math.max(0, (event.offsetX - layout.labels) / (layout.width - layout.labels));
    if (event.shiftKey) {
      const step = Math.sign(event.deltaY || event.deltaX) * Math.max(1, Math.round(this.window() / 8));
      this.left = Math.max(0, Math.min(this.most - this.window(), this.left + step));
      this.draw();
    } else {
      this.zoomAround(event.deltaY < 0 ? this.zoom * 2 : this.zoom / 2, this.left + this.window() * share, share);
    }
  }

  point(event) {
    if (!this.map) {
      return;
    }
    const layout = this.layout();
    const row = this.rows.findIndex(each => event.offsetY >= each.y && event.offsetY < each.y + each.high);
    const column = this.left + Math.floor((event.offsetX - layout.labels) / layout.cell);
    if (row < 0 || event.offsetX < layout.labels) {
      return;
    }
    const strip = this.rows[row];
    if (strip.columns.length === 0) {
      this.details.textContent = AshlarMap.regions(strip) + ": not committed.";
    } else if (column < strip.columns.length) {
      this.cursor = { row, column };
      this.draw();
      this.tell();
    }
  }

  // Words

  static regions(row) {
    return row.regions === 1 ? "Region " + row.first : "Regions " + row.first + " to " + (row.first + row.regions - 1);
  }

  tell() {
    const row = this.rows[this.cursor.row];
    const from = this.cursor.column * this.map.columnBytes;
    const parts = this.layers(row.columns[this.cursor.column]).map(([style, bytes, mean]) => {
      const text = AshlarMap.LAYERS.find(layer => layer[0] === style)[1];
      const size = mean > 1 && style !== "overhead" ? " (blocks of about " + Ashlar.bytes(mean) + ")" : "";
      return text + " " + Ashlar.bytes(bytes) + size;
    });
    this.details.dataset.cell = JSON.stringify(row.columns[this.cursor.column]);
    const text = AshlarMap.regions(row) + (row.arenas.length > 0 ? ", " + AshlarMap.arenas(row) : "")
      + ", column " + (this.cursor.column + 1) + " of " + row.columns.length
      + ", " + Ashlar.bytes(from) + " to " + Ashlar.bytes(from + this.map.columnBytes) + ": "
      + (parts.length > 0 ? parts.join(", ") : "not committed") + ".";
    if (this.details.textContent !== text) {
      this.details.textContent = text;
    }
  }

  /** The histogram of free sizes, into a definition list. */
  static showSizes(list, map) {
    const most = Math.max(1, ...map.freeSizes.map(sizes => sizes.bytes));
    const rows = map.freeSizes.flatMap(sizes => {
      const bar = Ashlar.element("dd", "map-size-bar");
      const fill = Ashlar.element("i");
      fill.style.width = (100 * sizes.bytes / most) + "%";
      bar.append(fill);
      bar.setAttribute("aria-hidden", "true");
      return [
        Ashlar.element("dt", "", Ashlar.bytes(sizes.from)),
        bar,
        Ashlar.element("dd", "", Ashlar.bytes(sizes.bytes) + " × " + Ashlar.count(sizes.blocks)),
      ];
    });
    list.replaceChildren(...rows);
  }
}
