// An order's tray, with the menu's names for what the camera saw.
import { useMemo } from 'preact/hooks';
import type { Order, Schemas } from '../shared/api';
import { useLoad, type Loaded } from './load';
import { withNames, type Menu, type Tray } from './staff_api';
import { api } from './state';

export function useTray(order: Order, again: unknown, menu: Menu | undefined): Loaded<Tray> {
  const seen = useLoad<Schemas['Tray']>(`tray:${order.id}`,
    () => api.GET('/v1/orders/{id}/tray', { params: { path: { id: order.id } } }), again);
  const data = useMemo(() => seen.data && withNames(seen.data, menu?.items ?? []),
    [seen.data, menu]);
  return { ...seen, data, put: seen.put };
}
