// Reads the code on the screen over the counter with the phone's camera, in browsers that have a
// BarcodeDetector; elsewhere the phone's own camera app opens the same address.
import { useEffect, useRef, useState } from 'preact/hooks';
import { at, go } from '../shared/route';
import { Notice } from '../shared/ui';
import { View, Waits } from './parts';

interface Detector {
  detect(from: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}
declare global {
  interface Window {
    BarcodeDetector?: new (options: { formats: string[] }) => Detector;
  }
}

const LOOK_MS = 200;

export function canScan(): boolean {
  return 'BarcodeDetector' in window && !!navigator.mediaDevices?.getUserMedia;
}

// The basket of "https://store.example/app/#/basket/<id>"; null for other codes, and other stores.
export function basketOf(text: string, origin: string): string | null {
  try {
    const url = new URL(text);
    const found = /^#\/basket\/([\w-]+)$/.exec(url.hash);
    return url.origin === origin ? (found?.[1] ?? null) : null;
  } catch {
    return null;
  }
}

export function ScanView() {
  const finder = useRef<HTMLVideoElement>(null);
  const [state, setState] = useState<'asking' | 'looking' | 'refused'>('asking');
  const [other, setOther] = useState(false);
  useEffect(() => {
    if (!canScan()) return setState('refused');
    let over = false;
    let stream: MediaStream | null = null;
    let timer = 0;
    const detector = new window.BarcodeDetector!({ formats: ['qr_code'] });
    const look = async () => {
      const codes = await detector.detect(finder.current!).catch(() => []);
      if (over) return;
      for (const { rawValue } of codes) {
        const basket = basketOf(rawValue, location.origin);
        if (basket) return go('basket', basket);
        setOther(true);
      }
      timer = window.setTimeout(look, LOOK_MS);
    };
    const begin = async () => {
      try {
        const video = { facingMode: 'environment' };
        stream = await navigator.mediaDevices.getUserMedia({ video });
        if (over) return stop();
        finder.current!.srcObject = stream;
        await finder.current!.play();
        setState('looking');
        void look();
      } catch {
        if (!over) setState('refused');
      }
    };
    const stop = () => stream?.getTracks().forEach((track) => track.stop());
    void begin();
    return () => {
      over = true;
      clearTimeout(timer);
      stop();
    };
  }, []);
  return (
    <View title="Scan" back={at('code')}>
      {state === 'refused' ? (
        <Notice tone="care" icon="camera">
          This browser does not let the app use the camera. Scan the code on the screen with your
          phone's camera app; it leads here.
        </Notice>
      ) : (
        <>
          <video class="finder" ref={finder} playsInline muted />
          <Waits>
            {state === 'asking' ? 'The camera is being started.'
              : 'Point the camera at the code on the screen over the counter.'}
          </Waits>
          {other && <p class="soft center">That code is not one of this store's trays.</p>}
        </>
      )}
    </View>
  );
}
