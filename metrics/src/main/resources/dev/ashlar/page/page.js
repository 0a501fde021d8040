"use strict";
/*
 * The live page: takes the stream of events, and keeps map, curves and tables up to date.
 *
 *     points    { most, points }    what was seen before, oldest first; after it each "figures" brings one more
 *     figures   all but the map     once an interval
 *     map       the map             when there is a new one
 *     problem   { problem }         why there is no newer map, or no newer figures; empty if there is no reason
 *     closed    {}                  the pool has been closed: nothing will follow
 */
class AshlarPage {
  static RETRY_MILLIS = 5000;
  static LEAST_SPAN = 60_000;
  static KEYS = ["cache", "slab", "steal", "grow", "large"];
  static STATUS = {
    connecting: "Connecting",
    live: "Live",
    stale: "Stale: nothing new",
    reconnecting: "Connection lost, trying again",
    refused: "Refused, trying again",
    paused: "Paused",
    closed: "Pool closed: the last figures",
  };

  constructor() {
    this.points = [];
    this.most = 600;
    this.interval = 1000;
    this.source = null;
    this.heard = performance.now();
    this.status = "connecting";
    this.map = new AshlarMap(this.get("map"));
    this.memory = new AshlarChart(this.get("memory"), {
      label: "Memory in bytes over time", scale: AshlarChart.BYTES,
      series: [
        { key: "committed", text: "committed", dash: "7 3" },
        { key: "resident", text: "resident", dash: "2 3" },
        { key: "live", text: "live" },
        { key: "free", text: "free", dash: "10 3 2 3" },
        { key: "pending", text: "pending", dash: "4 2" },
      ],
    });
    this.rates = new AshlarChart(this.get("rates"), {
      label: "Allocations a second, by path, on a logarithmic scale", scale: AshlarChart.RATES, note: "Logarithmic scale.",
      series: [
        { key: "cache", text: "cache" },
        { key: "slab", text: "slab", dash: "7 3" },
        { key: "large", text: "large", dash: "10 3 2 3" },
        { key: "grow", text: "grow", dash: "4 2" },
        { key: "steal", text: "steal", dash: "2 3" },
      ],
    });
    this.fragmentation = new AshlarChart(this.get("fragmentation"), {
      label: "Fragmentation over time", scale: AshlarChart.SHARES, note: "1 − largest free block ÷ all that is free in partly used regions.",
      series: [{ key: "fragmentation", text: "fragmentation" }],
    });
    this.get("pause").addEventListener("click", () => this.pause());
    this.connect();
    setInterval(() => this.watch(), 1000);
  }

  get(id) {
    return document.getElementById(id);
  }

  // The stream

  connect() {
    this.source?.close();
    this.heard = performance.now();
    const source = new EventSource("events");
    this.source = source;
    const on = (name, action) => source.addEventListener(name, event => {
      if (source === this.source) {
        this.heard = performance.now();
        action(JSON.parse(event.data));
      }
    });
    on("points", data => this.begin(data));
    on("figures", data => this.show(data));
    on("map", data => this.showMap(data));
    on("problem", data => this.showProblem(data.problem));
    on("closed", () => this.end());
    source.addEventListener("error", () => this.failed(source));
  }

  /** A browser tries again by itself, unless the server said no. */
  failed(source) {
    if (source !== this.source) {
      return;
    }
    if (source.readyState === EventSource.CLOSED) {
      this.say("refused");
      this.source = null;
      setTimeout(() => {
        if (this.status === "refused") {
          this.connect();
        }
      }, AshlarPage.RETRY_MILLIS);
    } else {
      this.say("reconnecting");
    }
  }

  pause() {
    if (this.status === "paused") {
      this.say("connecting");
      this.connect();
    } else {
      this.source?.close();
      this.source = null;
      this.say("paused");
    }
    const isPaused = this.status === "paused";
    this.get("pause").textContent = isPaused ? "Go on" : "Pause";
    this.get("pause").setAttribute("aria-pressed", String(isPaused));
  }

  end() {
    this.source.close();
    this.source = null;
    this.say("closed");
    this.get("pause").disabled = true;
  }

  watch() {
    if (this.status === "live" && performance.now() - this.heard > Math.max(3000, 3 * this.interval)) {
      this.say("stale");
    }
  }

