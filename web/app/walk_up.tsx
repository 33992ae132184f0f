// A tray that stands under the camera and is nobody's yet: what it costs, and paying it.
import { useEffect, useState } from 'preact/hooks';
import type { Order, Problem } from '../shared/api';
import { at, go } from '../shared/route';
import { Button, Notice } from '../shared/ui';
import { AddCard, cards, CardName, loadCards } from './cards';
import { Lines, Rows, Sum, Trouble, View, Waits } from './parts';
import { usePoll } from './poll';
import { Sign } from './sign';
import { api, ask, signedIn } from './store';
import { useWish } from './wish';

const LOOK_AGAIN_MS = 3000; // what stands there may still change

export function WalkUpView({ id }: { id: string }) {
  const [basket, setBasket] = useState<Order>();
  const [problem, setProblem] = useState<Problem>();
  const look = async () => {
    if (!signedIn.value) return;
    const found = await ask(api.GET('/v1/baskets/{id}', { params: { path: { id } } }));
    if (found.data) setBasket(found.data);
    setProblem(found.problem);
  };
  useEffect(() => void look(), [id, signedIn.value]);
  usePoll(LOOK_AGAIN_MS, look);
  const wish = useWish<'card' | 'counter', Order>(
    `bind.${id}`,
    (key, payment) => api.POST('/v1/baskets/{id}/bind', {
      params: { path: { id }, header: { 'Idempotency-Key': key } }, body: { payment },
    }),
    (order) => go('order', order.id));
  if (!signedIn.value) {
    return <Sign why="Sign in to pay the tray that you scanned. It waits for you." />;
  }
  if (wish.busy) {
    return <View title="Your tray"><Waits>The tray is being taken as your order.</Waits></View>;
  }
  const gone = problem?.status === 404;
  return (
    <View title="Your tray" back={at()}>
      <Trouble problem={wish.problem} />
      {gone && !wish.problem && (
        <Notice tone="care" icon="tray">
          This tray waits no more: it was taken away, is already somebody's order, or its time is
          over. Set it down again and scan the code on the screen.
        </Notice>
      )}
      {!gone && <Trouble problem={problem} again={look} />}
      {!basket && !problem && <Rows count={3} of="The tray" />}
      {gone && <a class="button" href={at('orders')}>Look at my orders</a>}
      {basket && !gone && <Basket of={basket} send={wish.send} />}
    </View>
  );
}

function Basket({ of, send }: { of: Order; send(payment: 'card' | 'counter'): void }) {
  const [problem, setProblem] = useState<Problem>();
  useEffect(() => void loadCards().then(setProblem), []);
  const card = cards.value?.find((it) => it.default);
  const { currency } = of.total;
  return (
    <>
      <section class="card">
        <p class="big-number figures">{of.number}</p>
        <Lines lines={of.lines} currency={currency} />
        <Sum label="Total" amount={of.total.amount_minor} currency={currency} strong />
        <Sum label="Tax in it" amount={of.tax_minor} currency={currency} />
      </section>
      <Trouble problem={problem} />
      {cards.value && !card && <AddCard />}
      {card && (
        <Button kind="main" class="button wide" onClick={() => send('card')}>Pay this tray</Button>
      )}
      {card && (
        <p class="soft center">
          <CardName of={card} /> <a class="inline-link" href={at('cards')}>Change</a>
        </p>
      )}
      <Button kind="plain" onClick={() => send('counter')}>Pay it at the counter instead</Button>
    </>
  );
}
