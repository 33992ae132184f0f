// The review queue's keyboard, as pure steps: what is focused, what was chosen and can be undone,
// and what a key wants done.
import type { Choice, Chosen } from './chosen';
import { UNKNOWN, type Tray } from './staff_api';
import { isDoubtful } from './words';

export interface Desk {
  item: number; // that is focused
  chosen: Chosen;
  past: readonly Chosen[]; // choices before, newest last
  asks: Asked | null; // waits for Enter
}
export type Asked = 'order' | 'tray' | 'cancel';
// What a key wants from the world: the next or previous order, or that something is sent.
export type Want = 'next' | 'previous' | 'name' | Asked | 'help' | null;

export function freshDesk(tray: Tray | undefined, chosen: Chosen): Desk {
  return { item: nextDoubtful(tray, chosen, -1) ?? 0, chosen, past: [], asks: null };
}

// The first item after `from` that still needs a name, going round.
function nextDoubtful(tray: Tray | undefined, chosen: Chosen, from: number) {
  const count = tray?.items.length ?? 0;
  for (let step = 1; step <= count; ++step) {
    const at = (from + step) % count;
    const item = tray?.items[at];
    if (item && isDoubtful(item) && !chosen.has(at)) return at;
  }
  return null;
}

// How many items nobody can charge yet.
export function unnamed(tray: Tray, chosen: Chosen): number {
  return tray.items.filter((item, at) => item.sku === UNKNOWN && !chosen.has(at)).length;
}

export function choose(desk: Desk, tray: Tray, at: number, choice: Choice | null): Desk {
  const chosen = new Map(desk.chosen);
  if (choice) chosen.set(at, choice);
  else chosen.delete(at);
  const item = choice ? (nextDoubtful(tray, chosen, at) ?? at) : at;
  return { item, chosen, past: [...desk.past, desk.chosen], asks: null };
}

export function undo(desk: Desk): Desk {
  const before = desk.past.at(-1);
  if (desk.asks || !before) return { ...desk, asks: null };
  return { ...desk, chosen: before, past: desk.past.slice(0, -1) };
}

export function press(desk: Desk, key: string, tray: Tray | undefined, isSure: boolean):
    { desk: Desk; want: Want } {
  const only = (next: Desk) => ({ desk: next, want: null });
  const last = Math.max(0, (tray?.items.length ?? 1) - 1);
  if (/^[0-9]$/.test(key) && tray) {
    const item = tray.items[desk.item];
    const is = key === '0' && item?.sku !== UNKNOWN ? item : item?.runners_up[Number(key) - 1];
    return only(is ? choose(desk, tray, desk.item, { sku: is.sku, name: is.name }) : desk);
  }
  switch (key) {
    case 'j': case 'ArrowDown': return only({ ...desk, item: Math.min(desk.item + 1, last) });
    case 'k': case 'ArrowUp': return only({ ...desk, item: Math.max(desk.item - 1, 0) });
    case 'l': case 'n': case 'ArrowRight': return { desk, want: 'next' };
    case 'h': case 'p': case 'ArrowLeft': return { desk, want: 'previous' };
    case 's': return only({ ...desk, asks: 'order' });
    case 't': return only(isSure ? { ...desk, asks: 'tray' } : desk);
    case 'c': return only({ ...desk, asks: 'cancel' });
    case 'u': return only(undo(desk));
    case 'Escape': return only({ ...desk, asks: null });
    case 'Enter':
      if (desk.asks) return { desk: { ...desk, asks: null }, want: desk.asks };
      return { desk, want: desk.chosen.size > 0 ? 'name' : null };
    case '?': return { desk, want: 'help' };
    default: return only(desk);
  }
}

export const KEYS: [string, string][] = [
  ['j / ↓', 'next item'],
  ['k / ↑', 'item before'],
  ['1 … 9', 'it is this runner-up'],
  ['0', 'it is what the camera says'],
  ['Enter', 'send names; say yes'],
  ['u', 'undo a choice; say no'],
  ['s', 'settle as ordered'],
  ['t', 'settle as seen'],
  ['c', 'cancel the order'],
  ['→ / n', 'next order'],
  ['← / p', 'order before'],
  ['?', 'show these keys'],
];
