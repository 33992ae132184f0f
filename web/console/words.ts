// The server's names of things as staff reads them.
import type { Order } from '../shared/api';
import { minor } from '../shared/money';
import type { Tone } from '../shared/ui';
import { UNKNOWN, type Screen, type SeenItem } from './staff_api';

export type State = Order['state'];

const STATES: Record<State, { label: string; tone: Tone }> = {
  basket: { label: 'Tray without an owner', tone: 'calm' },
  placed: { label: 'Asking the bank', tone: 'calm' },
  authorised: { label: 'Waiting for its tray', tone: 'calm' },
  verified: { label: 'Being charged', tone: 'calm' },
  capturing: { label: 'Being charged', tone: 'calm' },
  paid: { label: 'Paid', tone: 'good' },
  declined: { label: 'Card declined', tone: 'bad' },
  action_required: { label: 'Bank asks customer', tone: 'care' },
  mismatch: { label: 'Tray differs', tone: 'care' },
  review: { label: 'Needs a look', tone: 'care' },
  cancelled: { label: 'Cancelled', tone: 'quiet' },
  expired: { label: 'Not picked up', tone: 'quiet' },
  refunded: { label: 'Refunded', tone: 'quiet' },
};
export function stateOf(order: Pick<Order, 'state' | 'payment'>): { label: string; tone: Tone } {
  if (order.state === 'capturing' && order.payment === 'counter') {
    return { label: 'Pays at the counter', tone: 'care' };
  }
  return STATES[order.state] ?? { label: plain(order.state), tone: 'calm' };
}

export type Column = 'help' | 'open' | 'done';
const HELP: State[] = ['review', 'mismatch', 'action_required', 'declined'];
const DONE: State[] = ['paid', 'cancelled', 'expired', 'refunded'];
export function columnOf(state: State): Column {
  return HELP.includes(state) ? 'help' : DONE.includes(state) ? 'done' : 'open';
}

const REASONS: Record<string, string> = {
  unsure: 'The camera is not sure what stands on the tray.',
  hold_too_small: 'The tray costs more than the card has set aside.',
  raise_declined: 'The bank did not set aside the higher amount.',
  no_card: 'The customer has no card saved.',
};
export function reasonWords(reason: string): string {
  return REASONS[reason] ?? sentence(reason);
}

export function plain(name: string): string {
  return name.replaceAll('_', ' ');
}
export function sentence(name: string): string {
  const text = plain(name);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function linesWords(lines: { name: string; quantity: number }[]): string {
  return lines.map(({ name, quantity }) => `${quantity} × ${name}`).join(', ') || 'Nothing';
}

export function percent(score: number): string {
  return `${Math.round(score * 100)} %`;
}

// As edge/vision counts it: a next item nearer than this is for a person.
const MARGIN_SURE = 1.15;
export function isDoubtful(item: SeenItem): boolean {
  return item.sku === UNKNOWN || (item.runners_up.length > 0 && item.margin < MARGIN_SURE);
}
export function nameOfItem(item: SeenItem): string {
  return item.sku === UNKNOWN ? 'Unknown item' : item.name || item.sku;
}

// A screen that changes right now is not out of order yet.
const PAINTS_WITHIN_MS = 3000;
export function isNotDisplayed(screen: Screen, now: number): boolean {
  if (screen.pages === 0) return true;
  return screen.painted !== screen.version
    && now - new Date(screen.since).getTime() > PAINTS_WITHIN_MS;
}

// What became of an order between two readings, as sentences.
export function changesOf(before: Order, after: Order): string[] {
  const said: string[] = [];
  const differ = (what: string, was: string, is: string) => {
    if (was !== is) said.push(`${what} was “${was}” and is “${is}”.`);
  };
  const { currency } = after.total;
  differ('The state', stateOf(before).label, stateOf(after).label);
  differ('The total', minor(before.total.amount_minor, currency),
    minor(after.total.amount_minor, currency));
  differ('The order', linesWords(before.lines), linesWords(after.lines));
  differ('Given back', minor(before.refunded_minor ?? 0, currency),
    minor(after.refunded_minor ?? 0, currency));
  return said.length > 0 ? said : ['Somebody or something touched it; what you see is the newest.'];
}
