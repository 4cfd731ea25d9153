// The history of the cost, in bounded memory.
import {instant} from './format.js';

const CAPACITY = 4000;
const RECENT = 1000;
const SMOOTHING = 0.02;

const COLUMNS = ['batch', 'examples', 'cost', 'window', 'baseline', 'noChange', 'drifts'];
const emptyColumns = () => Object.fromEntries(COLUMNS.map(name => [name, []]));
const number = value => (Number.isFinite(value) ? value : null);
const pointAt = (columns, i) => Object.fromEntries(COLUMNS.map(name => [name, columns[name][i]]));

/** Drops the points from a mini-batch on. */
function dropFrom(columns, batch) {
  while (columns.batch.at(-1) >= batch) {
    COLUMNS.forEach(name => columns[name].pop());
  }
}

/**
 * Points with the same number of mini-batches each. If there are too many, two become one. The cost
 * of a point is the mean over its received mini-batches. Everything else is that of its last one.
 */
class Folded {
  columns = emptyColumns();
  #numbers = []; // received mini-batches, by point
  #stride = 1;

  add(point, number = 1) {
    const {batch, cost} = this.columns;
    const last = batch.length - 1;
    if (last >= 0 && this.#place(batch[last]) === this.#place(point.batch)) {
      const mean = cost[last] + ((point.cost - cost[last]) * number) / (this.#numbers[last] + number);
      COLUMNS.forEach(name => { this.columns[name][last] = point[name]; });
      cost[last] = mean;
      this.#numbers[last] += number;
    } else if (batch.length === CAPACITY) {
      this.#fold();
      this.add(point, number);
    } else {
      COLUMNS.forEach(name => this.columns[name].push(point[name]));
      this.#numbers.push(number);
    }
  }

  #place(batch) {
    return Math.floor(batch / this.#stride);
  }

  #fold() {
    const columns = this.columns;
    const numbers = this.#numbers;
    this.columns = emptyColumns();
    this.#numbers = [];
    this.#stride *= 2;
    numbers.forEach((each, i) => this.add(pointAt(columns, i), each));
  }

  dropFrom(batch) {
    dropFrom(this.columns, batch);
    this.#numbers.length = this.columns.batch.length;
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

  dropFrom(batch) {
    dropFrom(this.columns, batch);
  }
}

export class History {
  #all = new Folded();
  #recent = new Latest();
  #smoothed = 0;

  /** The newest record, or null. */
  last = null;

  get all() {
    return this.#all.columns;
  }

  get recent() {
    return this.#recent.columns;
  }

  /**
   * Takes in what the server has of the whole life of the model; the same records may come again.
   * Where they reach further back than what is here, or belong to another life (a model that began
   * anew), they take its place.
   */
  load(records) {
    const mine = this.last;
    if (mine === null || records.length === 0) {
      this.add(records);
    } else if (!this.#isContinuedBy(records)) {
      this.#clear();
      this.add(records);
    } else if (records[0].batch < this.all.batch[0]) {
      this.#clear();
      this.add(records);
      this.add([mine]); // records that arrived since the server wrote them
    } else {
      this.add(records);
    }
  }

  /**
   * Takes in records in the order of the topic. Those that are here already are passed over; later
   * ones of the same mini-batches belong to a new life, or repeat the end of this one.
   */
  add(records) {
    for (const record of records) {
      if (this.last === null || record.batch > this.last.batch) {
        this.#add(record);
      } else if (isLater(record, this.last)) {
        this.#all.dropFrom(record.batch);
        this.#recent.dropFrom(record.batch);
        this.#add(record);
      }
    }
  }

  #isContinuedBy(records) {
    return records.every(record => record.batch > this.last.batch || !isLater(record, this.last));
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
      noChange: number(record.window?.noChange?.cost),
      drifts: record.drifts ?? 0};
    this.#all.add(point);
    this.#recent.add(point);
    this.last = record;
  }

  #clear() {
    this.#all = new Folded();
    this.#recent = new Latest();
    this.last = null;
  }
}

const isLater = (one, other) => instant(one.timestamp) > instant(other.timestamp);

/** The points of a history at which the number of drifts grew. */
export function driftsIn({drifts}) {
  return drifts.flatMap((total, i) => (i > 0 && total > drifts[i - 1] ? [i] : []));
}

/** The drifts that were detected after the first point of a history. */
export const numberOfDrifts = ({drifts}) => (drifts.length > 0 ? drifts.at(-1) - drifts[0] : 0);
