// Server-sent events. Each time they begin, the history is fetched again, so that no record is missing
// between the two. It is also fetched when the server has found more of it.
const HISTORY = 'api/history';
const SILENT_MILLIS = 6000;
const LONGEST_WAIT_MILLIS = 5000;

/**
 * Keeps a connection for as long as the page lives.
 *
 * @param page gets all data: `state('connecting' | 'live' | 'lost')`, `history(records)`,
 *     `costs(records)`, `status(status)`, `surface(surface)`, `clock(offset)`
 */
export function connect(page) {
  let source = null;
  let lastHeard = 0;
  let failures = 0;
  let retry = 0;

  function open() {
    const mine = new EventSource('api/events');
    let waiting = []; // live records, until the history before them is here
    let from = Infinity; // the mini-batch that it begins with
    source = mine;
    lastHeard = Date.now();

    const on = (name, handle) => mine.addEventListener(name, event => {
      if (mine === source) {
        lastHeard = Date.now();
        handle(JSON.parse(event.data));
      }
    });
    on('costs', records => (waiting ? waiting.push(...records) : page.costs(records)));
    on('status', status => {
      page.status(status);
      if (!waiting && status.firstBatch > 0 && status.firstBatch < from) {
        load(status.firstBatch);
      }
    });
    on('surface', page.surface);
    mine.onerror = () => lose(mine);
    mine.onopen = () => load(Infinity);

    async function load(begin) {
      from = begin;
      try {
        const response = await fetch(HISTORY, {cache: 'no-store'});
        if (!response.ok) {
          throw new Error(`HTTP ${response.status}`);
        }
        const records = await response.json();
        if (mine !== source) {
          return;
        }
        page.clock(Date.parse(response.headers.get('Date')) - Date.now());
        page.history(records);
        page.costs(waiting ?? []);
        waiting = null;
        from = Math.min(from, records[0]?.batch ?? Infinity);
        failures = 0;
        page.state('live');
      } catch {
        lose(mine);
      }
    }
  }

  // EventSource does not reconnect after an error status. So this does.
  function lose(mine) {
    if (mine !== source) {
      return;
    }
    mine.close();
    source = null;
    page.state('lost');
    const wait = Math.min(LONGEST_WAIT_MILLIS, 500 * 2 ** failures++);
    clearTimeout(retry);
    retry = setTimeout(open, wait);
  }

  // The server sends something every second. A connection without data is dead, even
  // if neither end has noticed (a machine that slept, a network that changed).
  setInterval(() => {
    if (source && Date.now() - lastHeard > SILENT_MILLIS) {
      lose(source);
    }
  }, 1000);

  page.state('connecting');
  open();
}
