// The API as the pages see it: types made from /openapi.json, the session's token on each request,
// and what went wrong as words for people.
import createClient, { type Middleware } from 'openapi-fetch';
import type { components, paths } from './openapi';
import type { Session } from './session';

export type Schemas = components['schemas'];
export type Order = Schemas['Order'];
export type Problem = Schemas['Problem'];

export const OFFLINE: Problem = {
  type: 'about:blank',
  title: 'No connection',
  status: 0,
  code: 'offline',
  detail: 'There is no connection to the store. It is tried again.',
};

function offline(): Response {
  return new Response(JSON.stringify(OFFLINE), {
    status: 503,
    headers: { 'Content-Type': 'application/problem+json' },
  });
}

export function words(problem: Problem | undefined): string {
  const first = problem?.errors?.[0];
  return first ? `${problem.detail ?? problem.title} ${first.pointer}: ${first.detail}`
    : (problem?.detail ?? problem?.title ?? 'That did not work. Try again.');
}

export function makeApi(session: Session) {
  const client = createClient<paths>({ baseUrl: '' });
  const signed: Middleware = {
    async onRequest({ request }) {
      try {
        const token = await session.token();
        if (token) request.headers.set('Authorization', `Bearer ${token}`);
        return request;
      } catch {
        return offline(); // a token that ended could not be renewed
      }
    },
    onResponse({ response }) {
      if (response.status === 401) session.expired();
    },
    onError() {
      return offline();
    },
  };
  client.use(signed);
  return client;
}

// For one wish of a person: kept for its repeats, so that nothing happens twice.
export function idempotencyKey(): string {
  return crypto.randomUUID();
}
