// What all views of the app share: the session, the API, the store, whether there is a connection,
// and where a person wanted to go before signing in.
import { computed, effect, signal } from '@preact/signals';
import { makeApi, OFFLINE, type Problem, type Schemas } from '../shared/api';
import { store as readStore, type Store } from '../shared/page';
import { Session } from '../shared/session';

export type Menu = Schemas['Menu'];
export type Site = Schemas['Site'];
export type Card = Schemas['Card'];
export type Payment = Schemas['Payment'];

const AGAIN_MS = 2000;
const told: Promise<Store> = tell();
// Before anything is shown of the store there is nothing to do but to ask again.
async function tell(): Promise<Store> {
  for (;;) {
    try {
      return await readStore();
    } catch {
      await new Promise((again) => setTimeout(again, AGAIN_MS));
    }
  }
}

export const store = signal<Store | null>(null);
void told.then((it) => (store.value = it));

export const session = new Session('trayline.app', told);
export const signedIn = computed(() => session.name.value !== null);
export const api = makeApi(session);

export const connected = signal(navigator.onLine);
addEventListener('online', () => (connected.value = true));
addEventListener('offline', () => (connected.value = false));

export interface Answered<T> {
  data?: T;
  error?: unknown;
  response: Response;
}
export interface Outcome<T> {
  data?: T;
  problem?: Problem;
}
// One request; what went wrong is a problem in words, never an exception.
export async function ask<T>(request: Promise<Answered<T>>): Promise<Outcome<T>> {
  const { data, error, response } = await request.catch((): Answered<T> => ({
    error: OFFLINE, response: new Response(null, { status: 503 }),
  }));
  const problem = response.ok ? undefined : asProblem(error, response.status);
  connected.value = problem?.code === OFFLINE.code ? false : navigator.onLine;
  return problem ? { problem } : { data: data as T };
}

function asProblem(error: unknown, status: number): Problem {
  if (error && typeof error === 'object' && 'code' in error) return error as Problem;
  return {
    type: 'about:blank', title: 'No answer', status, code: 'no_answer',
    detail: 'The store did not answer. Try again in a moment.',
  };
}

// What keeps something of one person in the browser is emptied when they sign out.
const forgetting: (() => void)[] = [];
export function onSignOut(forget: () => void): void {
  forgetting.push(forget);
}
let before = session.name.peek();
effect(() => {
  const now = session.name.value;
  if (before !== null && now !== before) forgetting.forEach((forget) => forget());
  before = now;
});

export function keep(key: string, value: unknown): void {
  if (value === undefined) localStorage.removeItem(key);
  else localStorage.setItem(key, JSON.stringify(value));
}
export function kept<T>(key: string): T | undefined {
  try {
    const text = localStorage.getItem(key);
    return text === null ? undefined : (JSON.parse(text) as T);
  } catch {
    return undefined; // not ours
  }
}
