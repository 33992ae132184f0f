// What all views of the console share: who is signed in, which site, that something changed there,
// and what time it is.
import { effect, signal } from '@preact/signals';
import { live } from '../shared/live';
import { store } from '../shared/page';
import { Session } from '../shared/session';
import { makeApi } from '../shared/api';
import { BOARD_EVENTS } from './staff_api';

const SITE_KEY = 'trayline-console-site';
const TICK_MS = 5000;

export const told = store();
export const session = new Session('trayline-staff', told);
export const api = makeApi(session);

export const site = signal<string | null>(localStorage.getItem(SITE_KEY));
export function chooseSite(id: string): void {
  localStorage.setItem(SITE_KEY, id);
  site.value = id;
}

export const now = signal(Date.now());
setInterval(() => (now.value = Date.now()), TICK_MS);

// Rises whenever an order changed anywhere, and when the connection stands again.
export const changes = signal(0);
export const connected = signal<boolean | null>(null);
effect(() => {
  if (session.name.value === null) return;
  return live({
    path: BOARD_EVENTS,
    session,
    on: () => (changes.value += 1),
    connected(yes) {
      connected.value = yes;
      if (yes) changes.value += 1;
    },
  });
});
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) changes.value += 1;
});
