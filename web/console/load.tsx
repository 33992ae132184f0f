// Reading from the server as views need it: what is known stays while it is read again, a wait says
// what it waits for, and an error says what to do.
import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { words, type Problem } from '../shared/api';
import { Button, Notice } from '../shared/ui';

export interface Answer<T> {
  data?: T | undefined;
  error?: Problem | undefined;
}
export interface Loaded<T> {
  data: T | undefined;
  problem: Problem | undefined;
  reload(): void;
  put(data: T): void; // what an action answered
}

const AGAIN_MS = 5000;

function isPassing(problem: Problem | undefined): boolean {
  return problem !== undefined && (problem.status === 0 || problem.status >= 500);
}

// Reads when `key` changes (then what was known is forgotten) and when `again` does (then it
// stays). An empty key reads nothing.
export function useLoad<T>(
  key: string, ask: () => Promise<Answer<T>>, again: unknown = 0,
): Loaded<T> {
  const [state, setState] = useState<{ key: string } & Answer<T>>({ key });
  const [turn, setTurn] = useState(0);
  const latest = useRef(ask);
  latest.current = ask;
  useEffect(() => {
    if (!key) return;
    let over = false;
    let timer = 0;
    void latest.current().then(({ data, error }) => {
      if (over) return;
      setState((old) => ({
        key, data: data ?? (old.key === key && isPassing(error) ? old.data : undefined), error,
      }));
      if (isPassing(error)) timer = window.setTimeout(() => setTurn((n) => n + 1), AGAIN_MS);
    });
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [key, again, turn]);
  const mine = state.key === key;
  return {
    data: mine ? state.data : undefined,
    problem: mine ? state.error : undefined,
    reload: useCallback(() => setTurn((n) => n + 1), []),
    put: useCallback((data: T) => setState({ key, data }), [key]),
  };
}

interface AwaitProps<T> {
  of: Loaded<T>;
  what: string; // "the board"
  none?: ComponentChildren; // in place of a "not found"
  children: (data: T) => ComponentChildren;
}
export function Await<T>({ of, what, none, children }: AwaitProps<T>) {
  if (of.data === undefined) {
    if (!of.problem) return <p class="wait" role="status">Loading {what}…</p>;
    if (of.problem.status === 404 && none) return <div class="empty">{none}</div>;
    return <Failed problem={of.problem} what={what} again={of.reload} />;
  }
  return (
    <>
      {of.problem && (
        <Notice tone="care" icon="offline">
          This is what {what} was; reading it again failed. {words(of.problem)}
        </Notice>
      )}
      {children(of.data)}
    </>
  );
}

function Failed({ problem, what, again }: { problem: Problem; what: string; again(): void }) {
  if (problem.status === 403) {
    return (
      <Notice tone="bad" icon="person">
        This account is not one of staff, so {what} stays closed. Sign out and use another.
      </Notice>
    );
  }
  return (
    <Notice tone="bad" icon="alert">
      <p>Could not load {what}. {words(problem)}</p>
      <Button icon="refresh" onClick={again}>Try again</Button>
    </Notice>
  );
}
