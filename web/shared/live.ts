// A live stream (server-sent events) over fetch, because EventSource cannot carry a token. It
// resumes after the last event that it saw, with pauses that grow while it fails.
import type { Session } from './session';

export interface LiveEvent {
  id: string;
  event: string;
  data: string;
}
export interface LiveOptions {
  path: string;
  session: Session;
  on(event: LiveEvent): void;
  connected?(yes: boolean): void;
}

const PAUSE_MS = 500;
const PAUSE_MOST_MS = 10_000;
const SILENT_MOST_MS = 40_000; // the server sends something at least every 20 s

// Ends when the returned function is called, or when the server says that there is no more (204).
export function live(options: LiveOptions): () => void {
  const stop = new AbortController();
  void run(options, stop.signal);
  return () => stop.abort();
}

async function run({ path, session, on, connected }: LiveOptions, stop: AbortSignal) {
  let last = '';
  let pause = PAUSE_MS;
  while (!stop.aborted) {
    try {
      const token = await session.token();
      const headers: Record<string, string> = { Accept: 'text/event-stream' };
      if (token) headers.Authorization = `Bearer ${token}`;
      if (last) headers['Last-Event-ID'] = last;
      const silence = new AbortController();
      const response = await fetch(path, {
        headers, cache: 'no-store', signal: AbortSignal.any([stop, silence.signal]),
      });
      if (response.status === 401) session.expired();
      if (response.status === 204 || response.status === 404) return;
      if (!response.ok || !response.body) throw new Error(`status ${response.status}`);
      connected?.(true);
      pause = PAUSE_MS;
      await read(response.body, silence, (event) => {
        if (event.id) last = event.id;
        on(event);
      });
    } catch {
      if (stop.aborted) return;
    }
    connected?.(false);
    await sleep(pause, stop);
    pause = Math.min(pause * 2, PAUSE_MOST_MS);
  }
}

export async function read(
  body: ReadableStream<Uint8Array>, silence: AbortController, on: (event: LiveEvent) => void,
) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const timer = setTimeout(() => silence.abort(), SILENT_MOST_MS);
    const { done, value } = await reader.read().finally(() => clearTimeout(timer));
    if (done) return;
    text += decoder.decode(value, { stream: true });
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const event = parse(text.slice(0, end));
      text = text.slice(end + 2);
      if (event) on(event);
    }
  }
}

export function parse(block: string): LiveEvent | null {
  const event: LiveEvent = { id: '', event: 'message', data: '' };
  const data: string[] = [];
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue; // a comment, or nothing
    const value = line.slice(colon + 1).replace(/^ /, '');
    const name = line.slice(0, colon);
    if (name === 'data') data.push(value);
    if (name === 'id') event.id = value;
    if (name === 'event') event.event = value;
  }
  event.data = data.join('\n');
  return data.length > 0 ? event : null;
}

function sleep(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    stop.addEventListener('abort', () => { clearTimeout(timer); resolve(); }, { once: true });
  });
}