  /** Once a change: it is read out. */
  say(status) {
    if (this.status !== status) {
      this.status = status;
      this.get("status").dataset.status = status;
      this.get("status").textContent = AshlarPage.STATUS[status];
    }
  }

  // What is shown

  begin(data) {
    this.most = data.most;
    this.points = data.points;
    this.draw();
  }

  show(figures) {
    this.figures = figures;
    this.interval = figures.settings.intervalMillis;
    if (this.status !== "paused") {
      this.say("live");
    }
    if (!(this.points.at(-1)?.timeMillis >= figures.point.timeMillis)) {
      this.points.push(figures.point);
      this.points.splice(0, this.points.length - this.most);
    }
    this.get("status").classList.toggle("beat");
    this.draw();
    this.showSettings(figures);
    this.showNow(figures);
    this.showFindings(figures.findings);
    this.showClasses(figures.sizeClasses);
    this.showArenas(figures.arenas);
    this.showBudgets(figures.budgets);
    this.showRuns(figures.runs);
    document.documentElement.dataset.frames = String(Number(document.documentElement.dataset.frames ?? 0) + 1);
  }

  showMap(map) {
    this.map.show(map);
    AshlarMap.showSizes(this.get("sizes"), map);
    AshlarPage.text(this.get("map-figures"), "Regions of " + Ashlar.bytes(map.regionBytes) + ", columns of " + Ashlar.bytes(map.columnBytes) + ".");
    document.documentElement.dataset.map = map.time;
  }

  showProblem(problem) {
    this.get("problem").hidden = problem === "";
    AshlarPage.text(this.get("problem"), problem === "" ? "" : "Map or figures are not new: " + problem);
  }

  /** Sets a text that is another: what is selected, or read out, stays so otherwise. */
  static text(element, text) {
    if (element.textContent !== text) {
      element.textContent = text;
    }
  }

  static words(name) {
    return name.toLowerCase().replaceAll("_", " ");
  }

  showSettings({ settings, statistics }) {
    document.title = settings.pool + " – Ashlar";
    AshlarPage.text(this.get("pool"), settings.pool);
    AshlarPage.text(this.get("settings"), [
      AshlarPage.words(settings.policy), AshlarPage.words(settings.coalescing) + " coalescing",
      statistics.arenas + " arenas", "regions of " + Ashlar.bytes(settings.regionBytes),
      "capacity " + Ashlar.bytes(statistics.memory.capacityBytes), ...(settings.hardened ? ["hardened"] : []),
    ].join(" · "));
    AshlarPage.text(this.get("interval"), settings.intervalMillis / 1000 + " s");
  }

  // Curves

  draw() {
    const millis = this.points.map(point => point.timeMillis);
    const span = Math.max(AshlarPage.LEAST_SPAN, (millis.at(-1) ?? 0) - (millis[0] ?? 0));
    const memory = [];
    const rates = [];
    const fragmentation = [];
    let before = null;
    for (const point of this.points) {
      const time = point.timeMillis;
      if (before && time - before.timeMillis > Math.max(5000, 5 * this.interval)) {
        // Nobody looked.
        for (const points of [memory, rates, fragmentation]) {
          points.push({ time: before.timeMillis + 1, values: null });
        }
        before = null;
      }
      memory.push({ time, values: { ...point, resident: point.resident < 0 ? null : point.resident } });
      fragmentation.push({ time, values: point });
      rates.push({ time, values: before && AshlarPage.ratesBetween(before, point) });
      before = point;
    }
    this.memory.show(memory, span);
    this.rates.show(rates, span);
    this.fragmentation.show(fragmentation, span);
    this.rate = rates.at(-1)?.values;
  }

  static ratesBetween(before, after) {
    const seconds = (after.timeMillis - before.timeMillis) / 1000;
    return Object.fromEntries(AshlarPage.KEYS.map(key => [key, Math.max(0, after.allocations[key] - before.allocations[key]) / seconds]));
  }

  // Words and tables

