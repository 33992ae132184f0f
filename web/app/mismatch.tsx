// The tray is not the order: take it as it is, or put it right.
import { useEffect } from 'preact/hooks';
import type { Order } from '../shared/api';
import { Icon } from '../shared/icons';
import { minor } from '../shared/money';
import { Button, Notice } from '../shared/ui';
import { loadMenu, menu } from './basket';
import { Trouble, Waits } from './parts';
import { api } from './store';
import { useWish } from './wish';

export function Mismatch({ order, take }: { order: Order; take(order: Order): void }) {
  useEffect(() => {
    if (menu.peek()?.site !== order.site) void loadMenu();
  }, [order.site]);
  const wish = useWish<number, Order>(
    `settle.${order.id}`,
    (key, version) => api.POST('/v1/orders/{id}/settle', {
      params: {
        path: { id: order.id },
        header: { 'Idempotency-Key': key, 'If-Match': `"${version}"` },
      },
      body: { accept: 'tray' },
    }),
    take);
  const { missing = [], extra = [] } = order.difference ?? {};
  const would = newTotal(order);
  return (
    <section class="card stack">
      <Side title="Not on the tray" icon="minus" counts={missing} order={order} />
      <Side title="On the tray, but not ordered" icon="plus" counts={extra} order={order} />
      <Trouble problem={wish.problem?.status === 412
        ? { ...wish.problem, detail: 'The tray has just changed. Look again, then decide.' }
        : wish.problem} />
      {wish.busy ? <Waits>The tray is being taken as your order.</Waits> : (
        <Button kind="main" icon="check" onClick={() => wish.send(order.version)}>
          Take it as it is{would !== null && ` for ${minor(would, order.total.currency)}`}
        </Button>
      )}
      <Notice icon="tray">
        <strong>Or put it right:</strong> change what is on the tray and set it down again. It is
        looked at anew by itself.
      </Notice>
    </section>
  );
}

function Side({ title, icon, counts, order }: {
  title: string;
  icon: 'plus' | 'minus';
  counts: { sku: string; count: number }[];
  order: Order;
}) {
  if (counts.length === 0) return null;
  return (
    <div>
      <h3>{title}</h3>
      <ul class="differs" data-kind={icon}>
        {counts.map(({ sku, count }) => (
          <li key={sku}><Icon name={icon} /><span>{count} × {itemOf(order, sku).name}</span></li>
        ))}
      </ul>
    </div>
  );
}

function itemOf(order: Order, sku: string): { name: string; price_minor: number | null } {
  const onMenu = menu.value?.site === order.site ? menu.value.items : [];
  return order.lines.find((line) => line.sku === sku) ?? onMenu.find((item) => item.sku === sku)
    ?? { name: sku, price_minor: null };
}

// What the tray costs; null where a price is not known here.
function newTotal(order: Order): number | null {
  let total = order.total.amount_minor;
  for (const [side, sign] of [['missing', -1], ['extra', 1]] as const) {
    for (const { sku, count } of order.difference?.[side] ?? []) {
      const { price_minor: price } = itemOf(order, sku);
      if (price === null) return null;
      total += sign * count * price;
    }
  }
  return total;
}
