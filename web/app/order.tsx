// One order: how it stands in plain words, its code for the camera, and what can be done.
import { useState } from 'preact/hooks';
import type { Order } from '../shared/api';
import { at, go } from '../shared/route';
import { clockTime } from '../shared/time';
import { Badge, Button, Notice } from '../shared/ui';
import { chooseAgain } from './basket';
import { EditOrder } from './edit';
import { useOrder } from './follow';
import { Mismatch } from './mismatch';
import { BigCode, Lines, Rows, Sum, Trouble, View, Waits } from './parts';
import { Receipt } from './receipt';
import { api } from './store';
import { PaymentTrouble } from './trouble';
import { isOpen, isPaid, mayCancel, mayEdit, wordsOf } from './words';
import { useWish } from './wish';

export function OrderView({ id, edit }: { id: string; edit: boolean }) {
  const { order, since, problem, take, load, following } = useOrder(id);
  if (!order) {
    return (
      <View title="Order" back={at('orders')}>
        <Trouble problem={problem} again={problem?.status === 404 ? undefined : load} />
        {!problem && <Rows count={3} of="Your order" />}
      </View>
    );
  }
  if (edit && mayEdit(order)) return <EditOrder order={order} take={take} />;
  const stale = problem?.code === 'offline' || (!following && isOpen(order) && !navigator.onLine);
  return (
    <View title={`Order ${order.number}`} back={at('orders')} wide>
      <div class="order">
        <section class="stack">
          <Status order={order} />
          {stale && (
            <Notice tone="care" icon="offline">
              No connection. This is how it stood at {clockTime(since)}; it goes on by itself when
              the connection is back. The code works all the same.
            </Notice>
          )}
          {!stale && problem && <Trouble problem={problem} again={load} />}
          <Next order={order} take={take} load={load} />
        </section>
        <section class="stack">
          {isPaid(order) ? <Receipt order={order} /> : <Contents order={order} />}
          {isOpen(order) && <Actions order={order} take={take} />}
          {!isOpen(order) && (
            <Button class="button no-print" icon="refresh" onClick={() => again(order)}>
              Order the same again
            </Button>
          )}
        </section>
      </div>
    </View>
  );
}

function again(order: Order): void {
  chooseAgain(order.site, order.lines);
  go('basket');
}

function Status({ order }: { order: Order }) {
  const words = wordsOf(order);
  return (
    <div class="status" role="status" aria-live="polite" data-tone={words.tone}>
      <Badge tone={words.tone}>{words.badge}</Badge>
      <h2>{words.title}</h2>
      <p>{words.next}</p>
    </div>
  );
}

interface PartProps {
  order: Order;
  take(order: Order): void;
}
// What belongs to the state: the code, or the way out of what went wrong.
function Next({ order, take, load }: PartProps & { load(): Promise<void> }) {
  const code = order.code && (
    <BigCode code={order.code} label={`Code of order ${order.number}`}
      under={<p class="big-number figures">{order.number}</p>} />
  );
  switch (order.state) {
    case 'placed':
      return <Waits>This page goes on by itself.</Waits>;
    case 'declined':
    case 'action_required':
      return <PaymentTrouble order={order} take={take} load={load} />;
    case 'mismatch':
      return <><Mismatch order={order} take={take} />{code}</>;
    case 'verified':
    case 'capturing':
      return order.payment === 'counter'
        ? <p class="big-number figures center">{order.number}</p>
        : <Waits>This page goes on by itself.</Waits>;
    case 'authorised':
      return <>{code}</>;
    default:
      return null;
  }
}

function Contents({ order }: { order: Order }) {
  const { currency } = order.total;
  return (
    <section class="card">
      <Lines lines={order.lines} currency={currency} />
      <Sum label="Total" amount={order.total.amount_minor} currency={currency} strong />
      <Sum label="Tax in it" amount={order.tax_minor} currency={currency} />
      {order.pending && (
        <Notice icon="clock">
          Your change to {order.pending.lines.reduce((sum, line) => sum + line.quantity, 0)} items
          counts as soon as your bank has agreed to the greater amount.
        </Notice>
      )}
    </section>
  );
}

function Actions({ order, take }: PartProps) {
  const [sure, setSure] = useState(false);
  const wish = useWish<null, Order>(
    `cancel.${order.id}`,
    (key) => api.POST('/v1/orders/{id}/cancel', {
      params: { path: { id: order.id }, header: { 'Idempotency-Key': key } }, body: {},
    }),
    (now) => {
      setSure(false);
      take(now);
    });
  if (wish.busy) return <Waits>The order is being cancelled.</Waits>;
  if (sure) {
    return (
      <div class="card stack">
        <p><strong>Cancel this order?</strong> What is on hold at your bank is let go.</p>
        <Trouble problem={wish.problem} />
        <div class="row">
          <Button kind="bad" onClick={() => wish.send(null)}>Yes, cancel it</Button>
          <Button onClick={() => setSure(false)}>Keep it</Button>
        </div>
      </div>
    );
  }
  if (!mayEdit(order) && !mayCancel(order)) return null;
  return (
    <div class="row actions no-print">
      {mayEdit(order) && (
        <Button icon="edit" onClick={() => go('order', order.id, 'edit')}>Change</Button>
      )}
      {mayCancel(order) && (
        <Button kind="plain" icon="cross" onClick={() => setSure(true)}>Cancel order</Button>
      )}
    </div>
  );
}
