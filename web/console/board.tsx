// The board: all orders that are not over and those that ended lately, live; first whoever needs
// help. And the screens, with those that do not display what they shall.
import { useState } from 'preact/hooks';
import type { Order } from '../shared/api';
import { minor, money } from '../shared/money';
import { at, go } from '../shared/route';
import { ago } from '../shared/time';
import { Icon } from '../shared/icons';
import { Badge } from '../shared/ui';
import { Await, useLoad } from './load';
import type { Menu, MenuItem, Screen } from './staff_api';
import { api, changes, now } from './state';
import {
  columnOf, isNotDisplayed, linesWords, reasonWords, sentence, stateOf, type Column,
} from './words';

const COLUMNS: { id: Column; title: string; none: string }[] = [
  { id: 'help', title: 'Needs help', none: 'Nobody needs help.' },
  { id: 'open', title: 'Open', none: 'No open orders.' },
  { id: 'done', title: 'Done', none: 'Nothing ended in the last 30 minutes.' },
];

export function Board({ site }: { site: string }) {
  const [search, setSearch] = useState('');
  const orders = useLoad(`board:${site}`,
    () => api.GET('/v1/staff/board', { params: { query: { site } } }), changes.value);
  const screens = useLoad('screens', () => api.GET('/v1/screens'), changes.value);
  const menu = useLoad<Menu>(`menu:${site}`,
    () => api.GET('/v1/menu', { params: { query: { site } } }));
  const found = (orders.data?.data ?? []).filter((order) => isFound(order, search));
  const dark = (screens.data?.data ?? []).filter((one) => isNotDisplayed(one, now.value));
  const open = (event: SubmitEvent) => {
    event.preventDefault();
    const only = found[0];
    if (found.length === 1 && only) go('order', only.id);
    else if (UUID.test(search.trim())) go('order', search.trim());
  };
  return (
    <div class="stack">
      <div class="spread wrap">
        <h1>Board</h1>
        <form class="search" role="search" onSubmit={open}>
          <input type="search" aria-label="Search by order number or code" value={search}
            placeholder="Number or code"
            onInput={(event) => setSearch(event.currentTarget.value)} />
        </form>
      </div>
      <Await of={screens} what="the screens">
        {({ data }) => <Screens all={data} />}
      </Await>
      <Await of={orders} what="the board">
        {() => search && found.length === 0
          ? <div class="empty">No order on the board has “{search}”. It shows open orders and
            those that ended in the last 30 minutes.</div>
          : (
            <div class="board">
              {COLUMNS.map((column) => (
                <Group key={column.id} {...column} dark={dark} names={menu.data?.items ?? []}
                  orders={sorted(found, column.id)} />
              ))}
            </div>
          )}
      </Await>
    </div>
  );
}

// Of a column, newest first; who needs help and waits the longest comes first.
function sorted(orders: Order[], column: Column): Order[] {
  const its = orders.filter(({ state }) => columnOf(state) === column);
  return column === 'help' ? its.reverse() : its;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
function isFound(order: Order, search: string): boolean {
  const text = search.trim().toLowerCase();
  return !text || [order.number, order.code ?? '', order.id]
    .some((part) => part.toLowerCase().includes(text));
}

function Group({ id, title, none, orders, dark, names }: {
  id: Column; title: string; none: string; orders: Order[]; dark: Screen[]; names: MenuItem[];
}) {
  return (
    <section class="column" data-column={id} aria-labelledby={`column-${id}`}>
      <h2 id={`column-${id}`}>{title} <span class="count figures">{orders.length}</span></h2>
      {orders.length === 0 && <p class="empty">{none}</p>}
      <ul class="cards">
        {orders.map((order) => (
          <li key={order.id}>
            <OrderCard order={order} names={names}
              dark={dark.some(({ state }) => state.order === order.id)} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function OrderCard({ order, dark, names }: { order: Order; dark: boolean; names: MenuItem[] }) {
  const { label, tone } = stateOf(order);
  return (
    <a class="card order-card" data-tone={tone} href={at('order', order.id)}>
      <span class="spread">
        <strong class="number figures">{order.number}</strong>
        <Badge tone={tone}>{label}</Badge>
      </span>
      <span class="what">{linesWords(order.lines)}</span>
      {order.reason && <span class="soft">{reasonWords(order.reason)}</span>}
      {order.difference && <span class="soft">{differenceWords(order, names)}</span>}
      <span class="spread figures soft">
        <span>
          {ago(order.updated_at, now.value)}{order.payment === 'counter' && ' · counter'}
        </span>
        <span>
          {!!order.refunded_minor
            && <>back {minor(order.refunded_minor, order.total.currency)} of </>}
          {money(order.total)}
        </span>
      </span>
      {dark && <Badge tone="bad"><Icon name="offline" />Not displayed</Badge>}
    </a>
  );
}

// names: of items that the order does not have.
export function differenceWords({ difference, lines }: Order, names: MenuItem[]): string {
  const name = (sku: string) => [...lines, ...names].find((one) => one.sku === sku)?.name ?? sku;
  const part = (what: string, all: { sku: string; count: number }[]) => all.length > 0
    ? `${what}: ${all.map(({ sku, count }) => `${count} × ${name(sku)}`).join(', ')}` : '';
  return [part('missing', difference?.missing ?? []), part('extra', difference?.extra ?? [])]
    .filter(Boolean).join('; ');
}

function Screens({ all }: { all: Screen[] }) {
  if (all.length === 0) return <p class="soft">No screen has a tray to show yet.</p>;
  return (
    <ul class="screens" aria-label="Screens">
      {all.map((screen) => {
        const dark = isNotDisplayed(screen, now.value);
        return (
          <li key={`${screen.core}/${screen.screen}`} data-dark={dark}>
            <Icon name={dark ? 'offline' : 'check'} />
            <span>
              <strong>{screen.screen}</strong> <span class="soft">{screen.core}</span><br />
              {dark
                ? <>Not displayed: {sentence(screen.state.status)} {screen.state.number}</>
                : <>{sentence(screen.state.status)} {screen.state.number}</>}
              {dark && <span class="soft"> · {screen.pages === 0 ? 'no page is open'
                : 'the page does not paint'}, heard {screen.reported_at
                ? ago(screen.reported_at, now.value) : 'never'}</span>}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
