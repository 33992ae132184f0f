// The queue board: all screens of a core at once, by the numbers that people call their orders by.
// What is between a customer and their bank is not on it.
import { Icon, type IconName } from '../shared/icons';
import { clockTime } from '../shared/time';
import { isStale, type Known } from './state';
import { SAY, span } from './words';

const PAID_STAYS_MS = 5 * 60_000;
const NUMBERS_MAX = 6; // of one column
const KEY = 'trayline.board.paid';

interface Paid {
  order: string;
  number: string;
  at: number;
}
interface Entry {
  id: string;
  text: string;
  age: string;
  isName?: boolean; // of a place, where there is no number
}

// Numbers stay for some minutes after they were paid, whatever their screen shows by then.
export class PaidNumbers {
  private list: Paid[] = [];

  constructor() {
    try {
      this.list = JSON.parse(localStorage.getItem(KEY) ?? '[]') as Paid[];
    } catch {
      localStorage.removeItem(KEY);
    }
  }

  take(known: Iterable<Known>, now: number): void {
    for (const { state, ahead_ms } of known) {
      const { order, number, status } = state;
      if (!order || !number) continue;
      const had = this.list.find((paid) => paid.order === order);
      this.list = this.list.filter((paid) => paid.order !== order);
      const at = had?.at ?? Math.min(now, state.since_ms - ahead_ms);
      if (status === 'paid') this.list.push({ order, number, at });
    }
    this.list = this.list.filter((paid) => now - paid.at < PAID_STAYS_MS);
    try {
      localStorage.setItem(KEY, JSON.stringify(this.list));
    } catch {
      // No room, or none allowed: then a reload forgets them.
    }
  }

  entries(now: number): Entry[] {
    return this.list
      .filter((paid) => now - paid.at < PAID_STAYS_MS)
      .sort((a, b) => b.at - a.at)
      .map(({ order, number, at }) => ({ id: order, text: number, age: ageText(now - at) }));
  }
}

function ageText(ms: number): string {
  return ms < 60_000 ? SAY.now : span(ms);
}

// The longest waiting first.
function waiting(known: Known[], statuses: string[], now: number): Entry[] {
  return known
    .filter(({ state }) => statuses.includes(state.status))
    .sort((a, b) => a.state.since_ms - b.state.since_ms)
    .map((one) => ({
      id: one.state.screen,
      text: one.state.number || one.state.station || one.state.screen,
      isName: !one.state.number,
      age: isStale(one, now) ? SAY.noNews : ageText(now + one.ahead_ms - one.state.since_ms),
    }));
}

interface ColumnProps {
  title: string;
  tone: string;
  icon: IconName;
  entries: Entry[];
}
function Column({ title, tone, icon, entries }: ColumnProps) {
  const room = entries.length > NUMBERS_MAX ? NUMBERS_MAX - 1 : NUMBERS_MAX;
  const more = Math.max(0, entries.length - room);
  return (
    <section class="column" data-tone={tone}>
      <h2><Icon name={icon} /> <span>{title}</span></h2>
      {entries.length === 0 && <p class="none">{SAY.none}</p>}
      <ul>
        {entries.slice(0, room).map(({ id, text, age, isName }) => (
          <li key={id} data-name={isName}>
            <strong>{text}</strong>
            <span class="figures">{age}</span>
          </li>
        ))}
        {more > 0 && <li class="more">{SAY.more(more)}</li>}
      </ul>
    </section>
  );
}

interface BoardProps {
  known: Known[];
  paid: Entry[];
  now: number;
}
export function Board({ known, paid, now }: BoardProps) {
  return (
    <main class="board">
      <header>
        <h1>{SAY.board}</h1>
        <p class="clock figures">{clockTime(now)}</p>
      </header>
      <Column title={SAY.looking} tone="calm" icon="eye"
        entries={waiting(known, ['checking'], now)} />
      <Column title={SAY.help} tone="care" icon="person"
        entries={waiting(known, ['mismatch', 'review'], now)} />
      <Column title={SAY.paid} tone="good" icon="check" entries={paid} />
    </main>
  );
}
