// The model compared with its baselines.
import {byId, fill, make, text} from './dom.js';
import {count, figure, NOTHING, percent} from './format.js';

const CLASSES = {
  window: 'this model', baseline: 'majority class', noChange: 'previous label'};
const VALUES = {window: 'this model', baseline: 'mean', noChange: 'previous value'};

/** The figures in their order: the name, the format, and whether more is better. */
const MEASURES = {
  accuracy: {name: 'accuracy', write: percent, more: true},
  cost: {name: 'cost', write: figure, more: false},
  auc: {name: 'AUC', write: figure, more: true},
  logLoss: {name: 'log-loss', write: figure, more: false},
  mae: {name: 'MAE', title: 'mean absolute error', write: figure, more: false},
  rmse: {name: 'RMSE', title: 'root mean squared error', write: figure, more: false}};

const rivals = quality => [quality, quality.baseline ?? {}, quality.noChange ?? {}];

export function showQuality(record) {
  const quality = record?.window;
  byId('quality-none').hidden = Boolean(quality);
  if (!quality) {
    return;
  }
  const names = Object.values(quality.accuracy === undefined ? VALUES : CLASSES);
  text('quality-window', `the last ${count(quality.examples)} examples`);
  showBars(quality, names);
  // The cost of the baseline is that of the base rate: the majority class has only an accuracy.
  showFigures(quality, record.sinceStart ?? {}, [names[0], 'baseline', names[2]]);
}

/** Accuracy, or the mean absolute error, as bars from zero. */
function showBars(quality, names) {
  const key = quality.accuracy === undefined ? 'mae' : 'accuracy';
  const values = rivals(quality).map(each => each[key]);
  const most = key === 'accuracy' ? 1 : Math.max(...values.filter(Number.isFinite));
  const bars = values.map((value, i) => ({name: names[i], value: value ?? null}));
  fill('bars', bars.map(({name}) => name), (name, i) => make('li', {className: i === 0 ? 'model' : 'rival'},
    make('span', {className: 'name', textContent: name}),
    make('data', {className: 'value'}),
    make('span', {className: 'track'}, make('span', {className: 'bar'}))));
  [...byId('bars').children].forEach((row, i) => {
    const {value} = bars[i];
    const datum = row.querySelector('data');
    text(datum, MEASURES[key].write(value) + (i === 0 && key === 'mae' && value !== null ? ' MAE' : ''));
    datum.value = value ?? '';
    row.querySelector('.bar').style.inlineSize = `${value === null ? 0 : (100 * value) / most}%`;
  });
  byId('bars').setAttribute('aria-label', `${MEASURES[key].title ?? MEASURES[key].name}, the latest examples`);
}

function showFigures(window, since, names) {
  const used = Object.keys(MEASURES).filter(key =>
    window[key] !== undefined && !(key === 'logLoss' && window.logLoss === window.cost));
  fill('figures-head', used, () => '');
  const head = make('tr', {}, make('td'),
    ...names.map(name => make('th', {scope: 'col', textContent: name})));
  fill('figures-head', [names], () => head);
  const rows = used.flatMap(key => [row(key, 'window', window), row(key, 'sinceStart', since)])
    .filter(({values}) => values.some(value => value !== NOTHING));
  fill('figures-body', rows, ({name, title, span, values, best}) => make('tr', {className: span},
    make('th', {scope: 'row', title},
      span === 'window' ? name : make('span', {className: 'since', textContent: 'since start'})),
    ...values.map((value, i) => make('td', {className: i === best ? 'best' : '', textContent: value}))));
}

function row(key, span, quality) {
  const {name, title, write, more} = MEASURES[key];
  const numbers = rivals(quality).map(each => each[key]);
  const known = numbers.filter(Number.isFinite);
  const best = known.length < 2 ? -1 : numbers.indexOf(more ? Math.max(...known) : Math.min(...known));
  return {name, title: title ?? '', span, values: numbers.map(write), best};
}
