// The dialog that settles a tray that is not the order: as it was seen, as ordered, or lines of a
// person's choice with their total.
import { useState } from 'preact/hooks';
import type { Order } from '../shared/api';
import { minor } from '../shared/money';
import { Button, Notice } from '../shared/ui';
import type { Act } from './act';
import { Reason, settling, type Settlement } from './actions';
import { Ask } from './ask';
import { differenceWords } from './board';
import type { MenuItem } from './staff_api';
import { linesWords } from './words';

const QUANTITY_MAX = 100;

interface Line {
  sku: string;
  name: string;
  price_minor: number;
  quantity: number;
}
type How = 'tray' | 'order' | 'lines';

// What the order has keeps its price; what is new costs what the menu says.
function priced(order: Order, menu: MenuItem[], sku: string, quantity: number): Line {
  const had = order.lines.find((line) => line.sku === sku);
  const sold = menu.find((item) => item.sku === sku);
  return {
    sku, quantity, name: had?.name ?? sold?.name ?? sku,
    price_minor: had?.price_minor ?? sold?.price_minor ?? 0,
  };
}

function seenLines(order: Order, menu: MenuItem[]): Line[] {
  const counts = new Map(order.lines.map(({ sku, quantity }) => [sku, quantity]));
  for (const { sku, count } of order.difference?.missing ?? []) {
    counts.set(sku, (counts.get(sku) ?? 0) - count);
  }
  for (const { sku, count } of order.difference?.extra ?? []) {
    counts.set(sku, (counts.get(sku) ?? 0) + count);
  }
  return [...counts].filter(([, count]) => count > 0)
    .map(([sku, count]) => priced(order, menu, sku, count));
}

function totalOf(lines: Line[]): number {
  return lines.reduce((sum, line) => sum + line.price_minor * line.quantity, 0);
}

export function Settling({ order, menu, act, onClose }: {
  order: Order; menu: MenuItem[]; act: Act; onClose(): void;
}) {
  const isSure = order.state === 'mismatch'; // an unsure tray is never taken as seen
  const seen = seenLines(order, menu);
  const [how, setHow] = useState<How>(isSure ? 'tray' : 'order');
  const [lines, setLines] = useState<Line[]>(isSure ? seen : priceAll(order, menu));
  const [reason, setReason] = useState('');
  const { currency } = order.total;
  const total = how === 'order' ? order.total.amount_minor
    : totalOf(how === 'tray' ? seen : lines);
  const settlement: Settlement = how === 'lines'
    ? { lines: lines.map(({ sku, quantity }) => ({ sku, quantity })) } : { accept: how };
  return (
    <Ask title={`Settle ${order.number}`} onClose={onClose}
      yes={total === 0 ? 'Settle at nothing' : `Settle at ${minor(total, currency)}`}
      onYes={() => act(settling(order, settlement, reason.trim()))}>
      {order.difference && <p>The tray differs: {differenceWords(order, menu)}.</p>}
      <fieldset class="choices">
        <legend class="hidden-text">What counts</legend>
        {isSure && (
          <HowChoice name="tray" how={how} setHow={setHow} label="The tray as it was seen"
            detail={`${linesWords(seen)}, ${minor(totalOf(seen), currency)}`} />
        )}
        <HowChoice name="order" how={how} setHow={setHow} label="The order as it is"
          detail={`${linesWords(order.lines)}, ${minor(order.total.amount_minor, currency)}`} />
        <HowChoice name="lines" how={how} setHow={setHow} label="What you say stands there" />
      </fieldset>
      {how === 'lines' && (
        <LinesEditor {...{ order, menu, lines, setLines, currency }} />
      )}
      {total > order.total.amount_minor && (
        <Notice>More than was ordered: the bank may be asked for a greater hold first.</Notice>
      )}
      {total === 0 && (
        <Notice tone="care" icon="alert">
          At nothing the order is cancelled, nothing is charged.
        </Notice>
      )}
      <Reason value={reason} onInput={setReason} />
    </Ask>
  );
}

function priceAll(order: Order, menu: MenuItem[]): Line[] {
  return order.lines.map(({ sku, quantity }) => priced(order, menu, sku, quantity));
}

function HowChoice({ name, how, setHow, label, detail }: {
  name: How; how: How; setHow(how: How): void; label: string; detail?: string;
}) {
  return (
    <label class="check">
      <input type="radio" name="how" checked={how === name} onChange={() => setHow(name)} />
      <span>{label}{detail && <><br /><small class="soft figures">{detail}</small></>}</span>
    </label>
  );
}

function LinesEditor({ order, menu, lines, setLines, currency }: {
  order: Order; menu: MenuItem[]; lines: Line[]; setLines(lines: Line[]): void; currency: string;
}) {
  const change = (sku: string, by: number) => setLines(lines
    .map((line) => (line.sku === sku ? { ...line, quantity: line.quantity + by } : line))
    .filter(({ quantity }) => quantity > 0));
  const absent = menu.filter(({ sku }) => !lines.some((line) => line.sku === sku));
  return (
    <div class="stack tight">
      <ul class="edit-lines figures">
        {lines.map((line) => (
          <li key={line.sku}>
            <Button icon="minus" aria-label={`One ${line.name} less`}
              onClick={() => change(line.sku, -1)} />
            <span class="quantity" aria-live="polite">{line.quantity}</span>
            <Button icon="plus" aria-label={`One ${line.name} more`}
              disabled={line.quantity >= QUANTITY_MAX} onClick={() => change(line.sku, 1)} />
            <span class="grow">{line.name}</span>
            <span>{minor(line.price_minor * line.quantity, currency)}</span>
          </li>
        ))}
      </ul>
      <select class="menu-choice" aria-label="Add an item of the menu" value=""
        onChange={(event) => {
          const sku = event.currentTarget.value;
          if (sku) setLines([...lines, priced(order, menu, sku, 1)]);
          event.currentTarget.value = '';
        }}>
        <option value="">Add an item…</option>
        {absent.map(({ sku, name, price_minor }) => (
          <option key={sku} value={sku}>{name}, {minor(price_minor, currency)}</option>
        ))}
      </select>
    </div>
  );
}