  showNow({ point, statistics }) {
    const { memory } = statistics;
    const share = (part, all) => all > 0 ? Ashlar.percent(part / all) : "–";
    const isLimited = statistics.limitBytes < memory.capacityBytes;
    const rate = this.rate && AshlarPage.KEYS.reduce((sum, key) => sum + this.rate[key], 0);
    const failures = Object.values(statistics.failuresByCause).reduce((sum, count) => sum + count, 0);
    this.tiles([
      ["committed", "committed", Ashlar.bytes(point.committed), (isLimited ? "limit " : "capacity ") + Ashlar.bytes(statistics.limitBytes), point.committed],
      ["resident", "resident", point.resident < 0 ? "–" : Ashlar.bytes(point.resident), point.resident < 0 ? "not told" : share(point.resident, point.committed) + " of committed", point.resident],
      ["live", "live", Ashlar.bytes(point.live), Ashlar.count(memory.liveBlocks) + " blocks", point.live],
      ["pending", "pending", Ashlar.bytes(point.pending), Ashlar.bytes(statistics.cachedBytes) + " cached", point.pending],
      ["free", "free", Ashlar.bytes(point.free), "largest " + Ashlar.bytes(memory.largestFreeBytes), point.free],
      ["fragmentation", "fragmentation", Ashlar.percent(point.fragmentation), "of " + Ashlar.bytes(memory.partlyFreeBytes), point.fragmentation],
      ["", "allocations", rate ? AshlarChart.rate(rate) + "/s" : "–", Ashlar.count(Object.values(statistics.allocations).reduce((sum, count) => sum + count, 0)) + " in all", rate ?? 0],
      ["", "failures", Ashlar.count(failures), statistics.waiting + " wait, " + Ashlar.count(statistics.steals) + " steals", failures],
    ]);
  }

  tiles(rows) {
    const list = this.get("now");
    if (list.childElementCount === 0) {
      list.append(...rows.map(([style, name]) => {
        const tile = Ashlar.element("div");
        const title = Ashlar.element("dt");
        if (style) {
          title.append(Ashlar.element("i", "b-" + style));
        }
        title.append(name);
        const value = Ashlar.element("dd", "value");
        value.dataset.figure = name;
        tile.append(title, value, Ashlar.element("dd", "detail"));
        return tile;
      }));
    }
    rows.forEach(([, , value, detail, raw], i) => {
      const [, shown, below] = list.children[i].children;
      AshlarPage.text(shown, value);
      AshlarPage.text(below, detail);
      shown.dataset.value = String(raw);
    });
  }

  showFindings(findings) {
    const key = JSON.stringify(findings.map(finding => [finding.severity, finding.ailment]));
    const list = this.get("findings");
    if (list.dataset.key !== key) {
      list.dataset.key = key;
      list.replaceChildren(...findings.map(finding => {
        const item = Ashlar.element("li");
        const text = Ashlar.element("div");
        text.append(Ashlar.element("p"), Ashlar.element("p", "soft"));
        item.append(Ashlar.element("span", "severity " + finding.severity.toLowerCase(), AshlarPage.words(finding.severity)), text);
        return item;
      }));
    }
    findings.forEach((finding, i) => this.showFinding(list.children[i].lastChild, finding));
  }

  showFinding(text, finding) {
    const key = JSON.stringify(finding);
    if (text.dataset.key !== key) {
      text.dataset.key = key;
      const [first, second] = text.children;
      first.replaceChildren(Ashlar.element("b", "", finding.title[0].toUpperCase() + finding.title.slice(1)), ": " + finding.evidence + ".");
      second.replaceChildren(finding.advice[0].toUpperCase() + finding.advice.slice(1) + ". ", ...(finding.command ? [Ashlar.element("code", "", finding.command)] : []));
    }
  }

  /** Of each doubling of the size the class that suffers most. */
  showClasses(classes) {
    const worst = new Map();
    for (const { payloadBytes, servable, servableInOnePiece } of classes) {
      const from = 2 ** Math.floor(Math.log2(payloadBytes));
      const share = servableInOnePiece === 0 ? 0 : 1 - servable / servableInOnePiece;
      worst.set(from, Math.max(worst.get(from) ?? 0, share));
    }
    this.get("classes").replaceChildren(...[...worst].flatMap(([from, share]) => {
      const bar = Ashlar.element("dd", "map-size-bar classes-bar");
      const fill = Ashlar.element("i");
      fill.style.width = 100 * share + "%";
      bar.append(fill);
      bar.setAttribute("aria-hidden", "true");
      return [Ashlar.element("dt", "", Ashlar.bytes(from)), bar, Ashlar.element("dd", "", Ashlar.percent(share))];
    }));
  }

