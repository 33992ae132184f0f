// An order's state in plain words, and what to do next. Pure.
import type { Order, Problem } from '../shared/api';
import type { Tone } from '../shared/ui';

export interface Words {
  badge: string;
  tone: Tone;
  title: string;
  next: string;
}

const NOTHING_CHARGED = 'Nothing was charged.';

export function wordsOf(order: Order): Words {
  const counter = order.payment === 'counter';
  switch (order.state) {
    case 'basket':
      return { badge: 'Waiting', tone: 'calm', title: 'This tray waits for whoever pays it',
        next: 'Pay it here, or show your own code to the camera.' };
    case 'placed':
      return { badge: 'Checking', tone: 'calm', title: 'Your bank is being asked',
        next: 'The amount is put on hold, not taken. This takes a few seconds.' };
    case 'authorised':
      return { badge: 'Ready', tone: 'good', title: 'Take your food and set down the tray',
        next: 'Hold this code next to the tray, where the camera sees it.' };
    case 'verified':
      return { badge: 'Checked', tone: 'good', title: 'Your tray is right',
        next: counter ? 'Please pay at the counter.' : 'It is being paid. Wait a moment.' };
    case 'capturing':
      return counter
        ? { badge: 'To pay', tone: 'care', title: 'Please pay at the counter',
          next: `Say your number, ${order.number}. You can go as soon as it is paid.` }
        : { badge: 'Paying', tone: 'calm', title: 'It is being paid', next: 'Wait a moment.' };
    case 'paid':
      return { badge: 'Paid', tone: 'good', title: 'Paid. Enjoy your meal!',
        next: 'You can take your tray.' };
    case 'declined':
      return { badge: 'Not paid', tone: 'bad', title: 'The payment did not work',
        next: 'Choose how to go on; your order is kept.' };
    case 'action_required':
      return { badge: 'Confirm', tone: 'care', title: 'Your bank wants you to confirm',
        next: 'Confirm here, then your order goes on by itself.' };
    case 'mismatch':
      return { badge: 'Differs', tone: 'care', title: 'The tray is not what you ordered',
        next: 'Take it as it is, or put it right and set it down again.' };
    case 'review':
      return { badge: 'Staff is looking', tone: 'care',
        title: 'A colleague is looking at your tray',
        next: 'Please stay at the counter. Nothing is taken before it is clear.' };
    case 'cancelled':
      return { badge: 'Cancelled', tone: 'quiet', title: 'This order was cancelled',
        next: NOTHING_CHARGED };
    case 'expired':
      return { badge: 'Ended', tone: 'quiet', title: 'This order ran out of time',
        next: `${NOTHING_CHARGED} Order again whenever you like.` };
    case 'refunded':
      return { badge: 'Refunded', tone: 'quiet', title: 'The money was given back',
        next: 'Banks take some days until it is on your account.' };
    default:
      return { badge: 'Please wait', tone: 'calm', title: 'Please wait', next: '' };
  }
}

export function isOpen(order: Order): boolean {
  return !['paid', 'cancelled', 'expired', 'refunded'].includes(order.state);
}
export function mayEdit(order: Order): boolean {
  return ['authorised', 'declined'].includes(order.state) && !order.pending;
}
export function mayCancel(order: Order): boolean {
  return ['placed', 'authorised', 'declined', 'action_required', 'mismatch', 'review']
    .includes(order.state);
}
export function isPaid(order: Order): boolean {
  return order.state === 'paid' || order.state === 'refunded';
}

// Errors of a request by the line that they are about ("/lines/2/sku"), as sentences.
export function lineErrors(problem: Problem | undefined): Map<number, string> {
  const found = new Map<number, string>();
  for (const { pointer, detail } of problem?.errors ?? []) {
    const line = /^\/lines\/(\d+)\//.exec(pointer)?.[1];
    if (line) found.set(Number(line), detail.charAt(0).toUpperCase() + detail.slice(1) + '.');
  }
  return found;
}
