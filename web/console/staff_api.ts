// The staff's part of the API that /openapi.json does not describe yet, typed by hand in this one
// place: when the server describes a route, delete it here and nothing else changes.
import type { Client } from 'openapi-fetch';
import type { Order, Problem, Schemas } from '../shared/api';
import { makeApi } from '../shared/api';
import type { paths } from '../shared/openapi';
import type { Session } from '../shared/session';

export type Screen = Schemas['Screen'];
export type OrderStep = Schemas['OrderStep'];
export type Refund = Schemas['Refund'];
export type Payment = Schemas['Payment'];
export type Site = Schemas['Site'];
export type OrderLine = Schemas['OrderLine'];

export interface Box { // pixels of the picture
  x: number;
  y: number;
  width: number;
  height: number;
}
export interface RunnerUp {
  sku: string;
  name: string;
  score: number; // 0..1
}
export interface SeenItem {
  sku: string; // or UNKNOWN
  name: string;
  count: number;
  score: number; // 0..1
  margin: number; // how much farther the next item is; 1 is a tie
  box: Box | null;
  runners_up: RunnerUp[];
}
export interface Tray {
  prediction: string;
  core: string;
  station: string;
  received_at: string;
  verdict: 'confident' | 'review' | 'unknown';
  image: string; // SHA-256, hex: GET /evidence/{hash}
  reference: string; // of the empty tray; may be empty
  model: string;
  gallery: string;
  menu_version: string;
  station_version: string;
  items: SeenItem[];
  picture_width?: number;
  picture_height?: number;
}
export interface LedgerRow {
  at: string;
  account: string;
  amount_minor: number;
  currency: string;
  kind: string;
  reference: string;
}
export interface News {
  status: string;
  at: string;
  delivered_at: string | null;
}
export interface Shown {
  core: string;
  screen: string;
  status: string;
  version: number;
  painted_at: string | null;
}
export interface Replayed {
  same: boolean;
  verdict: string;
  items: { sku: string; name?: string; count: number; score?: number }[];
}
export type MenuItem = Schemas['MenuItem'] & { available?: boolean };
export type Menu = Omit<Schemas['Menu'], 'items'> & { items: MenuItem[] };
export interface MenuEdit {
  items: Required<Pick<MenuItem, 'sku' | 'name' | 'price_minor' | 'tax_bp' | 'available'>>[];
}
export interface Enrolled {
  sku: string;
  references: number;
  confusions: { sku: string; score: number }[];
}

export const UNKNOWN = 'unknown';

interface Answers<T> {
  200: { headers: Record<string, unknown>; content: { 'application/json': T } };
  400: { headers: Record<string, unknown>; content: { 'application/problem+json': Problem } };
}
interface Nothing { query?: never; header?: never; path?: never; cookie?: never }
interface Route<T, P> { parameters: Omit<Nothing, keyof P> & P; responses: Answers<T> }
interface Get<T, P = object> { get: Route<T, P>; parameters: Nothing }
interface Post<T, P, B> {
  post: Route<T, P> & { requestBody: { content: { 'application/json': B } } };
  parameters: Nothing;
}
interface Put<T, P, B> {
  put: Route<T, P> & { requestBody: { content: { 'application/json': B } } };
  parameters: Nothing;
}
interface OfOrder { path: { id: string } }
interface Wished { header: { 'Idempotency-Key': string } }

interface StaffPaths {
  '/v1/staff/board': Get<{ data: Order[] }, { query: { site: string } }>;
  '/v1/screens': Get<{ data: Screen[] }>;
  '/v1/orders/{id}/tray': Get<Tray, OfOrder>;
  '/v1/orders/{id}/ledger': Get<{ data: LedgerRow[] }, OfOrder>;
  '/v1/orders/{id}/news': Get<{ data: News[] }, OfOrder>;
  '/v1/orders/{id}/shown': Get<{ data: Shown[] }, OfOrder>;
  '/v1/orders/{id}/replay': Post<Replayed, OfOrder, object>;
  '/v1/orders/{id}/name-items': Post<
    Order,
    OfOrder & { header: { 'Idempotency-Key': string; 'If-Match': string } },
    { prediction: string; items: { at: number; sku: string }[] }
  >;
  '/v1/sites/{site}/menu': Put<
    Menu, { path: { site: string }; header: { 'If-Match': string } }, MenuEdit
  >;
  '/v1/staff/enrolments': Post<Enrolled, Wished, { sku: string; pictures: string[] }>;
}
export const BOARD_EVENTS = '/v1/staff/board/events';

export type StaffApi = Client<paths & StaffPaths>;

export function makeStaffApi(session: Session): StaffApi {
  return makeApi(session) as unknown as StaffApi; // the same client, told of more routes
}
