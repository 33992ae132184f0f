// A wish of a person that must come true once: its Idempotency-Key and what was wished are kept in
// the browser until the store has answered. A reload, a lost answer or a restart of the store
// repeats the same request, and the store answers it as it did first.
import { useEffect, useRef, useState } from 'preact/hooks';
import { idempotencyKey, type Problem } from '../shared/api';
import { type Answered, ask, keep, kept, onSignOut, session } from './store';

interface Kept<I> {
  key: string;
  input: I;
  user: string | null;
  at: number; // ms
}
export interface Wish<I> {
  busy: boolean;
  waiting: boolean; // there was no answer yet; it is sent again
  problem: Problem | undefined;
  send(input: I): void;
  clear(): void; // of the problem
}

const PREFIX = 'trayline.app.wish.';
const OLDEST_MS = 15 * 60_000; // a person may have gone elsewhere; what came of it is in Orders
const PAUSE_MS = 1000;
const PAUSE_MOST_MS = 8000;

onSignOut(() => {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(PREFIX)) localStorage.removeItem(key);
  }
});

// Whether the store has decided; if not, the same request may be sent again.
function answered(problem: Problem | undefined): boolean {
  if (!problem) return true;
  const again = [0, 408, 429].includes(problem.status) || problem.status >= 500;
  return !again && problem.code !== 'in_flight' && problem.code !== 'offline';
}

export function useWish<I, O>(
  name: string,
  request: (key: string, input: I) => Promise<Answered<O>>,
  done: (answer: O) => void,
): Wish<I> {
  const [busy, setBusy] = useState(false);
  const [waiting, setWaiting] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const latest = useRef({ request, done });
  latest.current = { request, done };
  const alive = useRef(true);
  const place = PREFIX + name;

  const run = async ({ key, input, user }: Kept<I>) => {
    setBusy(true);
    setProblem(undefined);
    for (let pause = PAUSE_MS; ; pause = Math.min(pause * 2, PAUSE_MOST_MS)) {
      const answer = await ask<O>(latest.current.request(key, input));
      if (session.name.peek() !== user) return;
      if (answer.problem?.status === 401) {
        if (alive.current) stop(answer.problem);
        return; // still kept: it goes on after signing in
      }
      if (answered(answer.problem)) {
        keep(place, undefined);
        if (!alive.current) return;
        stop(answer.problem);
        if (!answer.problem) latest.current.done(answer.data as O);
        return;
      }
      if (!alive.current) return;
      setWaiting(true);
      await new Promise((again) => setTimeout(again, pause));
      if (!alive.current) return;
    }
  };
  const stop = (why: Problem | undefined) => {
    setBusy(false);
    setWaiting(false);
    setProblem(why);
  };

  useEffect(() => {
    alive.current = true;
    const found = kept<Kept<I>>(place);
    const ours = found && found.user === session.name.peek() && Date.now() - found.at < OLDEST_MS;
    if (found && ours) void run(found);
    else if (found) keep(place, undefined);
    return () => {
      alive.current = false;
    };
  }, [place]);

  return {
    busy, waiting, problem,
    send(input) {
      if (busy) return;
      const wish = { key: idempotencyKey(), input, user: session.name.peek(), at: Date.now() };
      keep(place, wish);
      void run(wish);
    },
    clear: () => setProblem(undefined),
  };
}
