// The page: shows the newest data of the server, at most once per frame.
import {CostChart, describe} from './chart.js';
import {connect} from './connection.js';
import {attribute, byId, datum, fill, make, text} from './dom.js';
import {showDeadLetters, showDrifts, tellTime} from './events.js';
import {absolute, ago, count, duration, figure, instant, short} from './format.js';
import {History, numberOfDrifts} from './history.js';
import {showQuality} from './quality.js';
import {showSurface} from './surface.js';
import {judge, Pace} from './verdict.js';

const history = new History();
const pace = new Pace();
const seen = {
  heard: 'connecting', lostAt: 0, status: null, statusAt: 0, lastAt: 0, pace: null, offset: 0,
  surface: null};
let cursor = null; // the point of the chart under the pointer
const chart = new CostChart(byId('chart'), point => {
  cursor = point;
  showKey();
});

const now = () => Date.now() + seen.offset; // the clock of the server
const range = () => document.querySelector('input[name=range]:checked').value;
const columns = () => (range() === 'all' ? history.all : history.recent);

let frame = 0;

function changed() {
  if (frame === 0) {
    frame = requestAnimationFrame(() => {
      frame = 0;
      show();
    });
  }
}

document.querySelectorAll('input[name=range]').forEach(each => each.addEventListener('change', changed));
byId('chart-table').addEventListener('toggle', changed);
setInterval(changed, 1000); // updates times such as "12 s ago"

function show() {
  showVerdict();
  showCurve();
  showQuality(history.last);
  if (seen.status) {
    showStatus(seen.status);
  }
  if (seen.surface && seen.status) {
    showSurface(seen.surface, seen.status);
  }
  tellTime(now());
}

function showVerdict() {
  const verdict = judge({...seen, now: now(), last: history.last});
  const section = byId('verdict');
  if (section.dataset.kind !== verdict.kind) {
    section.dataset.kind = verdict.kind;
    section.dataset.level = verdict.level;
    text('announcement', verdict.words); // only when the kind of verdict changes, not for every figure
    document.title = [verdict.words.split(':')[0], seen.status?.model, 'Millrace'].filter(Boolean).join(' · ');
  }
  text('verdict-sign', verdict.sign);
  text('verdict-words', verdict.words);
  text('verdict-more', verdict.more || '\u00a0');
  document.body.classList.toggle('old', seen.heard === 'lost');

  attribute(byId('connection'), 'data-state', seen.heard);
  text('connection-words', {connecting: 'connecting', live: 'live', lost: 'not connected'}[seen.heard]);
}

function showCurve() {
  const shown = columns();
  const drifts = numberOfDrifts(shown);
  const host = byId('chart');
  chart.show(shown);
  host.dataset.points = shown.batch.length;
  host.dataset.batch = history.last?.batch ?? 0;
  host.dataset.drifts = drifts;
  text('chart-words', describe(shown, drifts));
  byId('key-drift').hidden = drifts === 0;
  showKey();
  showTable(shown);
}

/** The figures next to the names of the lines: of the point under the pointer, or the newest. */
function showKey() {
  const shown = columns();
  const point = cursor ?? shown.batch.length - 1;
  const value = name => shown[name][point];
  datum('cost', value('window'), figure(value('window')));
  text('key-baseline', baselineName());
  datum('baseline-cost', value('baseline'), figure(value('baseline')));
  datum('nochange-cost', value('noChange'), figure(value('noChange')));
  datum('batch-cost', value('cost'), figure(value('cost')));
  byId('key-nochange').hidden = !Number.isFinite(shown.noChange.at(-1));
}

/** The predictor behind the cost of the baseline. */
function baselineName() {
  const quality = history.last?.window;
  return !quality ? 'baseline' : quality.accuracy === undefined ? 'mean' : 'base rate';
}

function showTable(shown) {
  if (!byId('chart-table').open) {
    return;
  }
  const last = shown.batch.length - 1;
  const rows = [...new Set(Array.from({length: 20}, (_, i) => Math.round((last * i) / 19)))]
    .filter(i => i >= 0)
    .map(i => [count(shown.examples[i]), figure(shown.window[i]), figure(shown.baseline[i]),
      figure(shown.cost[i])]);
  fill('chart-rows', rows, row => make('tr', {}, ...row.map(cell => make('td', {textContent: cell}))));
}

const network = ({inputs, hidden, outputs, output}) =>
  `${count(inputs)} ${inputs === 1 ? 'input' : 'inputs'}, ${count(hidden)} hidden, `
  + `${count(outputs)} ${output} ${outputs === 1 ? 'output' : 'outputs'}`;

function showStatus(status) {
  text('model', status.model ?? 'Millrace');
  text('shape', network(status));

  datum('rate', status.examplesPerSecond, count(status.examplesPerSecond));
  text('rate-more', history.last ? `${count(history.last.batch)} mini-batches` : '\u00a0');

  const waiting = status.lag >= 0 ? status.lag : null;
  datum('lag', waiting, short(waiting));
  text('lag-more', status.behindTransaction > 0
    ? `${short(status.behindTransaction)} behind an open transaction` : seen.pace ?? 'unknown');
  byId('lag-tile').classList.toggle('warn', seen.pace === 'falls behind');

  datum('examples', status.learned, short(status.learned));
  byId('examples').title = count(status.learned);
  text('examples-more', history.last ? `updated ${ago(now() - seen.lastAt)}`
    : status.learned > 0 ? '\u00a0' : 'none yet');

  datum('version', status.modelVersion, count(status.modelVersion));
  const age = status.snapshot ? status.snapshot.ageMillis + now() - seen.statusAt : null;
  const refused = status.snapshotRefused;
  text('version-more', refused ? 'newest snapshot cannot be used' : age === null ? 'no snapshot yet' : `snapshot ${ago(age)}`);
  byId('version-more').title = refused ?? '';

  showDeadLetters(status.deadLetters, status.topics?.deadLetters);
  showDrifts(status.drifts ?? [], history.last?.drifts);
  showAbout(status);
}

function showAbout(status) {
  const started = instant(status.startedAt);
  const topics = Object.entries(status.topics ?? {}).map(([, name]) => name);
  const items = [
    ['Application', status.application],
    ['Scaling', status.scaling],
    ['Learning rate', history.last ? String(history.last.learningRate) : ''],
    ['Topics', topics.join(', ')],
    ['Running', Number.isFinite(started) ? duration(now() - started) : '', Number.isFinite(started) ? absolute(started) : ''],
    ['Millrace', status.version]].filter(([, value]) => value);
  fill('about', items, ([name, value, title = '']) => make('div', {title},
    make('dt', {textContent: name}), make('dd', {textContent: value})));
}

connect({
  state(heard) {
    if (heard === 'lost' && seen.heard !== 'lost') {
      seen.lostAt = now();
    }
    seen.heard = heard;
    changed();
  },
  clock(offset) {
    // The header has whole seconds: smaller differences do not count.
    seen.offset = Math.abs(offset) > 2000 ? offset : 0;
  },
  history(records) {
    history.load(records);
    if (history.last) {
      seen.lastAt = instant(history.last.timestamp);
    }
    changed();
  },
  costs(records) {
    const before = history.last;
    history.add(records);
    if (history.last !== before) {
      seen.lastAt = now();
    }
    changed();
  },
  status(status) {
    seen.status = status;
    seen.statusAt = now();
    seen.pace = pace.of(status.lag, status.examplesPerSecond, now());
    changed();
  },
  surface(surface) {
    seen.surface = surface;
    changed();
  }});
