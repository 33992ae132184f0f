// Every word of the screen's page, with the colour and the picture that go with it. One table.
import type { IconName } from '../shared/icons';
import type { LineState } from './state';

export interface Words {
  title: string;
  hint: string;
  tone: 'good' | 'care' | 'bad' | 'calm' | 'quiet';
  icon: IconName;
}

export const WAIT: Words = { title: 'Please wait', hint: '', tone: 'quiet', icon: 'clock' };
// A basket whose time is over.
export const ENDED: Words = {
  title: 'The time is up', hint: 'Please ask at the counter', tone: 'quiet', icon: 'clock',
};

// By the state's status; one that is not here is WAIT.
export const STATUS: Readonly<Record<string, Words>> = {
  idle: {
    title: 'Welcome', hint: 'Set your tray down here', tone: 'quiet', icon: 'tray',
  },
  checking: {
    title: 'One moment', hint: 'We are looking at your tray', tone: 'calm', icon: 'eye',
  },
  basket: {
    title: 'Pay with your phone',
    hint: 'Scan this code with the app, or hold the app’s code above the tray',
    tone: 'calm', icon: 'code',
  },
  mismatch: {
    title: 'Please check your tray', hint: 'It does not match the order',
    tone: 'care', icon: 'alert',
  },
  review: {
    title: 'Please call staff', hint: 'They will help you. Leave the tray where it is',
    tone: 'care', icon: 'person',
  },
  paid: { title: 'Paid. Thank you!', hint: 'Enjoy your meal', tone: 'good', icon: 'check' },
  see_phone: { title: 'See your phone', hint: '', tone: 'calm', icon: 'phone' },
  cancelled: {
    title: 'This order is cancelled', hint: 'Ask at the counter if you did not expect this',
    tone: 'bad', icon: 'cross',
  },
  offline: {
    title: 'Not in service', hint: 'Please ask at the counter', tone: 'bad', icon: 'offline',
  },
};

export const MARK: Readonly<Record<LineState, string>> = {
  seen: '', missing: 'missing', extra: 'not ordered', unclear: 'not clear',
};

export const SAY = {
  noNewsSince: (time: string) => `No news since ${time}`,
  connecting: 'Connecting to the counter',
  offline: (time: string, age: string) =>
    `Offline. Showing what was known at ${time}, ${age} ago`,
  offlineEmpty: 'Offline. Nothing is known yet',
  noSuchScreen: 'There is no screen of this name here. Correct the address of this page',
  unknownItem: 'Unknown item',
  more: (count: number) => `and ${count} more`,
  total: 'Total',
  code: 'or type',
  qr: (code: string) => `QR code that opens basket ${code} in the app`,
  endsIn: (left: string) => `Open for ${left}`,
  board: 'Orders',
  looking: 'Being checked',
  help: 'See staff',
  paid: 'Paid',
  none: 'None',
  noNews: 'no news',
  now: 'now',
};

const MINUTE_MS = 60_000;

// "20 s", "5 min", "3 h", "2 days"; rounded down.
export function span(ms: number): string {
  if (ms < MINUTE_MS) return `${Math.max(0, Math.floor(ms / 1000))} s`;
  const minutes = Math.floor(ms / MINUTE_MS);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`;
}
