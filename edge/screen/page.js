// Shows one screen's state and reports what it has painted. Text reaches the page through
// textContent alone.
'use strict';

const WORDS = {
  idle: ['Welcome', 'Set your tray down here'],
  checking: ['One moment', 'We are looking at your tray'],
  mismatch: ['Please check your tray', 'It does not match the order'],
  review: ['Someone is coming to help', 'Please leave the tray where it is'],
  paid: ['Paid. Thank you!', 'Enjoy your meal'],
  declined: ['The payment was declined', 'Please ask at the counter'],
  cancelled: ['This order is cancelled', ''],
  offline: ['Not in service', 'Please ask at the counter'],
};
const MARKS = { missing: 'missing', extra: 'not ordered', unclear: 'not clear' };
const LINES_MAX = 9;
const RETRY_MS = 2000;

const screenId = new URLSearchParams(location.search).get('screen');
const query = screenId === null ? '' : '?screen=' + encodeURIComponent(screenId);
const at = (id) => document.getElementById(id);
let snapshot = null;
let streaming = false;
let stale = false;  // what is shown has had no news for too long
let staleTimer = 0;

function hourAndMinute(ms) {
  const format = { hour: '2-digit', minute: '2-digit', hour12: false };
  return new Date(ms).toLocaleTimeString([], format);
}

function money(total) {
  const format = new Intl.NumberFormat(undefined, { style: 'currency', currency: total.currency });
  return format.format(total.amount_minor / 10 ** format.resolvedOptions().maximumFractionDigits);
}

function lineItem(line) {
  const item = document.createElement('li');
  item.dataset.state = line.state;
  const parts = {
    quantity: line.quantity + ' ×',
    name: line.name || line.sku,
    mark: MARKS[line.state] || '',
  };
  for (const [name, text] of Object.entries(parts)) {
    const part = document.createElement('span');
    part.className = name;
    part.textContent = text;
    item.append(part);
  }
  return item;
}

// What is wrong comes first; of the rest as many as fit.
function items(lines) {
  const wrong = (line) => (line.state === 'seen' ? 1 : 0);
  const sorted = [...lines].sort((a, b) => wrong(a) - wrong(b));
  const room = sorted.length > LINES_MAX ? LINES_MAX - 1 : LINES_MAX;
  const shown = sorted.slice(0, room).map(lineItem);
  if (sorted.length > LINES_MAX) {
    const more = document.createElement('li');
    more.textContent = 'and ' + (sorted.length - LINES_MAX + 1) + ' more';
    shown.push(more);
  }
  return shown;
}

function render() {
  const state = snapshot && snapshot.state;
  const known = state && !stale && WORDS[state.status];
  const why = state && stale ? 'No news since ' + hourAndMinute(snapshot.received_ms) : '';
  const words = known || ['Please wait', why];
  document.body.dataset.status = known ? state.status : 'wait';
  at('number').textContent = state ? state.number || '' : '';
  at('title').textContent = words[0];
  at('hint').textContent = words[1];
  const lines = (state && state.lines) || [];
  at('lines').replaceChildren(...items(lines));
  at('total').textContent = state && state.total ? money(state.total) : '';
  const nothing = lines.length === 0 && !(state && state.total);
  document.querySelector('.order').classList.toggle('empty', nothing);
  const offline = !streaming || (snapshot && !snapshot.connected);
  at('offline').hidden = !offline;
  if (offline) {
    const since = snapshot && snapshot.received_ms;
    at('offline').textContent = since
      ? 'offline: showing the last known state since ' + hourAndMinute(since)
      : 'offline: no state is known yet';
  }
}

// fresh_ms: how long the state may be shown as it is; null: as long as it stands.
function keepFresh() {
  clearTimeout(staleTimer);
  stale = snapshot.fresh_ms === 0;
  if (!snapshot.fresh_ms) return;
  staleTimer = setTimeout(() => {
    stale = true;
    render();
  }, snapshot.fresh_ms);
}

// Two frames: when the second begins, the first has been painted.
function reportPainted(state) {
  requestAnimationFrame(() => requestAnimationFrame(() => {
    fetch('painted', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ screen: state.screen, version: state.version }),
    }).catch(() => {});  // the stream's loss is what shows it
  }));
}

function connect() {
  const events = new EventSource('events' + query);
  events.addEventListener('state', (event) => {
    const next = JSON.parse(event.data);
    const known = snapshot && snapshot.state;
    const lower = known && next.state && next.state.version < known.version;
    if (!lower) {
      snapshot = next;
      keepFresh();
    }
    streaming = true;
    render();
    if (snapshot.state) reportPainted(snapshot.state);
  });
  events.onerror = () => {
    streaming = false;
    render();
    if (events.readyState !== EventSource.CLOSED) return;  // it tries again by itself
    setTimeout(connect, RETRY_MS);
  };
}

connect();
