// The tray of an order: picture and items, and naming what the camera was unsure of.
import { useState } from 'preact/hooks';
import type { Order } from '../shared/api';
import { Badge, Button, Notice } from '../shared/ui';
import type { Act } from './act';
import { keepChosen, keptChosen, type Choice, type Chosen } from './chosen';
import { Items } from './items';
import { Picture } from './picture';
import type { MenuItem, Tray } from './staff_api';
import { api } from './state';
import { nameOfItem } from './words';
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
        <span class="soft figures">{tray.station}</span>
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
      <Versions tray={tray} />
    </>
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
