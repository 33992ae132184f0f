// The customer app: where one is, the navigation, and what holds in every view.
import { render } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Order } from '../shared/api';
import { Icon, type IconName } from '../shared/icons';
import { at, go, route } from '../shared/route';
import '../shared/tokens.css';
import { AccountView } from './account';
import './app.css';
import './views.css';
import { count, empty } from './basket';
import { CardsView } from './cards';
import { CodeView } from './code';
import { last } from './follow';
import { MenuView } from './menu';
import { OrderView } from './order';
import { OrdersView } from './orders';
import { PlaceView, type PlaceOrder } from './place';
import { ScanView } from './scan';
import { Sign } from './sign';
import { api, connected, signedIn, store } from './store';
import { WalkUpView } from './walk_up';
import { useWish } from './wish';

const TABS: { to: string; name: string; icon: IconName; also: string[] }[] = [
  { to: '', name: 'Menu', icon: 'tray', also: ['basket'] },
  { to: 'orders', name: 'Orders', icon: 'receipt', also: ['order'] },
  { to: 'code', name: 'My code', icon: 'code', also: ['scan'] },
  { to: 'account', name: 'Account', icon: 'person', also: ['cards'] },
];

function App() {
  const [name = '', id, more] = route.value;
  const placing = useWish<PlaceOrder, Order>(
    'place',
    (key, body) => api.POST('/v1/orders', {
      params: { header: { 'Idempotency-Key': key } }, body,
    }),
    (order) => {
      empty();
      go('order', order.id);
    });
  useEffect(() => {
    scrollTo(0, 0);
    document.querySelector<HTMLElement>('h1')?.focus();
  }, [name, id, more]);
  useEffect(() => {
    if (store.value?.name) document.title = store.value.name;
  }, [store.value]);
  const view = () => {
    if (name === 'account') return <AccountView />;
    if (name === 'basket') {
      return id ? <WalkUpView key={id} id={id} /> : <PlaceView wish={placing} />;
    }
    const needed = NEEDS_ACCOUNT[name];
    if (!needed) return <MenuView />;
    if (!signedIn.value) return <Sign why={needed} />;
    switch (name) {
      case 'orders': return <OrdersView />;
      case 'order':
        return id ? <OrderView key={id} id={id} edit={more === 'edit'} /> : <OrdersView />;
      case 'cards': return <CardsView />;
      case 'scan': return <ScanView />;
      default: return <CodeView />;
    }
  };
  return (
    <>
      {view()}
      {!connected.value && (
        <p class="offline" role="status">
          <Icon name="offline" /> No connection
        </p>
      )}
      <Tabs at={name} />
    </>
  );
}

const NEEDS_ACCOUNT: Record<string, string> = {
  orders: 'Sign in to see your orders.',
  order: 'Sign in to see this order.',
  cards: 'Sign in to see your cards.',
  scan: 'Sign in to pay a tray.',
  code: 'Your own code lets you pay a tray without ordering first. Sign in to see it.',
};

function Tabs({ at: name }: { at: string }) {
  return (
    <nav class="tabs" aria-label="Main">
      {TABS.map((tab) => {
        const here = tab.to === name || tab.also.includes(name);
        const dot = (tab.to === 'orders' && last.value) || (tab.to === '' && count.value > 0);
        return (
          <a key={tab.to} href={tab.to ? at(tab.to) : at()}
            aria-current={here ? 'page' : undefined}>
            <span class="tab-icon" data-dot={dot ? '' : undefined}><Icon name={tab.icon} /></span>
            {tab.name}
          </a>
        );
      })}
    </nav>
  );
}

render(<App />, document.getElementById('page')!);
if ('serviceWorker' in navigator) void navigator.serviceWorker.register('service.js');
