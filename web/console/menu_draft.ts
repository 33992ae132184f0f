// The menu as it is being edited: texts over the menu that the server has, so that what somebody
// else saved meanwhile is not lost. Kept by the browser until it is saved. Pure but for that.
import { decimal, parseDecimal } from './exact';
import type { Menu, MenuEdit, MenuItem } from './staff_api';

export const TAX_DIGITS = 2; // percent with two decimals are basis points
const TAX_BP_MAX = 10_000;
const PRICE_MINOR_MAX = 99_999_999;
const LEFT_MAX = 1_000_000;
const NAME_MAX = 100;
const SKU = /^[A-Za-z0-9_-]{1,64}$/;

export interface Row {
  sku: string;
  name: string;
  price: string; // major units
  tax: string; // percent
  available: boolean;
  left: string; // empty: nobody counts
}
export interface Draft {
  edits: Record<string, Partial<Row>>; // by SKU, of items that the menu has
  added: Row[];
}
export type Errors = Partial<Record<keyof Row, string>>;

export const EMPTY: Draft = { edits: {}, added: [] };

export function rowOf(item: MenuItem, digits: number): Row {
  return {
    sku: item.sku,
    name: item.name,
    price: decimal(item.price_minor, digits),
    tax: decimal(item.tax_bp, TAX_DIGITS),
    available: item.available ?? true,
    left: item.left === undefined ? '' : String(item.left),
  };
}

// Leaves out what says the same as the menu.
export function edited(draft: Draft, base: Row, change: Partial<Row>): Draft {
  const all = { ...draft.edits[base.sku], ...change };
  const differs = Object.entries(all).filter(([name, value]) => base[name as keyof Row] !== value);
  const edits = { ...draft.edits };
  if (differs.length > 0) edits[base.sku] = Object.fromEntries(differs) as Partial<Row>;
  else delete edits[base.sku];
  return { ...draft, edits };
}

export function errorsOf(row: Row, digits: number, others: string[]): Errors {
  const errors: Errors = {};
  if (!SKU.test(row.sku)) errors.sku = 'Letters, digits, _ and -, at most 64.';
  else if (others.includes(row.sku)) errors.sku = 'The menu has this SKU already.';
  if (!row.name.trim()) errors.name = 'Write a name.';
  else if (row.name.length > NAME_MAX) errors.name = `At most ${NAME_MAX} letters.`;
  const price = parseDecimal(row.price, digits);
  if (price === null || price > PRICE_MINOR_MAX) errors.price = `Such as ${decimal(450, digits)}.`;
  const tax = parseDecimal(row.tax, TAX_DIGITS);
  if (tax === null || tax > TAX_BP_MAX) errors.tax = '0 to 100, such as 7 or 5.5.';
  const left = row.left.trim();
  if (left && !/^\d{1,7}$/.test(left)) errors.left = 'A whole number, or nothing.';
  else if (Number(left) > LEFT_MAX) errors.left = `At most ${LEFT_MAX}.`;
  return errors;
}

export function editOf(rows: Row[], digits: number): MenuEdit {
  return {
    items: rows.map((row) => ({
      sku: row.sku,
      name: row.name.trim(),
      price_minor: parseDecimal(row.price, digits) ?? 0,
      tax_bp: parseDecimal(row.tax, TAX_DIGITS) ?? 0,
      available: row.available,
    })),
  };
}

// What somebody else saved, as sentences.
export function menuChanges(before: Menu, after: Menu): string[] {
  const had = new Map(before.items.map((item) => [item.sku, item]));
  const said: string[] = [];
  for (const item of after.items) {
    const was = had.get(item.sku);
    had.delete(item.sku);
    if (!was) said.push(`${item.name} is new.`);
    else if (was.price_minor !== item.price_minor) said.push(`${item.name} has another price.`);
    else if (was.name !== item.name) said.push(`${was.name} is called ${item.name}.`);
    else if (was.tax_bp !== item.tax_bp) said.push(`${item.name} has another tax rate.`);
    else if ((was.available ?? true) !== (item.available ?? true)) {
      said.push(`${item.name} is ${item.available ? 'available again' : 'not available'}.`);
    }
  }
  for (const gone of had.values()) said.push(`${gone.name} is gone.`);
  return said;
}

export function keptDraft(site: string): Draft {
  return JSON.parse(sessionStorage.getItem(`menu-draft:${site}`) ?? 'null') ?? EMPTY;
}
export function keepDraft(site: string, draft: Draft): void {
  sessionStorage.setItem(`menu-draft:${site}`, JSON.stringify(draft));
}
