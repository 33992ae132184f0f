// A person's own code, for a tray that was not ordered before; renewed before it ends.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Problem } from '../shared/api';
import { Icon } from '../shared/icons';
import { at, go } from '../shared/route';
import { BigCode, Trouble, View, Waits } from './parts';
import { usePoll } from './poll';
import { canScan } from './scan';
import { api, ask } from './store';

const RENEW_BEFORE_MS = 30_000;
const TRY_AGAIN_MS = 3000;
const LOOK_FOR_ORDER_MS = 2500;

interface Own {
  code: string;
  until: number; // ms
}

export function CodeView() {
  const [own, setOwn] = useState<Own>();
  const [problem, setProblem] = useState<Problem>();
  const renew = async () => {
    const { data, problem: why } = await ask(api.GET('/v1/me/code'));
    if (data) setOwn({ code: data.code, until: new Date(data.expires_at).getTime() });
    setProblem(why);
  };
  useEffect(() => void renew(), []);
  useEffect(() => {
    if (!own && !problem) return;
    const wait = problem || !own ? TRY_AGAIN_MS
      : Math.max(TRY_AGAIN_MS, own.until - Date.now() - RENEW_BEFORE_MS);
    const timer = setTimeout(renew, wait);
    return () => clearTimeout(timer);
  }, [own, problem]);
  usePoll(own && own.until < Date.now() + RENEW_BEFORE_MS ? TRY_AGAIN_MS : null, renew);
  useNewOrder();
  const alive = own && own.until > Date.now();
  return (
    <View title="My code">
      <p class="soft">
        Took something without ordering? Set your tray down and hold this code next to it, where
        the camera sees both.
      </p>
      <Trouble problem={problem} again={renew} />
      {alive && <BigCode code={own.code} label="My own code" />}
      {!alive && !problem && <Waits>Your code is being made.</Waits>}
      <Scan />
    </View>
  );
}

function Scan() {
  return canScan() ? (
    <a class="button" href={at('scan')}>
      <Icon name="camera" /> Scan the code on the screen instead
    </a>
  ) : (
    <p class="soft center">
      Or scan the code on the screen over the counter with your phone's camera app.
    </p>
  );
}

// The camera took the code: the tray is this person's newest order now.
function useNewOrder(): void {
  const newest = useRef<string>();
  usePoll(LOOK_FOR_ORDER_MS, async () => {
    const { data } = await ask(api.GET('/v1/orders', { params: { query: { limit: '1' } } }));
    if (!data) return;
    const id = data.data[0]?.id ?? '';
    if (newest.current !== undefined && id && id !== newest.current) go('order', id);
    else newest.current = id;
  });
}
