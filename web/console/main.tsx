// The console page: the frame around its views, and which of them is shown.
import { render } from 'preact';
import { useEffect } from 'preact/hooks';
import '../shared/tokens.css';
import './console.css';
import './order.css';
import { at, route } from '../shared/route';
import { Icon, type IconName } from '../shared/icons';
import { Button, Notice } from '../shared/ui';
import { Board } from './board';
import { Await, useLoad } from './load';
import { OrderPage } from './order';
import { Queue } from './queue';
import { SignIn } from './sign_in';
import { api, chooseSite, connected, session, site } from './state';
import type { Site } from './staff_api';

const VIEWS: { id: string; label: string; icon: IconName }[] = [
  { id: 'board', label: 'Board', icon: 'tray' },
  { id: 'review', label: 'Review', icon: 'eye' },
];

function View({ id, site }: { id: string; site: string }) {
  const order = route.value[1];
  switch (id) {
    case 'board': return <Board site={site} />;
    case 'order': return order ? <OrderPage id={order} key={order} /> : <Nowhere />;
    case 'review': return <Queue site={site} key={site} />;
    default: return <Nowhere />;
  }
}

function Nowhere() {
  return <div class="empty">There is no such page. <a href={at('board')}>Go to the board.</a></div>;
}

function Sites({ all }: { all: Site[] }) {
  if (all.length < 2) return <strong class="site-name">{all[0]?.name}</strong>;
  return (
    <label class="site-choice">
      <span class="hidden-text">Site</span>
      <select value={site.value ?? ''} onChange={(event) => chooseSite(event.currentTarget.value)}>
        {all.map(({ site: id, name }) => <option key={id} value={id}>{name}</option>)}
      </select>
    </label>
  );
}

function Console() {
  const sites = useLoad('sites', () => api.GET('/v1/sites'));
  const view = route.value[0] ?? 'board';
  const all = sites.data?.data ?? [];
  useEffect(() => {
    const first = all[0];
    if (first && !all.some(({ site: id }) => id === site.value)) chooseSite(first.site);
  }, [sites.data]);
  return (
    <>
      <a class="skip" href="#content" onClick={(event) => {
        event.preventDefault(); // the address names the view
        document.getElementById('content')?.focus();
      }}>Skip to content</a>
      <header class="top">
        <Sites all={all} />
        <nav aria-label="Views">
          {VIEWS.map(({ id, label, icon }) => (
            <a key={id} href={at(id)} aria-current={id === view ? 'page' : undefined}>
              <Icon name={icon} />{label}
            </a>
          ))}
        </nav>
        <span class="who">
          <span class="soft">{session.name}</span>
          <Button kind="plain" icon="leave" onClick={() => session.signOut()}>Sign out</Button>
        </span>
      </header>
      {connected.value === false && (
        <Notice tone="care" icon="offline">
          No live connection to the store: what you see may be old. It is tried again.
        </Notice>
      )}
      <main id="content" tabIndex={-1}>
        <Await of={sites} what="the store">
          {({ data }) => data.length === 0
            ? <div class="empty">This store has no site yet. Load a store file first.</div>
            : site.value && <View id={view} site={site.value} />}
        </Await>
      </main>
    </>
  );
}

function Page() {
  return session.name.value === null ? <SignIn /> : <Console />;
}
render(<Page />, document.getElementById('page')!);
