// Saved cards, and the payment provider's own element for a new one: a card's number never passes
// through this page.
import { signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { idempotencyKey, type Problem } from '../shared/api';
import { Icon } from '../shared/icons';
import { type Elements, provider, type Provider } from '../shared/provider';
import { at } from '../shared/route';
import { Badge, Button, Notice } from '../shared/ui';
import { Rows, Trouble, View, Waits } from './parts';
import { api, ask, type Card, onSignOut, store } from './store';

export const cards = signal<Card[] | null>(null);
onSignOut(() => (cards.value = null));

export async function loadCards(): Promise<Problem | undefined> {
  const { data, problem } = await ask(api.GET('/v1/cards'));
  if (data) cards.value = data.data;
  return problem;
}

export function CardName({ of }: { of: Card }) {
  const brand = of.brand.charAt(0).toUpperCase() + of.brand.slice(1);
  return (
    <span class="figures">
      {brand}<span class="hidden-text"> ending in</span><span aria-hidden="true"> ····</span>{' '}
      {of.last4}
    </span>
  );
}

export function CardsView() {
  const [problem, setProblem] = useState<Problem>();
  const [adding, setAdding] = useState(false);
  const load = async () => setProblem(await loadCards());
  useEffect(() => void load(), []);
  const mine = cards.value;
  return (
    <View title="Cards" back={at('account')}>
      <Trouble problem={problem} again={load} />
      {mine ? <CardList of={mine} manage /> : !problem && <Rows count={2} of="Your cards" />}
      {mine?.length === 0 && !adding && <p class="nothing">No card is saved yet.</p>}
      {adding
        ? <AddCard done={() => setAdding(false)} cancel={() => setAdding(false)} />
        : <Button icon="plus" onClick={() => setAdding(true)}>Add a card</Button>}
    </View>
  );
}

// The card that pays is the default one; choosing another makes it so.
export function CardList({ of, manage }: { of: Card[]; manage?: boolean }) {
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const [leaving, setLeaving] = useState<string>();
  const change = async (act: Promise<{ problem?: Problem }>) => {
    setBusy(true);
    setProblem((await act).problem ?? (await loadCards()));
    setBusy(false);
    setLeaving(undefined);
  };
  const path = (id: string) => ({ params: { path: { id } } });
  if (of.length === 0) return null;
  return (
    <>
      <Trouble problem={problem} />
      <fieldset class="choices" disabled={busy}>
        <legend class={manage ? 'hidden-text' : undefined}>Pay with</legend>
        {of.map((card) => (
          <label key={card.id}>
            <input type="radio" name="card" checked={card.default}
              onChange={() => change(ask(api.POST('/v1/cards/{id}/default', path(card.id))))} />
            <span>
              <CardName of={card} />
              <small class="soft figures">
                until {String(card.exp_month).padStart(2, '0')}/{card.exp_year % 100}
              </small>
            </span>
            {card.default && <Badge tone="good">Pays</Badge>}
            {manage && (
              <Button kind="plain" onClick={() => (leaving === card.id
                ? change(ask(api.DELETE('/v1/cards/{id}', path(card.id))))
                : setLeaving(card.id))}>
                {leaving === card.id ? 'Really?' : 'Remove'}
              </Button>
            )}
          </label>
        ))}
      </fieldset>
    </>
  );
}

const LOOK_FOR_CARD_MS = 1000;
const LOOKS_MOST = 30;

type Step =
  | { is: 'loading' }
  | { is: 'ready' }
  | { is: 'saving' }
  | { is: 'broken'; words: string };
const NO_SCRIPT =
  'The form of the payment provider could not be loaded. Check the connection, or a blocker in '
  + 'your browser, and try again. You can also pay at the counter.';

export function AddCard({ done, cancel }: { done?(): void; cancel?(): void }) {
  const place = useRef<HTMLDivElement>(null);
  const key = useRef(idempotencyKey()); // of this card; a repeat gets the same form
  const form = useRef<{ provider: Provider; elements: Elements } | null>(null);
  const [step, setStep] = useState<Step>({ is: 'loading' });
  const [refused, setRefused] = useState('');
  const [tries, setTries] = useState(0);
  useEffect(() => {
    let over = false;
    const told = (next: Step) => !over && setStep(next);
    told({ is: 'loading' });
    const mounting = mountElement(place.current!, key.current, told, () => over).then((made) => {
      form.current = made?.form ?? null;
      return made;
    });
    return () => {
      over = true;
      void mounting.then((made) => made?.destroy());
    };
  }, [tries]);
  const save = async () => {
    if (!form.current) return;
    setStep({ is: 'saving' });
    setRefused('');
    const before = new Set(cards.value?.map((card) => card.id));
    const { elements, provider: of } = form.current;
    const { error } = await of
      .confirmSetup({ elements, redirect: 'if_required',
        confirmParams: { return_url: location.href } })
      .catch(() => ({ error: { message: '' } }));
    if (error) {
      setRefused(error.message || 'The card could not be saved. Try again.');
      return setStep({ is: 'ready' });
    }
    key.current = idempotencyKey();
    if (await cardCame(before)) return done?.();
    setStep({ is: 'broken', words: 'The card is saved, but the store has not heard of it yet. '
      + 'Look again in a moment.' });
  };
  return (
    <section class="card stack">
      <h2 class="with-icon"><Icon name="card" /> Add a card</h2>
      <div class="element" ref={place} hidden={step.is === 'broken'} />
      {step.is === 'loading' && <Waits>The payment provider's form is being loaded.</Waits>}
      {step.is === 'saving' && <Waits>Your card is being saved.</Waits>}
      {refused && <Notice tone="bad" icon="alert">{refused}</Notice>}
      {step.is === 'broken' && (
        <Notice tone="bad" icon="alert">
          <p>{step.words}</p>
          <Button kind="plain" icon="refresh" onClick={() => setTries(tries + 1)}>Try again</Button>
        </Notice>
      )}
      <div class="row">
        <Button kind="main" disabled={step.is !== 'ready'} onClick={save}>Save card</Button>
        {cancel && <Button kind="plain" onClick={cancel}>Not now</Button>}
      </div>
      <p class="soft small">
        The number goes to the payment provider alone. Nothing is charged by saving a card.
      </p>
    </section>
  );
}

async function mountElement(
  node: HTMLElement, key: string, told: (step: Step) => void, over: () => boolean,
) {
  const headers = { 'Idempotency-Key': key };
  const { data, problem } = await ask(api.POST('/v1/cards', { headers }));
  if (!data) {
    told({ is: 'broken', words: problem?.detail ?? NO_SCRIPT });
    return null;
  }
  try {
    const of = await provider(store.value?.provider_script ?? '', data.publishable_key);
    if (over()) return null;
    const dark = matchMedia('(prefers-color-scheme: dark)').matches;
    const elements = of.elements({
      clientSecret: data.client_secret, appearance: { theme: dark ? 'night' : 'stripe' },
    });
    const element = elements.create('payment');
    element.on('ready', () => told({ is: 'ready' }));
    element.on('loaderror', () => told({ is: 'broken', words: NO_SCRIPT }));
    element.mount(node);
    return { form: { provider: of, elements }, destroy: () => element.destroy() };
  } catch {
    told({ is: 'broken', words: NO_SCRIPT });
    return null;
  }
}

// The provider tells the store of a card by an event, so that it comes a little later. The newest
// card is the one that pays.
async function cardCame(before: Set<string>): Promise<boolean> {
  for (let look = 0; look < LOOKS_MOST; ++look) {
    await loadCards();
    const fresh = cards.value?.find((card) => !before.has(card.id));
    if (fresh) {
      if (!fresh.default) {
        await ask(api.POST('/v1/cards/{id}/default', { params: { path: { id: fresh.id } } }));
        await loadCards();
      }
      return true;
    }
    await new Promise((again) => setTimeout(again, LOOK_FOR_CARD_MS));
  }
  return false;
}
