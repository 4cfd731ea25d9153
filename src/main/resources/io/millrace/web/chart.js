// The cost against the examples learned: every mini-batch faint, the window in the accent colour,
// the baseline dashed, a mark at each drift.
import {figure, short} from './format.js';
import {driftsIn} from './history.js';

const uPlot = window.uPlot;
const DASH = [7, 5];
const DOTS = [2, 4];

/** With more drift marks than this, their lines hide the curves: then only their heads are drawn. */
const MOST_LINES = 12;

const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** The value below which a share of the values lie. */
function quantile(values, share) {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))];
}

export class CostChart {
  #host;
  #plot = null;
  #marks = [];
  #onCursor;
  #data = [[], [], [], [], []];

  /** @param onCursor gets the index of the point under the pointer, or null */
  constructor(host, onCursor) {
    this.#host = host;
    this.#onCursor = onCursor;
    new ResizeObserver(() => this.#fit()).observe(host);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      if (this.#plot !== null) {
        this.#build();
      }
    });
  }

  /** @param columns of a history */
  show(columns) {
    this.#marks = driftsIn(columns).map(i => columns.examples[i]);
    this.#data = [
      columns.examples, columns.cost, columns.noChange, columns.baseline, columns.window];
    if (this.#plot !== null) {
      this.#plot.setData(this.#data);
    } else if (columns.examples.length > 0) {
      this.#build();
    }
  }

  #fit() {
    const {clientWidth: width, clientHeight: height} = this.#host;
    if (this.#plot && width > 0) {
      this.#plot.setSize({width, height});
    }
  }

  #build() {
    this.#plot?.destroy();
    this.#plot = new uPlot(this.#options(), this.#data, this.#host);
  }

  #options() {
    const em = parseFloat(getComputedStyle(this.#host).fontSize);
    const font = `${Math.round(0.8 * em)}px ${getComputedStyle(this.#host).fontFamily}`;
    const axis = {
      font, stroke: css('--quiet'), ticks: {show: false},
      grid: {stroke: css('--line'), width: 1}};
    const line = (stroke, width, more = {}) =>
      ({stroke, width, points: {show: false}, spanGaps: true, ...more});
    return {
      width: this.#host.clientWidth,
      height: this.#host.clientHeight,
      padding: [em, 1.2 * em, 0, 0],
      legend: {show: false},
      cursor: {drag: {x: false, y: false}, points: {size: 0.55 * em}},
      scales: {
        x: {time: false, range: (plot, min, max) => (min === max ? [min - 1, max + 1] : [min, max])},
        y: {range: () => this.#range()}},
      axes: [
        {...axis, size: 2.1 * em, space: 3.8 * em, values: (plot, ticks) => ticks.map(short)},
        {...axis, size: 3.3 * em, space: 2.6 * em, values: (plot, ticks) => ticks.map(tick)}],
      series: [
        {},
        line(css('--faint'), 1),
        line(css('--quiet'), 1.5, {dash: DOTS}),
        line(css('--ink'), 1.75, {dash: DASH}),
        line(css('--accent'), 2.75)],
      hooks: {
        draw: [plot => this.#drawMarks(plot)],
        setCursor: [plot => this.#onCursor(plot.cursor.left < 0 ? null : plot.cursor.idx)]}};
  }

  /**
   * Room for the window and the baseline, and for the mini-batches but for their extremes: one wild
   * batch must not flatten everything else.
   */
  #range() {
    const [, cost, noChange, baseline, window] = this.#data;
    const from = [quantile(cost, 0.01)];
    const to = [quantile(cost, 0.99)];
    for (const values of [window, baseline]) {
      from.push(quantile(values, 0));
      to.push(quantile(values, 1));
    }
    from.push(quantile(noChange, 0.05));
    to.push(quantile(noChange, 0.95));
    const low = Math.min(...from.filter(Number.isFinite));
    const high = Math.max(...to.filter(Number.isFinite));
    if (!Number.isFinite(low)) {
      return [0, 1];
    }
    const room = 0.06 * (high - low || Math.abs(high) || 1);
    return [low >= 0 ? Math.max(0, low - room) : low - room, high + room];
  }

  #drawMarks(plot) {
    const {ctx, bbox} = plot;
    const size = 0.35 * parseFloat(getComputedStyle(this.#host).fontSize) * uPlot.pxRatio;
    ctx.save();
    ctx.strokeStyle = ctx.fillStyle = css('--mark');
    ctx.lineWidth = uPlot.pxRatio;
    ctx.setLineDash(DOTS.map(each => each * uPlot.pxRatio));
    const places = this.#apart(plot, 3 * size);
    for (const x of places) {
      if (places.length <= MOST_LINES) {
        ctx.beginPath();
        ctx.moveTo(x, bbox.top);
        ctx.lineTo(x, bbox.top + bbox.height);
        ctx.stroke();
      }
      ctx.beginPath();
      ctx.moveTo(x, bbox.top - size);
      ctx.lineTo(x + size, bbox.top);
      ctx.lineTo(x, bbox.top + size);
      ctx.lineTo(x - size, bbox.top);
      ctx.fill();
    }
    ctx.restore();
  }

  /** The drawn marks: of marks that are closer than a distance, only the first. */
  #apart(plot, distance) {
    const places = [];
    for (const examples of this.#marks) {
      const x = Math.round(plot.valToPos(examples, 'x', true)) + 0.5;
      if (places.length === 0 || x - places.at(-1) >= distance) {
        places.push(x);
      }
    }
    return places;
  }
}

function tick(value) {
  return Math.abs(value) >= 10_000 ? short(value) : String(Number(value.toPrecision(6)));
}

/** What the chart shows, in a sentence. */
export function describe({examples, window, baseline}, drifts) {
  const length = examples.length;
  if (length === 0) {
    return 'No data yet.';
  }
  const now = window[length - 1];
  // Without the very first points, because their window has only one or two mini-batches.
  const first = Math.min(length - 1, Math.ceil(length / 50));
  const begin = window[first];
  const change = now < 0.98 * begin ? 'fell' : now > 1.02 * begin ? 'rose' : 'stayed';
  const course = change === 'stayed'
    ? `stayed at ${figure(now)}` : `${change} from ${figure(begin)} to ${figure(now)}`;
  const base = Number.isFinite(baseline[length - 1])
    ? `; the baseline is at ${figure(baseline[length - 1])}` : '';
  const marks = drifts === 0 ? '' : drifts === 1
    ? ' One drift was detected.' : ` ${short(drifts)} drifts were detected.`;
  return `From ${short(examples[first])} to ${short(examples[length - 1])} examples the cost ${course}${base}.${marks}`;
}
