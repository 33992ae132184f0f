// Keeps the screen on while a code is shown, in browsers that can (Screen Wake Lock API).
import { useEffect } from 'preact/hooks';

export function useAwake(): void {
  useEffect(() => {
    let lock: WakeLockSentinel | null = null;
    let over = false;
    const ask = async () => {
      if (!('wakeLock' in navigator) || document.visibilityState !== 'visible') return;
      try {
        lock = await navigator.wakeLock.request('screen');
        if (over) void lock.release();
      } catch {
        // The battery is low, or the browser does not want to: the code is shown all the same.
      }
    };
    void ask();
    document.addEventListener('visibilitychange', ask); // a hidden page has lost its lock
    return () => {
      over = true;
      document.removeEventListener('visibilitychange', ask);
      void lock?.release();
    };
  }, []);
}
