// A payment that did not work, or that the bank wants confirmed: what the bank said, and the ways
// on. The order is kept meanwhile.
import { useEffect, useState } from 'preact/hooks';
import type { Order, Problem } from '../shared/api';
import { provider } from '../shared/provider';
import { Button, Notice } from '../shared/ui';
import { AddCard, CardList, cards, loadCards } from './cards';
import { Trouble, Waits } from './parts';
import { usePoll } from './poll';
import { api, ask, type Payment, store } from './store';
import { useWish } from './wish';

const LOOK_MS = 1500;

interface Props {
  order: Order;
  take(order: Order): void;
  load(): Promise<void>;
}

export function PaymentTrouble({ order, take, load }: Props) {
  const [payment, setPayment] = useState<Payment>();
  const [problem, setProblem] = useState<Problem>();
  const look = async () => {
    const path = { id: order.id };
    const found = await ask(api.GET('/v1/orders/{id}/payment', { params: { path } }));
    if (found.data) setPayment(found.data);
    setProblem(found.problem);
  };
  useEffect(() => {
    setPayment(undefined);
    void look();
  }, [order.version, order.state]);
  const confirming = order.state === 'action_required';
  const settled = payment && (!confirming || payment.confirm);
  usePoll(settled ? null : LOOK_MS, look);
  if (!payment) {
    return problem ? <Trouble problem={problem} again={look} />
      : <Waits>The bank's answer is being read.</Waits>;
  }
  if (!confirming) return <Declined order={order} payment={payment} take={take} />;
  return payment.confirm
    ? <Confirm confirm={payment.confirm} load={load} />
    : <Waits>Your bank's question is on its way.</Waits>;
}

function Declined({ order, payment, take }: {
  order: Order;
  payment: Payment;
  take(order: Order): void;
}) {
  const [adding, setAdding] = useState(payment.next_step === 'add_card');
  const [problem, setProblem] = useState<Problem>();
  useEffect(() => void loadCards().then(setProblem), []);
  const wish = useWish<'card' | 'counter', Order>(
    `retry.${order.id}`,
    (key, means) => api.POST('/v1/orders/{id}/retry', {
      params: { path: { id: order.id }, header: { 'Idempotency-Key': key } },
      body: { payment: means },
    }),
    take);
  if (wish.busy) return <Waits>It is being paid again.</Waits>;
  const mine = cards.value ?? [];
  const card = mine.find((it) => it.default);
  const atStaff = payment.next_step === 'ask_staff';
  return (
    <div class="stack">
      <Notice tone="bad" icon="card">
        {payment.message || 'The payment could not be made. Choose another way to pay.'}
      </Notice>
      <Trouble problem={wish.problem ?? problem} />
      {!atStaff && (
        <>
          {!adding && <CardList of={mine} />}
          {adding
            ? <AddCard done={() => setAdding(false)} cancel={() => setAdding(false)} />
            : <Button icon="plus" onClick={() => setAdding(true)}>Add another card</Button>}
          {card && !adding && (
            <Button kind="main" onClick={() => wish.send('card')}>
              Pay with the card ending in {card.last4}
            </Button>
          )}
        </>
      )}
      <Button kind={atStaff ? 'main' : 'usual'} onClick={() => wish.send('counter')}>
        Pay at the counter
      </Button>
    </div>
  );
}

function Confirm({ confirm, load }: {
  confirm: NonNullable<Payment['confirm']>;
  load(): Promise<void>;
}) {
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState('');
  const act = async () => {
    setBusy(true);
    setWrong('');
    try {
      const of = await provider(store.value?.provider_script ?? '', confirm.publishable_key);
      const { error } = await of.handleNextAction({ clientSecret: confirm.client_secret });
      if (error) setWrong(error.message || 'It was not confirmed. Try again, or cancel the order.');
      await load();
    } catch {
      setWrong('Your bank\'s page could not be loaded. Check the connection and try again.');
    }
    setBusy(false);
  };
  return (
    <div class="stack">
      {wrong && <Notice tone="bad" icon="alert">{wrong}</Notice>}
      {busy
        ? <Waits>Your bank's answer is awaited.</Waits>
        : <Button kind="main" icon="check" onClick={act}>Confirm with my bank</Button>}
    </div>
  );
}
