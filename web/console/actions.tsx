// What staff can do about an order now, and the wishes behind it. Each asks before it is done.
import { useState } from 'preact/hooks';
import type { Order } from '../shared/api';
import { minor, money } from '../shared/money';
import { Button, Field } from '../shared/ui';
import type { Act, Told, Wanted } from './act';
import { Ask } from './ask';
import { Refunding } from './refunding';
import { Settling } from './settling';
import type { MenuItem, Tray } from './staff_api';
import { api } from './state';
import { tagOf } from './wish';

export const REASON_BYTES_MAX = 200; // of a reason that people write
const SETTLED: Order['state'][] = ['verified', 'capturing', 'paid', 'refunded'];
const ENDED: Order['state'][] = ['cancelled', 'expired', 'refunded'];

export function canCancel({ state }: Order): boolean {
  return !SETTLED.includes(state) && !ENDED.includes(state);
}
export function canSettle({ state }: Order): boolean {
  return state === 'mismatch' || state === 'review';
}
export function leftToRefund(order: Order): number {
  return (order.captured_minor ?? 0) - (order.refunded_minor ?? 0);
}

export type Settlement = { accept: 'tray' | 'order' }
  | { lines: { sku: string; quantity: number }[] };

export function settling(order: Order, how: Settlement, reason: string): Wanted {
  const body = { ...how, ...(reason ? { reason } : {}) };
  return {
    name: 'settle',
    body: [order.version, body],
    done: 'Settled. The payment follows.',
    send: (key) => api.POST('/v1/orders/{id}/settle', {
      params: {
        path: { id: order.id },
        header: { 'Idempotency-Key': key, 'If-Match': tagOf(order.version) },
      },
      body,
    }),
  };
}

export function cancelling(order: Order, reason: string): Wanted {
  const body = reason ? { reason } : {};
  return {
    name: 'cancel',
    body: [order.version, body],
    done: 'Cancelled. Whatever the card has set aside is given back.',
    send: (key) => api.POST('/v1/orders/{id}/cancel', {
      params: { path: { id: order.id }, header: { 'Idempotency-Key': key } },
      headers: { 'If-Match': tagOf(order.version) },
      body: body as Record<string, never>, // the API does not describe its `reason`
    }),
  };
}

function takenAtCounter(order: Order): Wanted {
  return {
    name: 'counter-payment',
    body: {},
    done: 'Taken down as paid at the counter.',
    send: (key) => api.POST('/v1/orders/{id}/counter-payment', {
      params: { path: { id: order.id }, header: { 'Idempotency-Key': key } },
    }),
  };
}

function retrying(order: Order, payment: 'card' | 'counter'): Wanted {
  return {
    name: 'retry',
    body: [order.version, payment],
    done: payment === 'counter' ? 'The customer pays at the counter.' : 'The card is asked again.',
    send: (key) => api.POST('/v1/orders/{id}/retry', {
      params: { path: { id: order.id }, header: { 'Idempotency-Key': key } },
      body: { payment },
    }),
  };
}

type Open = 'settle' | 'cancel' | 'refund' | 'counter' | 'retry' | null;

interface ActionsProps {
  order: Order;
  menu: MenuItem[];
  tray: Tray | undefined;
  act: Act;
  tell(to: Told | null): void;
}

export function Actions({ order, menu, act, tell }: ActionsProps) {
  const [open, setOpen] = useState<Open>(null);
  const show = (what: Open) => () => {
    tell(null);
    setOpen(what);
  };
  const close = () => setOpen(null);
  const atCounter = order.payment === 'counter' && order.state === 'capturing';
  return (
    <div class="row" role="group" aria-label="Actions">
      {canSettle(order) && (
        <Button kind="main" icon="check" onClick={show('settle')}>Settle…</Button>
      )}
      {atCounter && (
        <Button kind="main" icon="receipt" onClick={show('counter')}>Take the money…</Button>
      )}
      {order.state === 'declined' && (
        <Button icon="card" onClick={show('retry')}>Pay another way…</Button>
      )}
      {leftToRefund(order) > 0 && (
        <Button icon="receipt" onClick={show('refund')}>Refund…</Button>
      )}
      {canCancel(order) && (
        <Button kind="bad" icon="cross" onClick={show('cancel')}>Cancel order…</Button>
      )}
      {open === 'settle' && <Settling order={order} menu={menu} act={act} onClose={close} />}
      {open === 'refund' && <Refunding order={order} act={act} onClose={close} />}
      {open === 'cancel' && <Cancelling order={order} act={act} onClose={close} />}
      {open === 'counter' && (
        <Ask title={`Has ${order.number} paid ${money(order.total)}?`} yes="I have the money"
          onYes={() => act(takenAtCounter(order))} onClose={close}>
          <p>Say so only when the money is in the till: the order becomes paid.</p>
        </Ask>
      )}
      {open === 'retry' && <Retrying order={order} act={act} onClose={close} />}
    </div>
  );
}

interface DialogProps {
  order: Order;
  act: Act;
  onClose(): void;
}

function Cancelling({ order, act, onClose }: DialogProps) {
  const [reason, setReason] = useState('');
  return (
    <Ask title={`Cancel ${order.number}?`} yes="Cancel the order" kind="bad"
      onYes={() => act(cancelling(order, reason.trim()))} onClose={onClose}>
      <p>Nothing is charged, and {minor(order.total.amount_minor, order.total.currency)} that the
        card may have set aside is given back.</p>
      <Reason value={reason} onInput={setReason} />
    </Ask>
  );
}

function Retrying({ order, act, onClose }: DialogProps) {
  const [payment, setPayment] = useState<'counter' | 'card'>('counter');
  return (
    <Ask title={`How does ${order.number} pay?`} yes="Go on" onClose={onClose}
      onYes={() => act(retrying(order, payment))}>
      <label class="check">
        <input type="radio" name="payment" checked={payment === 'counter'}
          onChange={() => setPayment('counter')} />
        Here at the counter
      </label>
      <label class="check">
        <input type="radio" name="payment" checked={payment === 'card'}
          onChange={() => setPayment('card')} />
        With the card that is saved now
      </label>
    </Ask>
  );
}

export function Reason({ value, onInput }: { value: string; onInput(text: string): void }) {
  return (
    <Field label="Reason" hint="Kept with the order; may be empty.">
      <input value={value} maxLength={REASON_BYTES_MAX / 2}
        onInput={(event) => onInput(event.currentTarget.value)} />
    </Field>
  );
}
