// One sentence on the state of the learner.
import {count, duration, figure, instant, percent, roundPercent, short} from './format.js';

const QUIET_MILLIS = 12_000;
const DIVERGED_MILLIS = 60_000;
const FIRST_EXAMPLES = 200;
const CLEARLY = 0.01;

/** How serious a verdict is. The sign is for readers who do not see the colour. */
const SIGNS = {good: '✓', wait: '…', warn: '!', bad: '✕'};

const verdict = (kind, level, words, more = '') => ({kind, level, words, more, sign: SIGNS[level]});

/**
 * @param now      server's time in milliseconds
 * @param heard    'connecting', 'live' or 'lost'
 * @param lostAt   when it was lost
 * @param status   the newest status, or null
 * @param last     the newest record of the costs, or null
 * @param lastAt   when that record came
 * @param pace     what the lag has done lately: 'keeps up', 'catches up', 'falls behind'
 */
export function judge({now, heard, lostAt, status, last, lastAt, pace}) {
  if (heard === 'lost') {
    const more = last || status
      ? `The figures below are ${duration(now - lostAt)} old.`
      : 'Is the learner running?';
    return verdict('lost', 'bad', 'Connection lost, trying again', more);
  }
  if (heard === 'connecting' || status === null) {
    return verdict('connecting', 'wait', 'Connecting');
  }
  if (status.silent) {
    return verdict('silent', 'bad', 'Kafka does not answer',
      'The learner waits, and continues when Kafka answers.');
  }
  return byState(status) ?? byDeadLetters(status, now) ?? byArrivals(status, last, now - lastAt, pace)
    ?? byQuality(status, last, pace);
}

function byState(status) {
  switch (status.state) {
    case 'ERROR':
    case 'PENDING_ERROR':
      return verdict('stopped', 'bad', 'The learner has failed', 'See its log.');
    case 'PENDING_SHUTDOWN':
    case 'NOT_RUNNING':
      return verdict('stopped', 'bad', 'The learner has stopped');
    case 'REBALANCING':
      return verdict('starting', 'wait', 'Partitions are being assigned',
        'The learner has started, or an instance has joined or left the group.');
    case 'CREATED':
    case 'STARTING':
      return verdict('starting', 'wait', 'The learner is starting');
    default:
      return null;
  }
}

function byDeadLetters(status, now) {
  const diverged = (status.deadLetters?.newest ?? []).find(letter =>
    letter.reason === 'diverged' && now - instant(letter.timestamp) < DIVERGED_MILLIS);
  return diverged
    ? verdict('diverged', 'bad', 'Diverged: mini-batches are not learned',
      'The model stays unchanged. A lower learning rate, scaling or clipNorm may help.')
    : null;
}

function byArrivals(status, last, quiet, pace) {
  if (last === null && !status.learned) {
    return verdict('waiting', 'wait', 'Waiting for the first examples',
      status.topics?.examples ? `Send events to topic ${status.topics.examples}.` : '');
  }
  if (quiet < QUIET_MILLIS) {
    return null;
  }
  const since = duration(quiet);
  return status.lag > 0 && pace !== 'keeps up'
    ? verdict('stalled', 'bad', `Nothing has been learned for ${since}`,
      `${count(status.lag)} examples are waiting.`)
    : verdict('idle', 'wait', `Nothing has arrived for ${since}`,
      last ? `The last cost was ${figure(last.window?.cost ?? last.cost)}.` : '');
}

function byQuality(status, last, pace) {
  const quality = last?.window;
  const cost = quality?.cost ?? last?.cost;
  if (!quality || quality.examples < FIRST_EXAMPLES || !(quality.baseline?.cost > 0)) {
    return verdict('beginning', 'wait', `Learning has begun: cost ${figure(cost)}`,
      'There are too few examples to judge the model yet.');
  }
  const gain = 1 - cost / quality.baseline.cost;
  const costs = `cost ${figure(cost)}`;
  const more = [easier(quality), pace === 'falls behind'
    ? `Not keeping up: ${short(status.lag)} examples are waiting.` : ''].filter(Boolean).join(' ');
  if (gain >= CLEARLY) {
    const words = `Learning: ${costs}, ${roundPercent(gain)} below the baseline`;
    if (pace === 'falls behind') {
      return verdict('behind', 'warn', words, more);
    }
    return isOutdone(quality)
      ? verdict('outdone', 'warn', `${words}; repeating the last ${labelOf(quality)} would be more accurate`, more)
      : verdict('learning', 'good', words, more);
  }
  return gain <= -CLEARLY
    ? verdict('worse', 'warn',
      `Worse than the baseline: ${costs}, ${roundPercent(-gain)} above it`, more)
    : verdict('guessing', 'warn', `Not better than the baseline: ${costs}`, more);
}

/** Whether repeating the previous label would clearly be better. On many streams it is. */
function isOutdone({accuracy, mae, noChange}) {
  return accuracy !== undefined
    ? noChange?.accuracy > accuracy + CLEARLY : noChange?.mae < mae * (1 - CLEARLY);
}

const labelOf = ({accuracy}) => (accuracy !== undefined ? 'label' : 'value');

/** The model beside the better of its two baselines. */
function easier(quality) {
  const {accuracy, mae, baseline, noChange} = quality;
  if (accuracy !== undefined) {
    const best = Math.max(baseline?.accuracy ?? 0, noChange?.accuracy ?? 0);
    const name = (noChange?.accuracy ?? 0) > (baseline?.accuracy ?? 0)
      ? 'previous label' : 'majority class';
    return `Accuracy: ${percent(accuracy)}; ${name}: ${percent(best)}.`;
  }
  if (mae !== undefined) {
    const best = Math.min(baseline?.mae ?? Infinity, noChange?.mae ?? Infinity);
    const name = (noChange?.mae ?? Infinity) < (baseline?.mae ?? Infinity)
      ? 'previous value' : 'mean';
    return `Mean absolute error: ${figure(mae)}; ${name}: ${figure(best)}.`;
  }
  return '';
}

const PACE_MILLIS = 20_000;

/** Watches the lag for some seconds to say what it does. */
export class Pace {
  #seen = [];

  /** @returns 'keeps up', 'catches up', 'falls behind', or null where the lag is unknown */
  of(lag, rate, now) {
    if (!(lag >= 0)) {
      this.#seen = [];
      return null;
    }
    this.#seen = this.#seen.filter(each => now - each.now < PACE_MILLIS);
    this.#seen.push({lag, now});
    // Learning commits in steps: the examples of three seconds are not a delay.
    if (lag <= Math.max(100, 3 * (rate ?? 0))) {
      return 'keeps up';
    }
    const first = this.#seen[0].lag;
    return lag < first ? 'catches up' : 'falls behind';
  }
}
