// What was paid and given back; printable.
import { useEffect, useState } from 'preact/hooks';
import type { Order, Problem, Schemas } from '../shared/api';
import { minor } from '../shared/money';
import { dayAndTime } from '../shared/time';
import { Badge, Button, type Tone } from '../shared/ui';
import { Lines, Sum, Trouble } from './parts';
import { usePoll } from './poll';
import { api, ask, store } from './store';

type Refund = Schemas['Refund'];
const LOOK_MS = 5000;
const STATES: Record<string, [string, Tone]> = {
  asked: ['On its way', 'calm'],
  refunded: ['Given back', 'good'],
  failed: ['Did not work; please ask our staff', 'bad'],
};

export function Receipt({ order }: { order: Order }) {
  const [refunds, setRefunds] = useState<Refund[]>([]);
  const [problem, setProblem] = useState<Problem>();
  const { currency } = order.total;
  const look = async () => {
    const path = { id: order.id };
    const found = await ask(api.GET('/v1/orders/{id}/refunds', { params: { path } }));
    if (found.data) setRefunds(found.data.data);
    setProblem(found.problem);
  };
  useEffect(() => void look(), [order.id, order.version]);
  usePoll(problem || refunds.some((refund) => refund.state === 'asked') ? LOOK_MS : null, look);
  const captured = order.captured_minor ?? 0;
  const back = order.refunded_minor ?? 0;
  return (
    <article class="card receipt">
      <header>
        <h2>Receipt</h2>
        <p class="soft">{store.value?.name}</p>
        <p class="soft figures">Order {order.number}, {dayAndTime(order.placed_at)}</p>
      </header>
      <Lines lines={order.lines} currency={currency} />
      <Sum label="Total" amount={order.total.amount_minor} currency={currency} strong />
      <Sum label="Tax in it" amount={order.tax_minor} currency={currency} />
      <Sum label={order.payment === 'counter' ? 'Paid at the counter' : 'Paid by card'}
        amount={captured} currency={currency} />
      {back > 0 && <Sum label="Given back" amount={-back} currency={currency} />}
      {back > 0 && <Sum label="You paid" amount={captured - back} currency={currency} strong />}
      <Refunds of={refunds} currency={currency} />
      <div class="no-print"><Trouble problem={problem} again={look} /></div>
      <Button class="button no-print" icon="print" onClick={() => print()}>Print or save</Button>
      <p class="soft small figures only-print">{order.id}</p>
    </article>
  );
}

function Refunds({ of, currency }: { of: Refund[]; currency: string }) {
  if (of.length === 0) return null;
  return (
    <section>
      <h3>Refunds</h3>
      <ul class="refunds">
        {of.map((refund) => {
          const [words, tone] = STATES[refund.state] ?? [refund.state, 'calm'];
          return (
            <li key={refund.id}>
              <span class="figures">{minor(refund.amount_minor, currency)}</span>
              <span class="soft figures">{dayAndTime(refund.asked_at)}</span>
              <Badge tone={tone}>{words}</Badge>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
