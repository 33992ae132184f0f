// Who is signed in, cards, and putting the app on the phone.
import { signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import { Icon } from '../shared/icons';
import { at } from '../shared/route';
import { Button } from '../shared/ui';
import { View } from './parts';
import { Sign } from './sign';
import { session, signedIn } from './store';

// Chromium's offer to install a page (developer.mozilla.org/docs/Web/API/BeforeInstallPromptEvent).
interface InstallOffer extends Event {
  prompt(): Promise<unknown>;
}
const offer = signal<InstallOffer | null>(null);
addEventListener('beforeinstallprompt', (event) => {
  event.preventDefault();
  offer.value = event as InstallOffer;
});
addEventListener('appinstalled', () => (offer.value = null));

export function AccountView() {
  const [sure, setSure] = useState(false);
  if (!signedIn.value) return <Sign />;
  return (
    <View title="Account">
      <section class="card with-icon">
        <Icon name="person" />
        <div class="cut">
          <small class="soft">Signed in as</small>
          <p><strong>{session.name.value}</strong></p>
        </div>
      </section>
      <ul class="links">
        <li><a href={at('cards')}><Icon name="card" /> Cards <Icon name="next" /></a></li>
        <li>
          <a href={at('orders')}>
            <Icon name="receipt" /> Orders and receipts <Icon name="next" />
          </a>
        </li>
      </ul>
      {offer.value && (
        <Button icon="phone" onClick={() => void offer.value?.prompt()}>Install the app</Button>
      )}
      {sure ? (
        <div class="card stack">
          <p>Sign out on this device? Your orders stay, and you find them after signing in.</p>
          <div class="row">
            <Button kind="bad" onClick={() => session.signOut()}>Sign out</Button>
            <Button onClick={() => setSure(false)}>Stay</Button>
          </div>
        </div>
      ) : <Button kind="plain" icon="leave" onClick={() => setSure(true)}>Sign out</Button>}
    </View>
  );
}
