// The review queue, by keyboard alone: whatever waits for a person, oldest first, one after the
// other.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Order } from '../shared/api';
import { money } from '../shared/money';
import { at as addressOf, route } from '../shared/route';
import { ago } from '../shared/time';
import { Badge, Button, Notice } from '../shared/ui';
import { words } from '../shared/api';
import { whatChanged, type Told, type Wanted } from './act';
import { cancelling, settling } from './actions';
import { differenceWords } from './board';
import { keepChosen, keptChosen } from './chosen';
import { Items } from './items';
import { Await, useLoad } from './load';
import { useTray } from './named_tray';
import { Tell } from './order';
import { Picture } from './picture';
import { choose, freshDesk, KEYS, press, unnamed, type Asked, type Desk } from './queue_keys';
import type { Menu, MenuItem, Tray } from './staff_api';
import { api, changes, now } from './state';
import { naming } from './tray_part';
import { linesWords, reasonWords, stateOf } from './words';
import { isStale, wish } from './wish';

const WAITING = 'review,mismatch';
const MOST = '100';
const HELP_KEY = 'trayline-console-keys';

export function Queue({ site }: { site: string }) {
  const queue = useLoad<{ data: Order[] }>('queue', () => api.GET('/v1/staff/orders', {
    params: { query: { state: WAITING, limit: MOST } },
  }), changes.value);
  const [told, setTold] = useState<Told | null>(null);
  return (
    <div class="stack">
      <h1>Review</h1>
      <Tell told={told} />
      <Await of={queue} what="the queue">
        {({ data }) => (
          <Waiting orders={data.filter((order) => order.site === site)} tell={setTold}
            leave={(order, to) => {
              setTold(to);
              if (to.tone === 'good') {
                queue.put({ data: data.filter((one) => one.id !== order.id) });
              }
              queue.reload();
            }} />
        )}
      </Await>
    </div>
  );
}

// Which order is shown is part of the address, so that a reload stays at it.
function show(order: Order | undefined): void {
  location.replace(order ? addressOf('review', order.id) : addressOf('review'));
}

function Waiting({ orders, leave, tell }: {
  orders: Order[]; leave(order: Order, to: Told): void; tell(to: Told | null): void;
}) {
  const id = route.value[1];
  const shown = useRef<{ order: Order; at: number } | null>(null);
  const found = orders.findIndex((order) => order.id === id);
  const at = found >= 0 ? found : Math.min(shown.current?.at ?? 0, orders.length - 1);
  const order = orders[at];
  useEffect(() => {
    const before = shown.current?.order;
    if (before && before.id === id && found < 0) {
      tell({ tone: 'care', lines: [`${before.number} waits no longer: somebody was faster.`] });
    }
    shown.current = order ? { order, at } : null;
    if (order?.id !== id) show(order);
  }, [order?.id, id]);
  if (!order) return <div class="empty">Nothing waits for a person. What comes appears here.</div>;
  return (
    <OneOrder key={order.id} order={order} place={`${at + 1} of ${orders.length}`} tell={tell}
      move={(by) => show(orders[(at + by + orders.length) % orders.length])}
      leave={(to) => {
        if (to.tone === 'good') {
          shown.current = null;
          show(orders[at + 1] ?? orders[0]);
        }
        leave(order, to);
      }} />
  );
}

interface OneOrderProps {
  order: Order;
  place: string;
  move(by: number): void;
  leave(to: Told): void;
  tell(to: Told | null): void;
}

function OneOrder({ order, place, move, leave, tell }: OneOrderProps) {
  const menu = useLoad<Menu>(`menu:${order.site}`,
    () => api.GET('/v1/menu', { params: { query: { site: order.site } } }));
  const tray = useTray(order, order.version, menu.data);
  const [desk, setDesk] = useDesk(tray.data);
  const [help, setHelp] = useState(localStorage.getItem(HELP_KEY) === 'shown');
  const { busy, problem, send } = useSend(order, (to) => {
    if (to.tone === 'good') keepChosen(tray.data?.prediction, new Map());
    leave(to);
  });
  const items = menu.data?.items ?? [];
  const isSure = order.state === 'mismatch';
  const toggleHelp = () => {
    localStorage.setItem(HELP_KEY, help ? 'hidden' : 'shown');
    setHelp(!help);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || busy || isTyping(event)) return;
    const done = press(desk, event.key, tray.data, isSure);
    if (done.desk === desk && done.want === null) return;
    event.preventDefault();
    tell(null);
    setDesk(done.desk);
    if (done.want === 'next') move(1);
    else if (done.want === 'previous') move(-1);
    else if (done.want === 'help') toggleHelp();
    else if (done.want === 'name') {
      if (tray.data) void send(naming(order, tray.data, desk.chosen));
    } else if (done.want) void send(wanted(order, done.want));
  };
  const key = useRef(onKey);
  key.current = onKey;
  useEffect(() => {
    const listen = (event: KeyboardEvent) => key.current(event);
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, []);
  return (
    <div class="stack">
      <QueueHead order={order} names={items} place={place} move={move} help={help}
        toggleHelp={toggleHelp} />
      {help && <Keys />}
      {problem && <Notice tone="bad" icon="alert">{problem}</Notice>}
      {busy && <p class="wait" role="status">Sending…</p>}
      {desk.asks && <Sure order={order} asks={desk.asks}
        yes={() => void send(wanted(order, desk.asks as Asked))}
        no={() => setDesk({ ...desk, asks: null })} />}
      <Await of={tray} what="the tray" none="The tray's picture is not known. Settle or cancel it.">
        {(seen) => (
          <div class="halves wide-left">
            <Picture tray={seen} focus={desk.item} byKeys
              onFocus={(item) => setDesk({ ...desk, item })}
              names={new Map([...desk.chosen].map(([n, { name }]) => [n, name]))} />
            <div class="stack">
              <Items tray={seen} focus={desk.item} byKeys chosen={desk.chosen}
                menu={items} onFocus={(item) => setDesk({ ...desk, item })}
                choose={(n, choice) => setDesk(choose(desk, seen, n, choice))} />
              <Sending desk={desk} tray={seen} busy={busy} isSure={isSure} setDesk={setDesk}
                name={() => void send(naming(order, seen, desk.chosen))} />
            </div>
          </div>
        )}
      </Await>
    </div>
  );
}

