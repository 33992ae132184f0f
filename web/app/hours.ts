// A site's opening hours in words. Pure but for the browser's language.
import { clockTime } from '../shared/time';
import type { Site } from './store';

interface Hours {
  time_zone?: string;
  openings?: { day: string; open: string; close: string }[];
  closed?: string[];
}
const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const NAMES = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

type Hourly = Pick<Site, 'open' | 'opens_at' | 'hours'>;

// "Open until 14:00", "Closed, opens 08:00", "Closed, opens Mon 08:00".
export function openWords(of: Hourly, now: number): string {
  if (of.open !== false) return 'Open now';
  if (!of.opens_at) return 'Closed';
  const at = new Date(of.opens_at);
  const soon = at.getTime() - now < 24 * 3600_000 && at.getDate() === new Date(now).getDate();
  const day = soon ? '' : at.toLocaleDateString([], { weekday: 'short' }) + ' ';
  return `Closed, opens ${day}${clockTime(of.opens_at)}`;
}

// ["Mon–Fri", "08:00–14:00"], days with the same hours together; empty: always open.
export function weekOf(of: Hourly): [string, string][] {
  const openings = (of.hours as Hours | undefined)?.openings ?? [];
  if (openings.length === 0) return [];
  const perDay = DAYS.map((day) => openings.filter((it) => it.day === day)
    .map((it) => `${it.open}–${it.close}`).join(', ') || 'closed');
  const rows: [string, string][] = [];
  for (let first = 0; first < 7;) {
    let last = first;
    while (last < 6 && perDay[last + 1] === perDay[first]) last += 1;
    const days = first === last ? NAMES[first] : `${NAMES[first]}–${NAMES[last]}`;
    rows.push([days!, perDay[first]!]);
    first = last + 1;
  }
  return rows;
}
export function closedDays(of: Hourly, today: string): string[] {
  return ((of.hours as Hours | undefined)?.closed ?? []).filter((day) => day >= today).slice(0, 5);
}
