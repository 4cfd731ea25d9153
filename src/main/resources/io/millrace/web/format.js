// How numbers and times are written. The page is English whatever the browser's language is, so
// the numbers are too.
const LOCALE = 'en';
const whole = new Intl.NumberFormat(LOCALE, {maximumFractionDigits: 0});
const compact = new Intl.NumberFormat(LOCALE, {notation: 'compact', maximumFractionDigits: 1});
const share = new Intl.NumberFormat(LOCALE, {
  style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1});
const roundShare = new Intl.NumberFormat(LOCALE, {style: 'percent', maximumFractionDigits: 0});
const small = new Intl.NumberFormat(LOCALE, {minimumFractionDigits: 4, maximumFractionDigits: 4});
const large = new Intl.NumberFormat(LOCALE, {
  notation: 'compact', minimumSignificantDigits: 4, maximumSignificantDigits: 4});
const moment = new Intl.DateTimeFormat(LOCALE, {
  year: 'numeric', month: 'short', day: 'numeric',
  hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23'});

export const NOTHING = '–';

const isNumber = value => typeof value === 'number' && Number.isFinite(value);
const orNothing = format => value => (isNumber(value) ? format(value) : NOTHING);

export const count = orNothing(value => whole.format(value));
export const short = orNothing(value =>
  Math.abs(value) < 10_000 ? whole.format(value) : compact.format(value));
export const percent = orNothing(value => share.format(value));
export const roundPercent = orNothing(value => roundShare.format(value));

/** Costs and errors: four decimals, or four digits where there are any before the point. */
export const figure = orNothing(value => {
  const size = Math.abs(value);
  if (size !== 0 && size < 0.001) {
    return value.toExponential(2);
  }
  return size < 1 ? small.format(value) : large.format(value);
});

/** Milliseconds as people say them: "12 s", "3 min", "2 h", "5 days". */
export function duration(millis) {
  const seconds = Math.max(0, Math.floor(millis / 1000));
  if (seconds < 100) {
    return `${seconds} s`;
  }
  if (seconds < 100 * 60) {
    return `${Math.round(seconds / 60)} min`;
  }
  return seconds < 72 * 3600
    ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86400)} days`;
}

export const ago = millis => (millis < 1000 ? 'now' : `${duration(millis)} ago`);

export const absolute = millis => moment.format(millis);

/** Milliseconds since the epoch, from ISO 8601 text or from such a number. */
export const instant = time => (typeof time === 'number' ? time : Date.parse(time));
