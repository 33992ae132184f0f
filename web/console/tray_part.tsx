// The tray of an order: picture and items, naming what the camera was unsure of, and looking again
// at the same picture (replay).
import { useState } from 'preact/hooks';
import { words, type Order } from '../shared/api';
import { dayAndTime } from '../shared/time';
import { Badge, Button, Notice } from '../shared/ui';
import type { Act } from './act';
import { keepChosen, keptChosen, type Choice, type Chosen } from './chosen';
import { Items } from './items';
import { Picture } from './picture';
import type { MenuItem, Replayed, Tray } from './staff_api';
import { api } from './state';
import { nameOfItem, sentence } from './words';
import { tagOf } from './wish';

const VERDICTS = {
  confident: { label: 'The camera is sure', tone: 'good' },
  review: { label: 'The camera asks a person', tone: 'care' },
  unknown: { label: 'The camera does not know', tone: 'bad' },
} as const;

export function canName(order: Order): boolean {
  return order.state === 'review' || order.state === 'mismatch';
}

// Wants that a person's names stand for what the camera saw.
export function naming(order: Order, tray: Tray, chosen: Chosen) {
  const body = {
    prediction: tray.prediction,
    items: [...chosen].sort(([a], [b]) => a - b).map(([at, { sku }]) => ({ at, sku })),
  };
  return {
    name: 'name-items',
    body: [order.version, body],
    done: 'Named. The tray is compared with the order anew.',
    send: (key: string) => api.POST('/v1/orders/{id}/name-items', {
      params: {
        path: { id: order.id },
        header: { 'Idempotency-Key': key, 'If-Match': tagOf(order.version) },
      },
      body,
    }),
  };
}

export function TrayPart({ order, tray, menu, act }: {
  order: Order; tray: Tray; menu: MenuItem[]; act: Act;
}) {
  const [focus, setFocus] = useState(-1);
  const [chosen, setChosen] = useState<{ of: string; map: Chosen } | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const map = chosen?.of === tray.prediction ? chosen.map : keptChosen(tray.prediction);
  const put = (next: Chosen) => {
    keepChosen(tray.prediction, next);
    setChosen({ of: tray.prediction, map: next });
  };
  const choose = (at: number, choice: Choice | null) => {
    const next = new Map(map);
    if (choice) next.set(at, choice);
    else next.delete(at);
    put(next);
  };
  const send = async () => {
    setBusy(true);
    const failed = await act(naming(order, tray, map));
    setBusy(false);
    setProblem(failed);
    if (failed === null) put(new Map());
  };
  const verdict = VERDICTS[tray.verdict] ?? { label: tray.verdict, tone: 'calm' };
  return (
    <>
      <div class="row">
        <Badge tone={verdict.tone}>{verdict.label}</Badge>
        <span class="soft figures">{tray.station}, {dayAndTime(tray.received_at)}</span>
      </div>
      <Picture tray={tray} focus={focus} onFocus={setFocus}
        names={new Map([...map].map(([at, { name }]) => [at, name]))} />
      <Items tray={tray} focus={focus} onFocus={setFocus} chosen={map} menu={menu}
        {...(canName(order) ? { choose } : {})} />
      {problem && <Notice tone="bad" icon="alert">{problem}</Notice>}
      {canName(order) && (
        <Button kind="main" icon="check" disabled={busy || map.size === 0}
          onClick={() => void send()}>
          {map.size === 0 ? 'Choose names above first'
            : `Send ${map.size} ${map.size === 1 ? 'name' : 'names'}`}
        </Button>
      )}
      <Replay order={order} />
      <Versions tray={tray} />
    </>
  );
}

function Replay({ order }: { order: Order }) {
  const [state, setState] = useState<'idle' | 'busy' | Replayed | string>('idle');
  const ask = async () => {
    setState('busy');
    const { data, error } = await api.POST('/v1/orders/{id}/replay', {
      params: { path: { id: order.id } }, body: {},
    });
    setState(data ?? words(error));
  };
  return (
    <div class="stack tight">
      <Button icon="refresh" disabled={state === 'busy'} onClick={() => void ask()}>
        {state === 'busy' ? 'Looking at the stored picture again…' : 'Replay the stored picture'}
      </Button>
      {typeof state === 'object' && (
        <Notice tone={state.same ? 'good' : 'care'} icon={state.same ? 'check' : 'alert'}>
          <p>{state.same ? 'The same result came out.' : 'Another result came out.'}{' '}
            Verdict: {sentence(state.verdict)}.</p>
          <p>{state.items.map((item) => `${item.count} × ${item.name ?? item.sku}`).join(', ')
            || 'Nothing was seen.'}</p>
        </Notice>
      )}
      {typeof state === 'string' && state !== 'idle' && state !== 'busy' && (
        <Notice tone="bad" icon="alert">The replay did not work. {state}</Notice>
      )}
    </div>
  );
}

function Versions({ tray }: { tray: Tray }) {
  const rows = [
    ['Prediction', tray.prediction], ['Core', tray.core], ['Model', tray.model],
    ['Gallery', tray.gallery], ['Menu', tray.menu_version], ['Station', tray.station_version],
    ['Seen', tray.items.map((item) => `${item.count} × ${nameOfItem(item)}`).join(', ')],
  ];
  return (
    <details>
      <summary>What it was seen with</summary>
      <dl class="facts">
        {rows.map(([name, value]) => (
          <div key={name}><dt>{name}</dt><dd>{value || '–'}</dd></div>
        ))}
      </dl>
    </details>
  );
}
