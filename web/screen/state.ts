// What the screen function sends (lib/wire/screen.hpp, edge/screen/board.hpp) and what of it is
// shown. Pure: time is passed in, milliseconds since 1970 by this page's clock where nothing else
// is said.
import type { Money } from '../shared/money';
import { ENDED, SAY, STATUS, WAIT, type Words } from './words';

export type LineState = 'seen' | 'missing' | 'extra' | 'unclear';

export interface Line {
  sku: string;
  name: string;
  quantity: number;
  state: LineState;
  price_minor?: number; // of one
}
export interface State {
  screen: string;
  version: number;
  since_ms: number; // by the cloud's clock
  status: string;
  order?: string;
  number: string;
  station?: string;
  lines: Line[];
  total?: Money;
  link?: string;
  code?: string;
  until_ms?: number; // by the cloud's clock
}
export interface Snapshot {
  state: State | null;
  received_ms: number; // by the core's clock, as now_ms
  connected: boolean;
  now_ms: number;
  fresh_ms: number | null;
}

// What is known of one screen.
export interface Known {
  state: State;
  received_at: number;
  fresh_until: number | null;
  ahead_ms: number; // the core's clock less this page's
}

export function learn(snapshot: Snapshot, state: State, now: number): Known {
  const ahead_ms = snapshot.now_ms - now;
  return {
    state,
    ahead_ms,
    received_at: snapshot.received_ms - ahead_ms,
    fresh_until: snapshot.fresh_ms === null ? null : now + snapshot.fresh_ms,
  };
}

// It promised that something would happen, and nothing was heard since.
export function isStale(known: Known, now: number): boolean {
  return known.fresh_until !== null && now >= known.fresh_until;
}

export interface Picture {
  status: string; // "wait" where nothing better is known
  words: Words;
}
// time: a moment as text.
export function pictureOf(
  known: Known | null, now: number, time: (at: number) => string,
): Picture {
  const wait = (hint: string) => ({ status: 'wait', words: { ...WAIT, hint } });
  if (known === null) return wait(SAY.connecting);
  if (isStale(known, now)) return wait(SAY.noNewsSince(time(known.received_at)));
  const { status } = known.state;
  const words = STATUS[status];
  if (!words) return wait('');
  if (status === 'basket' && leftOf(known, now) === 0) return { status: 'ended', words: ENDED };
  return { status, words };
}

const LINES_MAX = 9;

// So many letters of a name stand beside a price, or beside a word such as "not ordered".
const LETTERS = 19;
const LETTERS_MARKED = 15;
const TWO_LINED_ALWAYS = 4; // rows; there is room
const TWO_LINED_MAX = 6;

export interface Rows {
  lines: Line[];
  more: number; // lines of what was seen as it should be, that found no room
  twoLined: boolean; // names may take a second line
}

// What is wrong comes first, all of it; of the rest as many as fit.
export function rowsOf(all: Line[]): Rows {
  const wrong = all.filter((line) => line.state !== 'seen');
  const right = all.filter((line) => line.state === 'seen');
  const room = Math.max(0, LINES_MAX - wrong.length);
  const lines = [...wrong, ...right.slice(0, room)];
  const isLong = ({ name, state }: Line) =>
    name.length > (state === 'seen' ? LETTERS : LETTERS_MARKED);
  const twoLined = lines.length <= (lines.some(isLong) ? TWO_LINED_MAX : TWO_LINED_ALWAYS);
  return { lines, more: Math.max(0, right.length - room), twoLined };
}

// Milliseconds until the basket ends; null: it does not say.
export function leftOf(known: Known, now: number): number | null {
  const { until_ms } = known.state;
  return until_ms === undefined ? null : Math.max(0, until_ms - (now + known.ahead_ms));
}
