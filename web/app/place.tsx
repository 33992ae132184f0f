// The chosen basket, how it is paid, and placing the order: once, whatever the network does.
import { useEffect, useState } from 'preact/hooks';
import type { Order, Problem, Schemas } from '../shared/api';
import { minor } from '../shared/money';
import { at } from '../shared/route';
import { Button, Notice } from '../shared/ui';
import { choose, chosen, count, lines, loadMenu, menu, QUANTITY_MOST, total } from './basket';
import { AddCard, cards, CardName, loadCards } from './cards';
import { openWords } from './hours';
import { Rows, Stepper, Sum, Trouble, View, Waits } from './parts';
import { SignBelow } from './sign';
import { signedIn } from './store';
import { lineErrors } from './words';
import type { Wish } from './wish';

export type PlaceOrder = Schemas['PlaceOrder'];
type Means = Order['payment'];

// wish is the app's, so that it goes on wherever a person looks meanwhile.
export function PlaceView({ wish }: { wish: Wish<PlaceOrder> }) {
  const [problem, setProblem] = useState<Problem>();
  const [means, setMeans] = useState<Means>('card');
  const load = async () => setProblem(await loadMenu());
  useEffect(() => void load(), []);
  const now = menu.value;
  if (wish.busy) return <Placing wish={wish} />;
  if (!now) {
    return (
      <View title="Your order" back={at()}>
        <Trouble problem={problem} again={load} />
        {!problem && <Rows count={3} of="Your order" />}
      </View>
    );
  }
  if (count.value === 0) {
    return (
      <View title="Your order" back={at()}>
        <p class="nothing">You have chosen nothing yet.</p>
        <a class="button" data-kind="main" href={at()}>To the menu</a>
      </View>
    );
  }
  const closed = now.open === false;
  return (
    <View title="Your order" back={at()}>
      <Chosen problem={wish.problem} clear={wish.clear} />
      {closed && <Notice tone="care" icon="clock">{openWords(now, Date.now())}.</Notice>}
      <Trouble problem={wish.problem} />
      {signedIn.value
        ? <Pay means={means} setMeans={setMeans} closed={closed} send={() => wish.send({
          site: now.site, currency: now.currency, lines: lines.value, payment: means,
        })} />
        : <SignBelow why="Your order needs an account, so that it is found again and paid once." />}
    </View>
  );
}

function Placing({ wish }: { wish: Wish<PlaceOrder> }) {
  return (
    <View title="Your order">
      <div class="stack">
        <Waits>Your order is being sent to the store.</Waits>
        {wish.waiting && (
          <Notice tone="care" icon="offline">
            There was no answer yet. It is sent again until there is one, and ordered only once.
            You can close the app.
          </Notice>
        )}
      </div>
    </View>
  );
}

function Chosen({ problem, clear }: { problem: Problem | undefined; clear(): void }) {
  const now = menu.value!;
  const wrong = lineErrors(problem);
  return (
    <section class="card">
      <ul class="chosen">
        {lines.value.map(({ sku }, line) => {
          const item = now.items.find((it) => it.sku === sku);
          return (
            <li key={sku}>
              <div>
                <strong>{item?.name ?? sku}</strong>
                {item && <p class="soft figures">{minor(item.price_minor, now.currency)}</p>}
                {wrong.has(line) && <p class="error" role="alert">{wrong.get(line)}</p>}
              </div>
              <Stepper name={item?.name ?? sku} value={chosen.value[sku] ?? 0}
                most={Math.min(item?.left ?? QUANTITY_MOST, QUANTITY_MOST)}
                set={(value) => {
                  clear();
                  choose(sku, value);
                }} />
            </li>
          );
        })}
      </ul>
      <Sum label="Total, tax included" amount={total.value} currency={now.currency} strong />
    </section>
  );
}

function Pay({ means, setMeans, closed, send }: {
  means: Means;
  setMeans(means: Means): void;
  closed: boolean;
  send(): void;
}) {
  const [problem, setProblem] = useState<Problem>();
  const load = async () => setProblem(await loadCards());
  useEffect(() => void load(), []);
  const mine = cards.value;
  const card = mine?.find((it) => it.default) ?? mine?.[0];
  const needsCard = means === 'card' && !card;
  return (
    <>
      <fieldset class="choices">
        <legend>How do you pay?</legend>
        <label>
          <input type="radio" name="means" checked={means === 'card'}
            onChange={() => setMeans('card')} />
          <span>
            <strong>By card</strong>
            <small class="soft">
              {card ? <CardName of={card} /> : 'Held now, taken when your tray is right'}
            </small>
          </span>
          {card && <a href={at('cards')}>Change</a>}
        </label>
        <label>
          <input type="radio" name="means" checked={means === 'counter'}
            onChange={() => setMeans('counter')} />
          <span>
            <strong>At the counter</strong>
            <small class="soft">Cash, or a card that is not saved here</small>
          </span>
        </label>
      </fieldset>
      <Trouble problem={problem} again={load} />
      {means === 'card' && !mine && !problem && <Waits>Your cards are being looked up.</Waits>}
      {needsCard && mine && <AddCard />}
      {!(needsCard && mine) && (
        <Button kind="main" class="button wide" disabled={closed || needsCard} onClick={send}>
          {means === 'card' ? 'Order and hold the amount' : 'Order'}
        </Button>
      )}
    </>
  );
}
