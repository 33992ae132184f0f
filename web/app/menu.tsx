// The menu of a site: what there is, how much is left, and the basket's bar.
import { useEffect, useState } from 'preact/hooks';
import type { Problem } from '../shared/api';
import { Icon } from '../shared/icons';
import { minor } from '../shared/money';
import { at } from '../shared/route';
import { Badge } from '../shared/ui';
import {
  choose, chosen, count, goTo, loadMenu, menu, QUANTITY_MOST, site, sites, total,
} from './basket';
import { closedDays, openWords, weekOf } from './hours';
import { Rows, Stepper, Trouble, View } from './parts';
import { usePoll } from './poll';
import type { Menu, Site } from './store';

const LOOK_AGAIN_MS = 30_000;
const FEW = 5;

export function MenuView() {
  const [problem, setProblem] = useState<Problem>();
  const load = async () => setProblem(await loadMenu());
  useEffect(() => void load(), []);
  usePoll(problem ? 3000 : LOOK_AGAIN_MS, load);
  const now = menu.value;
  return (
    <View title={now?.name ?? 'Menu'} wide>
      <Sites />
      {now ? <Hours of={now} /> : !problem && <div class="blank-line" />}
      <Trouble problem={problem} again={load} />
      {now ? <Items of={now} /> : !problem && <Rows count={6} of="The menu" />}
      <BasketBar />
    </View>
  );
}

function Sites() {
  const all = sites.value;
  if (!all || all.length < 2) return null;
  return (
    <label class="sites">
      <span class="hidden-text">Where</span>
      <select value={site.value ?? ''} onChange={(e) => goTo(e.currentTarget.value)}>
        {all.map((it: Site) => <option key={it.site} value={it.site}>{it.name}</option>)}
      </select>
    </label>
  );
}

function Hours({ of }: { of: Menu }) {
  const week = weekOf(of);
  const tone = of.open === false ? 'care' : 'good';
  const words = <Badge tone={tone}>{openWords(of, Date.now())}</Badge>;
  if (week.length === 0) return <p class="hours">{words}</p>;
  const closed = closedDays(of, new Date().toISOString().slice(0, 10));
  return (
    <details class="hours">
      <summary>{words} <span class="soft">Opening hours</span></summary>
      <dl>
        {week.map(([days, hours]) => (
          <div key={days}><dt>{days}</dt><dd class="figures">{hours}</dd></div>
        ))}
        {closed.length > 0 && <div><dt>Closed on</dt><dd>{closed.join(', ')}</dd></div>}
      </dl>
    </details>
  );
}

function Items({ of }: { of: Menu }) {
  if (of.items.length === 0) return <p class="nothing">There is nothing on the menu now.</p>;
  return (
    <ul class="items">
      {of.items.map((item) => <Item key={item.sku} of={item} currency={of.currency} />)}
    </ul>
  );
}

function Item({ of, currency }: { of: Menu['items'][number]; currency: string }) {
  const quantity = chosen.value[of.sku] ?? 0;
  const gone = of.left === 0;
  return (
    <li class="item" data-chosen={quantity > 0 ? '' : undefined} data-gone={gone ? '' : undefined}>
      <span class="item-mark" aria-hidden="true">{of.name.charAt(0)}</span>
      <div>
        <h2>{of.name}</h2>
        <p class="figures">
          {minor(of.price_minor, currency)}
          {gone && <Badge tone="quiet">Sold out</Badge>}
          {of.left !== undefined && !gone && of.left <= FEW && (
            <Badge tone="care">{of.left} left</Badge>
          )}
        </p>
      </div>
      <Stepper name={of.name} value={quantity}
        most={Math.min(of.left ?? QUANTITY_MOST, QUANTITY_MOST)}
        set={(value) => choose(of.sku, value)} />
    </li>
  );
}

function BasketBar() {
  if (count.value === 0 || !menu.value) return null;
  return (
    <a class="bar" href={at('basket')}>
      <Icon name="bag" />
      <span class="figures">{count.value} {count.value === 1 ? 'item' : 'items'}</span>
      <strong class="figures">{minor(total.value, menu.value.currency)}</strong>
      <span class="bar-go">Review order <Icon name="next" /></span>
    </a>
  );
}
