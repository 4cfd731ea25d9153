// The predictions of a model with two inputs, as a map.
import {byId, text} from './dom.js';
import {count, percent} from './format.js';

const LOW = [214, 106, 29];
const MIDDLE = [244, 242, 238];
const HIGH = [17, 113, 160];

const mix = (a, b, share) => a.map((each, i) => Math.round(each + share * (b[i] - each)));

/** Orange, white, blue: colour-blind people can distinguish these, too. */
const colour = share =>
  (share < 0.5 ? mix(LOW, MIDDLE, 2 * share) : mix(MIDDLE, HIGH, 2 * share - 1));

const axis = value => String(Number(value.toPrecision(3)));

/** @param network its `output` and number of `outputs`: with several, the values are classes */
export function showSurface({version, x, y, columns, rows, values}, {output, outputs}) {
  const isProbability = output === 'sigmoid' && outputs === 1;
  const low = isProbability ? 0 : Math.min(...values);
  const high = isProbability ? 1 : Math.max(...values);
  const span = high - low || 1;
  const canvas = byId('surface');
  canvas.width = columns;
  canvas.height = rows;
  const image = new ImageData(columns, rows);
  values.forEach((value, i) => {
    const row = rows - 1 - Math.floor(i / columns); // y points upwards
    paint(image, row * columns + (i % columns), colour((value - low) / span));
  });
  canvas.getContext('2d').putImageData(image, 0, 0);
  canvas.dataset.version = version;

  text('surface-version', `version ${count(version)}`);
  text('surface-x0', axis(x[0]));
  text('surface-x1', axis(x[1]));
  text('surface-y0', axis(y[0]));
  text('surface-y1', axis(y[1]));
  text('scale-low', axis(low));
  text('scale-high', axis(high));
  text('surface-words', isProbability
    ? `The model predicts 1 on ${percent(values.filter(value => value > 0.5).length / values.length)} of this area.`
    : outputs > 1 ? `The model predicts classes ${axis(low)} to ${axis(high)}.`
      : `The predictions range from ${axis(low)} to ${axis(high)}.`);
  showScale();
  byId('surface-panel').hidden = false;
}

function showScale() {
  const scale = byId('scale');
  const image = new ImageData(scale.width, 1);
  for (let i = 0; i < scale.width; i++) {
    paint(image, i, colour(i / (scale.width - 1)));
  }
  scale.getContext('2d').putImageData(image, 0, 0);
}

function paint(image, pixel, [red, green, blue]) {
  image.data.set([red, green, blue, 255], 4 * pixel);
}
