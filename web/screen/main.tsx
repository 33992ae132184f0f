// The screen page: ?screen=ID one station (the first without), ?view=board all of them at once.
// Drawn anew whenever something is heard and every second; what it shows may be old, and then it
// says how old.
import { render } from 'preact';
import '../shared/tokens.css';
import './screen.css';
import { Icon } from '../shared/icons';
import { clockTime } from '../shared/time';
import { Board, PaidNumbers } from './board';
import type { State } from './state';
import { Station } from './station';
import { EVERY_SCREEN, Stream, reportPainted } from './stream';
import { SAY, span } from './words';

const TICK_MS = 1_000;

const query = new URLSearchParams(location.search);
const isBoard = query.get('view') === 'board';
const stream = new Stream(isBoard ? EVERY_SCREEN : query.get('screen'));
const paid = new PaidNumbers();
const page = document.getElementById('page')!;

function Bar({ now }: { now: number }) {
  if (stream.live || stream.waiting) return null;
  const at = stream.goodAt;
  const old = at === null ? SAY.offlineEmpty : SAY.offline(clockTime(at), span(now - at));
  return (
    <footer class="bar">
      <Icon name="offline" />
      <span>{stream.refused ? SAY.noSuchScreen : old}</span>
    </footer>
  );
}

function show(state?: State): void {
  const now = Date.now();
  stream.tick(now);
  const known = [...stream.known.values()];
  if (isBoard && state) paid.take(known, now);
  render(
    <>
      {isBoard
        ? <Board known={known} paid={paid.entries(now)} now={now} />
        : <Station known={known[0] ?? null} now={now} />}
      <Bar now={now} />
    </>,
    page,
  );
  if (state && !isBoard) reportPainted(state);
}

show();
setInterval(show, TICK_MS);
void stream.follow(show);
// Brings the page itself after a reload without the server; only where browsers allow it.
void navigator.serviceWorker?.register('worker.js').catch(() => {});
