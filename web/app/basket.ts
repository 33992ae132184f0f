// What a person has chosen, per site, and the site itself: kept in the browser.
import { computed, signal } from '@preact/signals';
import { ask, api, keep, kept, type Menu, type Site } from './store';

export const QUANTITY_MOST = 20; // of one item; more is for staff
const CHOSEN = 'trayline.app.chosen';
const SITE = 'trayline.app.site';

export type Counts = Record<string, number>;
const all = signal<Record<string, Counts>>(kept(CHOSEN) ?? {});
export const site = signal<string | null>(kept(SITE) ?? null);
export const sites = signal<Site[] | null>(null);
export const menu = signal<Menu | null>(null);

export const chosen = computed<Counts>(() => all.value[site.value ?? ''] ?? {});
export const count = computed(() => Object.values(chosen.value).reduce((sum, n) => sum + n, 0));
// As the menu has it now; the store says the truth when the order is placed.
export const total = computed(() =>
  (menu.value?.items ?? []).reduce(
    (sum, item) => sum + item.price_minor * (chosen.value[item.sku] ?? 0), 0));
export const lines = computed(() =>
  Object.entries(chosen.value).map(([sku, quantity]) => ({ sku, quantity })));

export function choose(sku: string, quantity: number): void {
  const { [sku]: _, ...others } = chosen.value;
  const next = quantity > 0 ? { ...chosen.value, [sku]: quantity } : others;
  all.value = { ...all.value, [site.value ?? '']: next };
  keep(CHOSEN, all.value);
}
// Only what the site sells now is kept, once the menu is there.
export function chooseAgain(of: string, again: { sku: string; quantity: number }[]): void {
  goTo(of);
  all.value = { ...all.value, [of]: Object.fromEntries(again.map((it) => [it.sku, it.quantity])) };
  keep(CHOSEN, all.value);
}
export function empty(): void {
  all.value = { ...all.value, [site.value ?? '']: {} };
  keep(CHOSEN, all.value);
}

export function goTo(id: string): void {
  if (site.value === id) return;
  site.value = id;
  menu.value = null;
  keep(SITE, id);
  void loadMenu();
}

// Both answer what went wrong, if anything did; what is shown stays.
export async function loadSites() {
  const { data, problem } = await ask(api.GET('/v1/sites'));
  if (data) {
    sites.value = data.data;
    if (!data.data.some((it) => it.site === site.value)) site.value = data.data[0]?.site ?? null;
  }
  return problem;
}
export async function loadMenu() {
  if (!sites.value) {
    const problem = await loadSites();
    if (problem) return problem;
  }
  const of = site.value;
  if (!of) return undefined;
  const { data, problem } = await ask(api.GET('/v1/menu', { params: { query: { site: of } } }));
  if (data && of === site.value) {
    menu.value = data;
    dropUnknown(data);
  }
  return problem;
}

// An item that the menu has no more cannot be ordered.
function dropUnknown(now: Menu): void {
  const known = new Map(now.items.map((item) => [item.sku, item.left ?? QUANTITY_MOST]));
  for (const [sku, quantity] of Object.entries(chosen.value)) {
    const most = known.get(sku) ?? 0;
    if (quantity > most) choose(sku, most);
  }
}
