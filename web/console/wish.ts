// One Idempotency-Key for each wish of a person: the same wish sent again, also after a reload of
// the page, has the same key until the server has said what became of it.
import { idempotencyKey, OFFLINE, type Problem } from '../shared/api';
import type { Answer } from './load';

// name: what is wished of what, as "refund:<order>"; body: what is sent.
export async function wish<T>(
  name: string, body: unknown, send: (key: string) => Promise<Answer<T>>,
): Promise<Answer<T>> {
  const kept = `wish:${name}`;
  const text = JSON.stringify(body);
  const before = JSON.parse(sessionStorage.getItem(kept) ?? 'null') as
    | { text: string; key: string } | null;
  const key = before?.text === text ? before.key : idempotencyKey();
  sessionStorage.setItem(kept, JSON.stringify({ text, key }));
  const answer = await send(key).catch(() => ({ error: OFFLINE }));
  if (!isUnknown(answer.error)) sessionStorage.removeItem(kept);
  return answer;
}

// Whether the wish came true is not known; it can be sent again as it is.
function isUnknown(problem: Problem | undefined): boolean {
  return problem !== undefined && (problem.status === 0 || problem.status >= 500);
}

export function isStale(problem: Problem | undefined): boolean {
  return problem?.status === 412;
}

export function tagOf(version: number | string): string {
  return `"${version}"`;
}
