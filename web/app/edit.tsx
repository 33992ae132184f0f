// Another content for an order whose tray was not seen yet. What it has keeps its price.
import { useEffect, useState } from 'preact/hooks';
import type { Order, Problem } from '../shared/api';
import { minor } from '../shared/money';
import { at, go } from '../shared/route';
import { Button } from '../shared/ui';
import { type Counts, loadMenu, menu, QUANTITY_MOST } from './basket';
import { Rows, Stepper, Sum, Trouble, View } from './parts';
import { api, ask } from './store';
import { lineErrors } from './words';

interface Choice {
  sku: string;
  name: string;
  price_minor: number;
  most: number;
}

export function EditOrder({ order, take }: { order: Order; take(order: Order): void }) {
  const had = Object.fromEntries(order.lines.map(({ sku, quantity }) => [sku, quantity]));
  const [counts, setCounts] = useState<Counts>(had);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  useEffect(() => void loadMenu().then(setProblem), []);
  const choices = choicesOf(order);
  const lines = choices.map(({ sku }) => ({ sku, quantity: counts[sku] ?? 0 }))
    .filter(({ quantity }) => quantity > 0);
  const total = choices.reduce((sum, it) => sum + it.price_minor * (counts[it.sku] ?? 0), 0);
  const wrong = lineErrors(problem);
  const save = async () => {
    setBusy(true);
    const { data, problem: why } = await ask(api.PATCH('/v1/orders/{id}', {
      params: { path: { id: order.id }, header: { 'If-Match': `"${order.version}"` } },
      body: { lines },
    }));
    setBusy(false);
    setProblem(why?.status === 412
      ? { ...why, detail: 'The order has changed meanwhile. Go back and look at it again.' } : why);
    if (data) {
      take(data);
      go('order', order.id);
    }
  };
  return (
    <View title={`Change ${order.number}`} back={at('order', order.id)}>
      <Trouble problem={problem} />
      {menu.value ? (
        <ul class="chosen card">
          {choices.map((item) => (
            <li key={item.sku}>
              <div>
                <strong>{item.name}</strong>
                <p class="soft figures">{minor(item.price_minor, order.total.currency)}</p>
                <Error text={wrong.get(lines.findIndex(({ sku }) => sku === item.sku))} />
              </div>
              <Stepper name={item.name} value={counts[item.sku] ?? 0} most={item.most}
                set={(value) => setCounts({ ...counts, [item.sku]: value })} />
            </li>
          ))}
        </ul>
      ) : <Rows count={4} of="The menu" />}
      <div class="save">
        <Sum label="New total" amount={total} currency={order.total.currency} strong />
        <Button kind="main" class="button wide" disabled={busy || lines.length === 0}
          onClick={save}>
          {busy ? 'One moment…' : lines.length === 0 ? 'Choose something, or cancel the order'
            : 'Save the change'}
        </Button>
      </div>
    </View>
  );
}

function Error({ text }: { text: string | undefined }) {
  return text ? <p class="error" role="alert">{text}</p> : null;
}

function choicesOf(order: Order): Choice[] {
  const now = menu.value?.site === order.site ? menu.value.items : [];
  const had = order.lines.map((line) => {
    const left = now.find((item) => item.sku === line.sku)?.left ?? QUANTITY_MOST;
    const most = Math.max(line.quantity, Math.min(QUANTITY_MOST, line.quantity + left));
    return { ...line, most };
  });
  const more = now.filter((item) => !order.lines.some((line) => line.sku === item.sku))
    .map((item) => ({ ...item, most: Math.min(QUANTITY_MOST, item.left ?? QUANTITY_MOST) }));
  return [...had, ...more];
}
