// The money of an order: the payment with its hold, what was taken and given back, and the rows of
// the ledger.
import type { Order } from '../shared/api';
import { minor } from '../shared/money';
import { dayAndTime } from '../shared/time';
import { Badge, Notice, type Tone } from '../shared/ui';
import { Await, useLoad } from './load';
import type { LedgerRow, Payment, Refund } from './staff_api';
import { api } from './state';
import { plain, sentence } from './words';

const NEXT_STEPS: Record<string, string> = {
  other_card: 'The customer needs another card.',
  try_again: 'The customer can try again.',
  contact_bank: 'The customer has to ask the bank.',
  confirm: "The bank waits for the customer's confirmation in the app.",
  add_card: 'The customer has to save a card.',
  ask_staff: 'This is for you: look at the reason.',
};

export function MoneyPart({ order, again }: { order: Order; again: string }) {
  const path = { params: { path: { id: order.id } } };
  const payment = useLoad<Payment>(`payment:${order.id}`,
    () => api.GET('/v1/orders/{id}/payment', path), again);
  const refunds = useLoad<{ data: Refund[] }>(`refunds:${order.id}`,
    () => api.GET('/v1/orders/{id}/refunds', path), again);
  const ledger = useLoad<{ data: LedgerRow[] }>(`ledger:${order.id}`,
    () => api.GET('/v1/orders/{id}/ledger', path), again);
  const { currency } = order.total;
  return (
    <section class="card stack" aria-labelledby="money-title">
      <h2 id="money-title">Money</h2>
      <Await of={payment} what="the payment" none="There is no payment yet.">
        {(data) => <PaymentFacts payment={data} />}
      </Await>
      <Await of={refunds} what="what was given back" none="Nothing was given back.">
        {({ data }) => data.length === 0 ? null : <Refunds all={data} currency={currency} />}
      </Await>
      <h3>Ledger</h3>
      <Await of={ledger} what="the ledger" none="No money has moved yet.">
        {({ data }) => data.length === 0 ? <p class="soft">No money has moved yet.</p>
          : <Ledger rows={data} />}
      </Await>
    </section>
  );
}

function PaymentFacts({ payment }: { payment: Payment }) {
  const amount = (units: number) => minor(units, payment.currency);
  const tone: Tone = payment.state === 'captured' ? 'good'
    : payment.state === 'declined' || payment.state === 'lapsed' ? 'bad' : 'calm';
  return (
    <>
      <div class="row">
        <Badge tone={tone}>{sentence(payment.state)}</Badge>
        <span class="soft">by {payment.means}</span>
      </div>
      <dl class="amounts figures">
        <div><dt>To pay</dt><dd>{amount(payment.amount_minor)}</dd></div>
        <div><dt>Held</dt><dd>{amount(payment.hold_minor)}</dd></div>
        <div><dt>Captured</dt><dd>{amount(payment.captured_minor)}</dd></div>
        <div><dt>Refunded</dt><dd>{amount(payment.refunded_minor)}</dd></div>
      </dl>
      {payment.reason && (
        <Notice tone="care" icon="card">
          {sentence(payment.reason)}.{' '}
          {payment.next_step && (NEXT_STEPS[payment.next_step] ?? plain(payment.next_step))}
        </Notice>
      )}
    </>
  );
}

function Refunds({ all, currency }: { all: Refund[]; currency: string }) {
  return (
    <ul class="plain-list">
      {all.map((refund) => (
        <li key={refund.id}>
          <span class="spread figures">
            <span>Given back {minor(refund.amount_minor, currency)}</span>
            <Badge tone={refund.state === 'refunded' ? 'good'
              : refund.state === 'failed' ? 'bad' : 'calm'}>{sentence(refund.state)}</Badge>
          </span>
          <small class="soft">
            {dayAndTime(refund.asked_at)} · {plain(refund.reason)}
            {refund.who && ` · by ${refund.who}`}{refund.why && ` · ${refund.why}`}
          </small>
        </li>
      ))}
    </ul>
  );
}

function Ledger({ rows }: { rows: LedgerRow[] }) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Ledger rows">
      <table class="figures">
        <thead>
          <tr><th>When</th><th>From, to</th><th>What</th><th class="right">Amount</th></tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            <tr key={at}>
              <td>{dayAndTime(row.at)}</td>
              <td class="code">{row.credit}<br />{row.debit}</td>
              <td>{plain(row.kind)}<br /><small class="soft code">{row.entry}</small></td>
              <td class="right">{minor(row.amount_minor, row.currency)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
