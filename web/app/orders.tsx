// A person's orders, newest first.
import { useEffect, useState } from 'preact/hooks';
import type { Order, Problem } from '../shared/api';
import { Icon } from '../shared/icons';
import { money } from '../shared/money';
import { at } from '../shared/route';
import { dayAndTime } from '../shared/time';
import { Badge, Button } from '../shared/ui';
import { last } from './follow';
import { Rows, Trouble, View } from './parts';
import { usePoll } from './poll';
import { api, ask } from './store';
import { isOpen, wordsOf } from './words';

const PAGE = 20; // orders at once
const LOOK_AGAIN_MS = 10_000;

export function OrdersView() {
  const [orders, setOrders] = useState<Order[]>();
  const [more, setMore] = useState<string>();
  const [problem, setProblem] = useState<Problem>();
  const read = async (cursor?: string) => {
    const query = { limit: String(PAGE), ...(cursor ? { cursor } : {}) };
    const { data, problem: why } = await ask(api.GET('/v1/orders', { params: { query } }));
    setProblem(why);
    return data;
  };
  const refresh = async () => {
    const page = await read();
    if (!page) return;
    setOrders((before = []) => {
      const older = before.filter((it) => !page.data.some(({ id }) => id === it.id));
      return before.length > PAGE ? [...page.data, ...older] : page.data;
    });
    setMore((before) => before ?? page.next_cursor);
  };
  const further = async () => {
    const page = await read(more);
    if (!page) return;
    setOrders((before = []) => [...before, ...page.data]);
    setMore(page.next_cursor);
  };
  useEffect(() => void refresh(), []);
  usePoll(LOOK_AGAIN_MS, refresh);
  const shown = orders ?? (last.value ? [last.value.order] : undefined);
  return (
    <View title="Orders">
      <Trouble problem={problem} again={refresh} />
      {!shown && !problem && <Rows count={4} of="Your orders" />}
      {orders?.length === 0 && (
        <div class="nothing stack">
          <p>You have not ordered anything yet.</p>
          <a class="button" data-kind="main" href={at()}>To the menu</a>
        </div>
      )}
      <ul class="orders">{shown?.map((order) => <Row key={order.id} of={order} />)}</ul>
      {more && <Button onClick={further}>Show older ones</Button>}
    </View>
  );
}

function Row({ of }: { of: Order }) {
  const words = wordsOf(of);
  const what = of.lines.map((line) => `${line.quantity} × ${line.name}`).join(', ');
  return (
    <li>
      <a href={at('order', of.id)} data-open={isOpen(of) ? '' : undefined}>
        <strong class="figures">{of.number}</strong>
        <Badge tone={words.tone}>{words.badge}</Badge>
        <span class="figures">{money(of.total)}</span>
        <span class="what">{what}</span>
        <span class="soft small figures">{dayAndTime(of.placed_at)}</span>
        <Icon name="next" />
      </a>
    </li>
  );
}
