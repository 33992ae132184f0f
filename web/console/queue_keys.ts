// The review queue's keyboard, as pure steps: what is focused, what was chosen and can be undone,
// and what a key wants done.
import { UNKNOWN, type Tray } from './staff_api';
import type { Choice } from './items';
import { isDoubtful } from './words';

export interface Desk {
  item: number; // that is focused
  chosen: ReadonlyMap<number, Choice>;
  past: readonly ReadonlyMap<number, Choice>[]; // choices before, newest last
  asks: Asked | null; // waits for Enter
}
export type Asked = 'order' | 'tray' | 'cancel';
// What a key wants from the world: the next or previous order, or that something is sent.
export type Want = 'next' | 'previous' | 'name' | Asked | 'help' | null;

export function freshDesk(tray: Tray | undefined): Desk {
  return { item: nextDoubtful(tray, new Map(), -1) ?? 0, chosen: new Map(), past: [], asks: null };
}

// The first item after `from` that still needs a name, going round.
function nextDoubtful(tray: Tray | undefined, chosen: ReadonlyMap<number, Choice>, from: number) {
  const count = tray?.items.length ?? 0;
  for (let step = 1; step <= count; ++step) {
    const at = (from + step) % count;
    const item = tray?.items[at];
    if (item && isDoubtful(item) && !chosen.has(at)) return at;
  }
  return null;
}

// How many items nobody can charge yet.
export function unnamed(tray: Tray, chosen: ReadonlyMap<number, Choice>): number {
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
  if (/^[1-9]$/.test(key) && tray) {
    const runner = tray.items[desk.item]?.runners_up[Number(key) - 1];
    return only(runner ? choose(desk, tray, desk.item, { sku: runner.sku, name: runner.name })
      : desk);
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
  ['1 … 9', 'the item is this runner-up'],
  ['Enter', 'send the names, or say yes'],
  ['u', 'undo the last choice, or say no'],
  ['s', 'settle as ordered'],
  ['t', 'settle as seen on the tray'],
  ['c', 'cancel the order'],
  ['→ / n', 'next order, leaving this one'],
  ['← / p', 'order before'],
  ['?', 'show or hide these keys'],
];