// Begins anew when another tray is shown.
function useDesk(tray: Tray | undefined): [Desk, (desk: Desk) => void] {
  const of = tray?.prediction;
  const [state, setState] = useState<{ of: string | undefined; desk: Desk } | null>(null);
  const early = state && state.of === undefined ? state.desk.asks : null; // before the tray came
  const desk = state && state.of === of ? state.desk
    : { ...freshDesk(tray, keptChosen(of)), asks: early };
  return [desk, (next) => {
    keepChosen(of, next.chosen);
    setState({ of, desk: next });
  }];
}

function useSend(order: Order, leave: (to: Told) => void) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const send = async ({ name, body, send: ask, done }: Wanted) => {
    setBusy(true);
    setProblem(null);
    const { error } = await wish(`${name}:${order.id}`, body, ask);
    setBusy(false);
    if (isStale(error)) leave(await whatChanged(order, { put: () => {} }));
    else if (error) setProblem(words(error));
    else leave({ tone: 'good', lines: [`${order.number}: ${done}`] });
  };
  return { busy, problem, send };
}

function wanted(order: Order, what: Asked): Wanted {
  return what === 'cancel' ? cancelling(order, '') : settling(order, { accept: what }, '');
}

function isTyping({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest('input, select, textarea, dialog')) return true;
  return key === 'Enter' && target.closest('a, button') !== null;
}

function QueueHead({ order, names, place, move, help, toggleHelp }: {
  order: Order; names: MenuItem[]; place: string; move(by: number): void;
  help: boolean; toggleHelp(): void;
}) {
  const { label, tone } = stateOf(order);
  return (
    <div class="card stack tight">
      <div class="spread wrap">
        <div class="row">
          <h2 class="figures"><a href={addressOf('order', order.id)}>{order.number}</a></h2>
          <Badge tone={tone}>{label}</Badge>
          <strong class="figures">{money(order.total)}</strong>
          <span class="soft figures">changed {ago(order.updated_at, now.value)}</span>
        </div>
        <div class="row">
          <span class="soft figures">{place}</span>
          <Button icon="back" aria-label="Order before" onClick={() => move(-1)} />
          <Button icon="next" aria-label="Next order" onClick={() => move(1)} />
          <Button aria-expanded={help} onClick={toggleHelp}><kbd>?</kbd> Keys</Button>
        </div>
      </div>
      <p>Ordered: {linesWords(order.lines)}</p>
      {order.difference && <p>The tray differs: {differenceWords(order, names)}.</p>}
      {order.reason && <p class="soft">{reasonWords(order.reason)}</p>}
    </div>
  );
}

function Keys() {
  return (
    <dl class="keys card" aria-label="Keys">
      {KEYS.map(([key, what]) => <div key={key}><dt><kbd>{key}</kbd></dt><dd>{what}</dd></div>)}
    </dl>
  );
}

const QUESTIONS: Record<Asked, string> = {
  order: 'Charge the order as it is?',
  tray: 'Charge the tray as it was seen?',
  cancel: 'Cancel the order? Nothing is charged.',
};
function Sure({ order, asks, yes, no }: { order: Order; asks: Asked; yes(): void; no(): void }) {
  return (
    <Notice tone="care" icon="alert">
      <p><strong>{order.number}: {QUESTIONS[asks]}</strong></p>
      <div class="row">
        <Button kind="main" onClick={yes}><kbd>Enter</kbd> Yes</Button>
        <Button onClick={no}><kbd>u</kbd> No</Button>
      </div>
    </Notice>
  );
}

function Sending({ desk, tray, busy, isSure, setDesk, name }: {
  desk: Desk; tray: Tray; busy: boolean; isSure: boolean; setDesk(desk: Desk): void; name(): void;
}) {
  const open = unnamed(tray, desk.chosen);
  return (
    <div class="stack tight sending">
      {open > 0 && (
        <p class="soft">{open === 1 ? 'One item has' : `${open} items have`} no name yet.</p>
      )}
      <div class="row">
        <Button kind="main" disabled={busy || desk.chosen.size === 0} onClick={name}>
          <kbd>Enter</kbd> Send names
        </Button>
        <Button disabled={busy} onClick={() => setDesk({ ...desk, asks: 'order' })}>
          <kbd>s</kbd> As ordered
        </Button>
        {isSure && (
          <Button disabled={busy} onClick={() => setDesk({ ...desk, asks: 'tray' })}>
            <kbd>t</kbd> As seen
          </Button>
        )}
        <Button kind="bad" disabled={busy} onClick={() => setDesk({ ...desk, asks: 'cancel' })}>
          <kbd>c</kbd> Cancel
        </Button>
      </div>
    </div>
  );
}
