// One order as it is now: read, then followed live. What was seen last is kept while the order is
// open, so that its code can be shown where there is no connection.
import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import type { Order, Problem } from '../shared/api';
import { live } from '../shared/live';
import { usePoll } from './poll';
import { api, ask, keep, kept, onSignOut, session } from './store';
import { isOpen, isPaid } from './words';

const LAST = 'trayline.app.last';
interface Last {
  order: Order;
  at: number; // ms
}
onSignOut(() => {
  keep(LAST, undefined);
  last.value = undefined;
});
// The open order that was looked at last.
export const last = signal<Last | undefined>(kept<Last>(LAST));

const LOOK_AGAIN_MS = 20_000; // a paid order may still be refunded; its stream has ended
const TRY_AGAIN_MS = 3000;

export interface Followed {
  order: Order | undefined;
  since: number; // ms, when it was seen
  problem: Problem | undefined;
  following: boolean;
  take(order: Order): void;
  load(): Promise<void>;
}

export function useOrder(id: string): Followed {
  const known = last.peek()?.order.id === id ? last.peek() : undefined;
  const [seen, setSeen] = useState<Last | undefined>(known);
  const [problem, setProblem] = useState<Problem>();
  const [following, setFollowing] = useState(false);
  const take = (order: Order) => setSeen((before) => {
    if (before && before.order.id === id && before.order.version > order.version) return before;
    const now = { order, at: Date.now() };
    if (isOpen(order) || last.peek()?.order.id === id) {
      last.value = isOpen(order) ? now : undefined;
      keep(LAST, last.value);
    }
    return now;
  });
  const load = async () => {
    const found = await ask(api.GET('/v1/orders/{id}', { params: { path: { id } } }));
    if (found.data) take(found.data);
    setProblem(found.problem);
  };
  useEffect(() => {
    setProblem(undefined);
    setSeen(last.peek()?.order.id === id ? last.peek() : undefined);
    void load();
    return live({
      path: `/v1/orders/${encodeURIComponent(id)}/events`,
      session,
      connected: setFollowing,
      on: ({ event, data }) => {
        if (event !== 'order') return;
        take(JSON.parse(data) as Order);
        setProblem(undefined);
      },
    });
  }, [id]);
  const order = seen?.order.id === id ? seen.order : undefined;
  const again = problem && problem.status !== 404 ? TRY_AGAIN_MS
    : order && isPaid(order) ? LOOK_AGAIN_MS : null;
  usePoll(again, load);
  return { order, since: seen?.at ?? 0, problem, following, take, load };
}
