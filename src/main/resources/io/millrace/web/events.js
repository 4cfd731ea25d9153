// What went wrong and what changed: dead letters and drifts.
import {byId, datum, fill, make, text} from './dom.js';
import {absolute, ago, count, instant} from './format.js';

/** A moment, shown as the time since then; see tellTime. */
const moment = millis => make('time', {
  dateTime: new Date(millis).toISOString(), title: absolute(millis)});

/** Updates the time since every moment on the page. */
export function tellTime(now) {
  for (const element of document.querySelectorAll('time')) {
    text(element, ago(now - Date.parse(element.dateTime)));
  }
}

export function showDrifts(drifts, known) {
  const total = known ?? drifts.length;
  text('drifts-count', total > 0 ? `${count(total)} detected` : '');
  byId('drifts-none').hidden = total > 0;
  byId('drifts').hidden = drifts.length === 0;
  const items = drifts.map(({batch, timestamp}) => ({batch, at: instant(timestamp)}))
    .sort((a, b) => b.batch - a.batch).slice(0, 5);
  fill('drifts', items, ({batch, at}) => make('li', {},
    make('span', {className: 'mark', textContent: '◆ ', ariaHidden: 'true'}),
    `worse since mini-batch ${count(batch)}, `, moment(at)));
}

export function showDeadLetters(letters, topic) {
  const total = letters?.total ?? 0;
  const newest = letters?.newest ?? [];
  datum('letters', total, count(total));
  text('letters-topic', topic ? `topic ${topic}, all applications` : '');
  byId('letters-tile').classList.toggle('warn', total > 0);
  byId('letters-none').hidden = total > 0;
  byId('letters-some').hidden = total === 0;

  const reasons = Object.entries(letters?.byReason ?? {}).sort((a, b) => b[1] - a[1]);
  text('letters-more', total === 0 ? 'none' : reasons.map(([reason]) => reason).join(', '));
  fill('reasons', reasons, ([reason, times]) => make('li', {},
    make('data', {value: String(times), textContent: count(times)}),
    make('code', {textContent: reason})));
  const items = newest.slice(0, 10).map(letter => ({...letter, at: instant(letter.timestamp)}));
  fill('newest', items, ({reason, detail, topic: from, partition, offset, at}) => make('tr', {},
    make('td', {className: 'when'}, Number.isFinite(at) ? moment(at) : ''),
    make('td', {}, make('code', {textContent: reason})),
    make('td', {className: 'detail', textContent: detail ?? ''}),
    make('td', {className: 'where', title: `topic ${from}, partition ${partition}, offset ${offset}`,
      textContent: `${from}-${partition} @ ${offset}`})));
}
