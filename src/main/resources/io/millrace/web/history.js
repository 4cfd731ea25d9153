// The course of the cost, in bounded memory however long it lasts.
import {instant} from './format.js';

const CAPACITY = 4000;
const RECENT = 1000;
const SMOOTHING = 0.02;

const COLUMNS = ['batch', 'examples', 'cost', 'window', 'baseline', 'noChange'];
const emptyColumns = () => Object.fromEntries(COLUMNS.map(name => [name, []]));
const number = value => (Number.isFinite(value) ? value : null);

/**
 * Points of equally many mini-batches each. When there are too many, every two become one: the cost
 * of a point is the mean over its mini-batches, everything else is as after its last.
 */
class Folded {
  columns = emptyColumns();
  #stride = 1;
  #inLast = 1;

  add(point) {
    const columns = this.columns;
    const length = columns.batch.length;
    if (length > 0 && this.#inLast < this.#stride) {
      const cost = columns.cost[length - 1];
      this.#inLast++;
      COLUMNS.forEach(name => { columns[name][length - 1] = point[name]; });
      columns.cost[length - 1] = cost + (point.cost - cost) / this.#inLast;
      return;
    }
    if (length === CAPACITY) {
      this.#fold();
      this.add(point);
      return;
    }
    COLUMNS.forEach(name => columns[name].push(point[name]));
    this.#inLast = 1;
  }

  #fold() {
    for (const name of COLUMNS) {
      const from = this.columns[name];
      const to = [];
      for (let i = 0; i < from.length; i += 2) {
        to.push(name === 'cost' ? (from[i] + from[i + 1]) / 2 : from[i + 1]);
      }
      this.columns[name] = to;
    }
    this.#stride *= 2;
    this.#inLast = this.#stride;
  }
}

/** The newest mini-batches, one a point. */
class Latest {
  columns = emptyColumns();

  add(point) {
    COLUMNS.forEach(name => this.columns[name].push(point[name]));
    if (this.columns.batch.length >= 2 * RECENT) {
      COLUMNS.forEach(name => this.columns[name].splice(0, RECENT));
    }
  }
}

export class History {
  #all = new Folded();
  #recent = new Latest();
  #drifts = new Map();

  /** The newest record, or null. */
  last = null;

  get all() {
    return this.#all.columns;
  }

  get recent() {
    return this.#recent.columns;
  }

  /** The mini-batches in which a drift was detected, oldest first. */
  get drifts() {
    return [...this.#drifts.keys()].sort((a, b) => a - b);
  }

  /**
   * Takes in what the costs topic holds, as far as it is new; the same records may come again.
   * Where they belong to another course than the one here (a model that began anew), that begins
   * anew too.
   */
  load(records) {
    if (this.last && records.length > 0 && !this.#continuedBy(records)) {
      this.#clear();
    }
    this.add(records);
  }

  /** Takes in records in the order of their mini-batches; those that are here already are passed over. */
  add(records) {
    for (const record of records) {
      if (this.last === null || record.batch > this.last.batch) {
        this.#add(record);
      }
    }
  }

  /** Marks a mini-batch in which a drift was detected; that of a record that never came, too. */
  addDrift(batch) {
    this.#drifts.set(batch, true);
    if (this.#drifts.size > 500) {
      this.#drifts.delete(Math.min(...this.#drifts.keys()));
    }
  }

  #continuedBy(records) {
    const mine = this.last;
    const again = records.find(record => record.batch === mine.batch);
    return again
      ? again.timestamp === mine.timestamp
      : records[0].batch > mine.batch && instant(records[0].timestamp) >= instant(mine.timestamp);
  }

  #add(record) {
    const smoothed = this.last === null
      ? record.cost : this.#smoothed + SMOOTHING * (record.cost - this.#smoothed);
    this.#smoothed = smoothed;
    const point = {
      batch: record.batch,
      examples: record.totalExamples,
      cost: record.cost,
      window: number(record.window?.cost ?? smoothed),
      baseline: number(record.window?.baseline?.cost),
      noChange: number(record.window?.noChange?.cost)};
    this.#all.add(point);
    this.#recent.add(point);
    if (record.drift) {
      this.addDrift(record.batch);
    }
    this.last = record;
  }

  #smoothed = 0;

  #clear() {
    this.#all = new Folded();
    this.#recent = new Latest();
    this.#drifts = new Map();
    this.last = null;
  }
}
