// An action of staff on an order: sent once, and where somebody was faster, what they changed.
import { useState } from 'preact/hooks';
import { words, type Order, type Problem } from '../shared/api';
import type { Answer, Loaded } from './load';
import { api } from './state';
import { changesOf } from './words';
import { isStale, wish } from './wish';

export interface Told {
  tone: 'good' | 'care';
  lines: string[];
}
export interface Wanted {
  name: string; // "refund"
  body: unknown; // what makes it this wish and no other: has the same key while it is the same
  done: string; // what to say when it is done
  send(key: string): Promise<Answer<unknown>>;
}
// Answers what stands in the way, as words; null where the dialog can close.
export type Act = (wanted: Wanted) => Promise<string | null>;

export function readOrder(id: string): Promise<Answer<Order>> {
  return api.GET('/v1/orders/{id}', { params: { path: { id } } });
}

interface Acting {
  act: Act;
  told: Told | null;
  tell(to: Told | null): void;
}
export function useAct(order: Loaded<Order>): Acting {
  const [told, tell] = useState<Told | null>(null);
  const act: Act = async ({ name, body, send, done }) => {
    const before = order.data;
    if (!before) return 'The order is not loaded yet.';
    tell(null);
    const { error } = await wish(`${name}:${before.id}`, body, send);
    if (isStale(error)) {
      tell(await whatChanged(before, order));
      return null;
    }
    if (error) return words(error as Problem);
    tell({ tone: 'good', lines: [done] });
    order.reload();
    return null;
  };
  return { act, told, tell };
}

// Reads the order anew, shows it, and says what is different.
export async function whatChanged(before: Order, order: Pick<Loaded<Order>, 'put'>): Promise<Told> {
  const { data, error } = await readOrder(before.id);
  if (!data) return { tone: 'care', lines: ['The order changed meanwhile.', words(error)] };
  order.put(data);
  return {
    tone: 'care',
    lines: ['Nothing was done: the order changed meanwhile.', ...changesOf(before, data),
      'Look again, then decide.'],
  };
}