  /** Rows of cells: a text, or {text, style, meter}. The first is the row's head. */
  table(id, rows) {
    const table = this.get(id);
    const body = table.tBodies[0];
    const scroll = table.parentElement;
    scroll.hidden = rows.length === 0;
    if (scroll.nextElementSibling) {
      scroll.nextElementSibling.hidden = rows.length > 0;
    }
    while (body.rows.length > rows.length) {
      body.deleteRow(-1);
    }
    rows.forEach((cells, i) => {
      const row = body.rows[i] ?? body.insertRow();
      cells.forEach((cell, j) => {
        if (!row.cells[j]) {
          const made = Ashlar.element(j === 0 ? "th" : "td");
          if (j === 0) {
            made.scope = "row";
          }
          made.append(Ashlar.element("span"));
          row.append(made);
        }
        this.cell(row.cells[j], typeof cell === "object" ? cell : { text: cell });
      });
    });
  }

  cell(at, { text, style, meter }) {
    AshlarPage.text(at.firstChild, String(text));
    at.className = style ?? "";
    if (meter === undefined) {
      at.querySelector("meter")?.remove();
      return;
    }
    const shown = at.querySelector("meter") ?? at.appendChild(document.createElement("meter"));
    Object.assign(shown, { min: 0, max: 1, low: 0.8, high: 0.95, optimum: 0, value: Math.min(1, meter) });
    shown.setAttribute("aria-hidden", "true");
  }

  showArenas(arenas) {
    this.table("arenas", arenas.map(arena => [
      arena.number + (arena.movable ? " (movable)" : ""),
      arena.fenced ? { text: "fenced", style: "bad" } : AshlarPage.words(arena.policy),
      Ashlar.count(arena.regions),
      ...[arena.committedBytes, arena.takenBytes, arena.freeBytes, arena.queuedBytes, arena.largestFreeBytes].map(Ashlar.bytes),
      arena.freeBytes === 0 ? "–" : Ashlar.percent(1 - arena.largestFreeBytes / arena.freeBytes),
      Ashlar.count(arena.slabs),
    ]));
  }

  showBudgets(budgets) {
    this.table("budgets", budgets.map(({ name, statistics }) => {
      // No limit is the largest number of 63 bits.
      const isLimited = statistics.limitBytes < 2 ** 62;
      const share = isLimited && statistics.limitBytes > 0 ? statistics.liveBytes / statistics.limitBytes : undefined;
      return [
        name, Ashlar.bytes(statistics.liveBytes), isLimited ? Ashlar.bytes(statistics.limitBytes) : "none",
        { text: share === undefined ? "–" : Ashlar.percent(share), meter: share },
        Ashlar.bytes(statistics.reservedBytes), Ashlar.bytes(statistics.peakBytes), Ashlar.count(statistics.liveBlocks),
        { text: Ashlar.count(statistics.refusals), style: statistics.refusals > 0 ? "bad" : "" },
      ];
    }));
  }

  showRuns(runs) {
    this.table("runs", runs.map(run => [
      Ashlar.count(run.number), run.requested ? "yes" : "no",
      ...["RETURNED", "COALESCED", "MOVED", "PURGED", "RELEASED"].map(kind => run.bytes[kind] === 0 ? "–" : Ashlar.bytes(run.bytes[kind])),
      Ashlar.percent(run.fragmentationBefore) + " → " + Ashlar.percent(run.fragmentationAfter),
      AshlarPage.nanos(run.durationNanos), AshlarPage.nanos(run.longestLockNanos),
      run.failures > 0 ? { text: Ashlar.count(run.failures) + " failures", style: "bad" } : AshlarPage.words(run.end),
    ]));
  }

  static nanos(nanos) {
    const [value, unit] = nanos >= 1e9 ? [nanos / 1e9, "s"] : nanos >= 1e6 ? [nanos / 1e6, "ms"] : [nanos / 1e3, "µs"];
    return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2) + " " + unit;
  }
}

new AshlarPage();
