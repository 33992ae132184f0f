// What of the API the console uses, under its names, and names for what the camera saw.
import type { Schemas } from '../shared/api';

export type Screen = Schemas['Screen'];
export type OrderStep = Schemas['OrderStep'];
export type Refund = Schemas['Refund'];
export type Payment = Schemas['Payment'];
export type Site = Schemas['Site'];

export type LedgerRow = Schemas['LedgerEntry'];
export type News = Schemas['News'];
// A tray as the camera saw it, with the names that the menu has for its SKUs.
export type RunnerUp = Schemas['RunnerUp'] & { name: string };
export type SeenItem = Omit<Schemas['SeenItem'], 'runners_up'> & {
  name: string;
  runners_up: RunnerUp[];
};
export type Tray = Omit<Schemas['Tray'], 'items'> & { items: SeenItem[] };

export function withNames(tray: Schemas['Tray'], menu: MenuItem[]): Tray {
  const names = new Map(menu.map(({ sku, name }) => [sku, name]));
  const named = <T extends { sku: string }>(one: T) => ({
    ...one, name: names.get(one.sku) ?? one.sku,
  });
  return {
    ...tray,
    items: tray.items.map((item) => ({
      ...named(item),
      runners_up: item.runners_up.filter(({ sku }) => sku !== item.sku).map(named),
    })),
  };
}

export type Shown = Schemas['PaintedState'];
export type MenuItem = Schemas['MenuItem'];
export type Menu = Schemas['Menu'];
export const UNKNOWN = 'unknown';

export const BOARD_EVENTS = '/v1/staff/board/events';
