// One order: what the camera saw, the money, what the screen painted, what the customer was told,
// what became of it and by whom, and what staff can do about it.
import { useEffect, useState } from 'preact/hooks';
import type { Order } from '../shared/api';
import { minor, money } from '../shared/money';
import { at } from '../shared/route';
import { dayAndTime } from '../shared/time';
import { Icon } from '../shared/icons';
import { Badge, Notice } from '../shared/ui';
import { readOrder, useAct, type Told } from './act';
import { Actions } from './actions';
import { differenceWords } from './board';
import { Await, useLoad, type Loaded } from './load';
import { MoneyPart } from './money_part';
import { useTray } from './named_tray';
import { ShownPart, NewsPart, Timeline } from './past';
import type { Menu, MenuItem } from './staff_api';
import { api, changes } from './state';
import { TrayPart } from './tray_part';
import { reasonWords, stateOf } from './words';

// After a change its paint, its news and its ledger rows follow.
const LATER_MS = 2500;
const AGAIN_MS = 15_000;

export function OrderPage({ id }: { id: string }) {
  const order = useLoad(`order:${id}`, () => readOrder(id), changes.value);
  return (
    <Await of={order} what="the order" none={<>There is no such order.{' '}
      <a href={at('board')}>Go to the board.</a></>}>
      {(data) => <OrderView order={data} loaded={order} />}
    </Await>
  );
}

function OrderView({ order, loaded }: { order: Order; loaded: Loaded<Order> }) {
  const { act, told, tell } = useAct(loaded);
  const [later, setLater] = useState(0);
  useEffect(() => {
    const read = () => setLater((n) => n + 1);
    const soon = setTimeout(read, LATER_MS);
    const again = setInterval(() => document.hidden || read(), AGAIN_MS);
    return () => {
      clearTimeout(soon);
      clearInterval(again);
    };
  }, [order.version]);
  const parts = `${order.version}/${later}`;
  const menu = useLoad<Menu>(`menu:${order.site}`,
    () => api.GET('/v1/menu', { params: { query: { site: order.site } } }));
  const tray = useTray(order, parts, menu.data);
  const items = menu.data?.items ?? [];
  return (
    <article class="order stack">
      <OrderHead order={order} />
      <Tell told={told} />
      <Actions order={order} menu={items} act={act} tell={tell} tray={tray.data} />
      <div class="halves">
        <div class="stack">
          <section class="card stack" aria-labelledby="tray-title">
            <h2 id="tray-title">Tray</h2>
            <Await of={tray} what="the tray"
              none="No camera has seen this order's tray yet. It comes by itself.">
              {(seen) => <TrayPart order={order} tray={seen} menu={items} act={act} />}
            </Await>
          </section>
        </div>
        <div class="stack">
          <Lines order={order} names={items} />
          <MoneyPart order={order} again={parts} />
          <ShownPart id={order.id} again={parts} />
          <NewsPart id={order.id} again={parts} />
          <Timeline id={order.id} again={parts} />
        </div>
      </div>
    </article>
  );
}

export function Tell({ told }: { told: Told | null }) {
  if (!told) return null;
  return (
    <Notice tone={told.tone} icon={told.tone === 'good' ? 'check' : 'alert'}>
      {told.lines.map((line) => <p key={line}>{line}</p>)}
    </Notice>
  );
}

function OrderHead({ order }: { order: Order }) {
  const { label, tone } = stateOf(order);
  return (
    <header class="stack tight">
      <a class="back" href={at('board')}><Icon name="back" />Board</a>
      <div class="row">
        <h1 class="figures">{order.number}</h1>
        <Badge tone={tone}>{label}</Badge>
        <strong class="figures total">{money(order.total)}</strong>
      </div>
      <p class="soft figures">
        Placed {dayAndTime(order.placed_at)} · paid by {order.payment} · version {order.version}
      </p>
      {order.reason && <p>{reasonWords(order.reason)}</p>}
    </header>
  );
}

function Lines({ order, names }: { order: Order; names: MenuItem[] }) {
  const { currency } = order.total;
  return (
    <section class="card stack" aria-labelledby="lines-title">
      <h2 id="lines-title">Ordered</h2>
      {order.lines.length === 0 && <p class="soft">Nothing.</p>}
      <ul class="lines figures">
        {order.lines.map((line) => (
          <li key={line.sku}>
            <span>{line.quantity} ×</span>
            <span>{line.name}</span>
            <span>{minor(line.price_minor * line.quantity, currency)}</span>
          </li>
        ))}
        <li>
          <span /><span class="soft">of which tax</span>
          <span class="soft">{minor(order.tax_minor, currency)}</span>
        </li>
      </ul>
      {order.difference && (
        <Notice tone="care" icon="alert">The tray differs: {differenceWords(order, names)}.</Notice>
      )}
      {order.pending && (
        <Notice>
          Waits for the bank: {order.pending.lines.map((line) => `${line.quantity} × ${line.name}`)
            .join(', ')} for {minor(order.pending.total_minor, currency)}.
        </Notice>
      )}
    </section>
  );
}
