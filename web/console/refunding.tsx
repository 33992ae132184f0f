// The dialog that gives money back: all that is left, or a part; asks once more before it does.
import { useState } from 'preact/hooks';
import type { Order } from '../shared/api';
import { minor } from '../shared/money';
import { Field, Notice } from '../shared/ui';
import type { Act, Wanted } from './act';
import { leftToRefund } from './actions';
import { Ask } from './ask';
import { decimal, digitsOf, parseDecimal } from './exact';
import { api } from './state';

const REASONS = {
  requested_by_customer: 'The customer asked for it',
  duplicate: 'Paid twice',
  fraudulent: 'Fraud',
} as const;
type RefundReason = keyof typeof REASONS;

// Without an amount all that is left.
function refund(order: Order, amount: number | null, reason: RefundReason): Wanted {
  const body = { ...(amount === null ? {} : { amount_minor: amount }), reason };
  return {
    name: 'refund',
    body,
    done: 'The refund is on its way; the bank may take some days to show it.',
    send: (key) => api.POST('/v1/orders/{id}/refunds', {
      params: { path: { id: order.id }, header: { 'Idempotency-Key': key } },
      body,
    }),
  };
}

export function Refunding({ order, act, onClose }: { order: Order; act: Act; onClose(): void }) {
  const { currency } = order.total;
  const digits = digitsOf(currency);
  const left = leftToRefund(order);
  const [isPart, setPart] = useState(false);
  const [text, setText] = useState(decimal(left, digits));
  const [reason, setReason] = useState<RefundReason>('requested_by_customer');
  const [sure, setSure] = useState(false);
  const part = parseDecimal(text, digits);
  const amount = isPart ? part : left;
  const error = amount === null ? `Write an amount such as ${decimal(left, digits)}.`
    : amount < 1 ? 'Write more than nothing.'
      : amount > left ? `At most ${minor(left, currency)} is left to give back.` : undefined;
  return (
    <Ask title={`Refund ${order.number}`} kind="bad" ready={error === undefined && sure}
      yes={error ? 'Refund' : `Refund ${minor(amount ?? 0, currency)}`} onClose={onClose}
      onYes={() => act(refund(order, isPart ? part : null, reason))}>
      <p class="figures">Taken {minor(order.captured_minor ?? 0, currency)}, given back{' '}
        {minor(order.refunded_minor ?? 0, currency)}.</p>
      <fieldset class="choices">
        <legend class="hidden-text">How much</legend>
        <label class="check">
          <input type="radio" name="much" checked={!isPart} onChange={() => setPart(false)} />
          <span class="figures">All that is left, {minor(left, currency)}</span>
        </label>
        <label class="check">
          <input type="radio" name="much" checked={isPart} onChange={() => setPart(true)} />
          A part
        </label>
      </fieldset>
      {isPart && (
        <Field label={`Amount in ${currency}`} error={error}>
          <input inputMode="decimal" value={text} aria-invalid={error !== undefined}
            onInput={(event) => {
              setText(event.currentTarget.value);
              setSure(false);
            }} />
        </Field>
      )}
      <Field label="Reason">
        <select value={reason}
          onChange={(event) => setReason(event.currentTarget.value as RefundReason)}>
          {Object.entries(REASONS).map(([name, label]) => (
            <option key={name} value={name}>{label}</option>
          ))}
        </select>
      </Field>
      <label class="check">
        <input type="checkbox" checked={sure} disabled={error !== undefined}
          onChange={(event) => setSure(event.currentTarget.checked)} />
        {error ? 'Yes, give it back' : `Yes, give back ${minor(amount ?? 0, currency)}`}
      </label>
      <Notice>A refund cannot be taken back.</Notice>
    </Ask>
  );
}
