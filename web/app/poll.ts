// Asks again and again while the page is seen, and at once when it is seen again.
import { useEffect, useRef } from 'preact/hooks';

export function usePoll(every_ms: number | null, ask: () => unknown): void {
  const latest = useRef(ask);
  latest.current = ask;
  useEffect(() => {
    if (every_ms === null) return;
    const seen = () => {
      if (document.visibilityState === 'visible') void latest.current();
    };
    const timer = setInterval(seen, every_ms);
    document.addEventListener('visibilitychange', seen);
    addEventListener('online', seen);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', seen);
      removeEventListener('online', seen);
    };
  }, [every_ms]);
}
