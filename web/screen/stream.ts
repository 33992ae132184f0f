// The events of one screen, or of all, and what remains known when they stop: in memory, and in the
// browser's storage for a reload. It tries again for ever.
import { read } from '../shared/live';
import { learn, type Known, type Snapshot, type State } from './state';

export const EVERY_SCREEN = '*';

const RETRY_MS = 2_000;
const ANSWER_MOST_MS = 10_000;
const KEEP_EVERY_MS = 60_000;

interface Kept {
  known: Known[];
  good_at: number;
}

export class Stream {
  known = new Map<string, Known>(); // by screen
  refused = false; // the server knows no such screen
  private open = false;
  private connected = false; // the core reaches the cloud
  private heard = false; // the server has told a state since the stream was opened
  private good_at = 0;
  private kept_at = 0;
  private readonly path: string;
  private readonly key: string;

  // screen null: the server's first.
  constructor(private readonly screen: string | null) {
    const query = screen === null ? '' : `?screen=${encodeURIComponent(screen)}`;
    this.path = `events${query}`;
    this.key = `trayline.screen${query}`;
    this.restore();
  }

  // Whether what is known is the present truth, as far as anybody can know.
  get live(): boolean {
    return this.open && this.connected && this.heard;
  }

  // Connected, but the core has not been told anything yet.
  get waiting(): boolean {
    return this.open && this.connected && this.known.size === 0;
  }

  // When what is known was the truth last; null: never.
  get goodAt(): number | null {
    const received = [...this.known.values()].map((known) => known.received_at);
    const latest = Math.max(this.good_at, ...received);
    return latest > 0 ? latest : null;
  }

  // From time to time, so that it is known how old something is.
  tick(now: number): void {
    if (!this.live) return;
    this.good_at = now;
    if (now - this.kept_at >= KEEP_EVERY_MS) this.keep(now);
  }

  // changed(state): a state came that is to be shown now; without one, only the connection changed.
  async follow(changed: (state?: State) => void): Promise<never> {
    for (;;) {
      try {
        await this.once(changed);
      } catch {
        // Whatever it was, it is told by what follows.
      }
      this.open = false;
      changed();
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  private async once(changed: (state?: State) => void): Promise<void> {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), ANSWER_MOST_MS);
    try {
      const response = await fetch(this.path, { cache: 'no-store', signal: stop.signal });
      clearTimeout(timer);
      this.refused = response.status === 404;
      if (!response.ok || !response.body) return;
      this.heard = false;
      await read(response.body, stop, (event) => {
        if (event.event === 'state') changed(this.take(JSON.parse(event.data) as Snapshot));
      });
    } finally {
      clearTimeout(timer);
      stop.abort(); // the server counts a stream that is left open as a page
    }
  }

  // The state where it is to be shown, also one that is shown already.
  private take(snapshot: Snapshot): State | undefined {
    const now = Date.now();
    this.open = true;
    this.connected = snapshot.connected;
    const every = this.screen === EVERY_SCREEN;
    // What this stream does not tell of all screens is no screen any more.
    if (every && !this.heard) this.known.clear();
    if (every) this.heard = true;
    const { state } = snapshot;
    if (state === null) return undefined;
    const before = this.heard ? this.known.get(state.screen) : undefined;
    if (before && state.version < before.state.version) return undefined;
    this.heard = true;
    if (!every) this.known.clear();
    this.known.set(state.screen, learn(snapshot, state, now));
    if (this.connected) this.good_at = now;
    this.keep(now);
    return state;
  }

  private keep(now: number): void {
    this.kept_at = now;
    const kept: Kept = { known: [...this.known.values()], good_at: this.good_at };
    try {
      localStorage.setItem(this.key, JSON.stringify(kept));
    } catch {
      // No room, or none allowed: then a reload begins with nothing.
    }
  }

  private restore(): void {
    try {
      const kept = JSON.parse(localStorage.getItem(this.key) ?? 'null') as Kept | null;
      for (const known of kept?.known ?? []) this.known.set(known.state.screen, known);
      this.good_at = kept?.good_at ?? 0;
    } catch {
      localStorage.removeItem(this.key);
    }
  }
}

// Two frames: when the second begins, the first has been painted.
export function reportPainted({ screen, version }: State): void {
  const report = () => {
    void fetch('painted', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ screen, version }),
    }).catch(() => {}); // the stream's loss is what shows it
  };
  requestAnimationFrame(() => requestAnimationFrame(report));
}
