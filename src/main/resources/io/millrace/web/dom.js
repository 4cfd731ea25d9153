// The few things that the page does to its elements. Text is only ever set as text.
export const byId = id => document.getElementById(id);

/** Sets the text of an element, and leaves it alone where it stands already. */
export function text(target, value) {
  const element = typeof target === 'string' ? byId(target) : target;
  if (element.textContent !== value) {
    element.textContent = value;
  }
}

/** A number as people read it, and beside it as it is. */
export function datum(target, value, written) {
  const element = typeof target === 'string' ? byId(target) : target;
  text(element, written);
  element.value = value === undefined || value === null ? '' : String(value);
}

export function attribute(element, name, value) {
  if (element.getAttribute(name) !== String(value)) {
    element.setAttribute(name, value);
  }
}

/** A new element with text or elements in it. */
export function make(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

const made = new WeakMap();

/**
 * Fills a list or table anew, but only when what it shows has changed: a reader's selection and
 * place in it stay.
 *
 * @param items plain values that say all that is shown
 * @param build makes the element of an item
 */
export function fill(target, items, build) {
  const element = byId(target);
  const key = JSON.stringify(items);
  if (made.get(element) !== key) {
    made.set(element, key);
    element.replaceChildren(...items.map(build));
  }
}
