// What became of an order: what its screen painted, what its customer was told, and its history.
import { clockTime, dayAndTime } from '../shared/time';
import { Badge } from '../shared/ui';
import { Await, useLoad } from './load';
import type { News, OrderStep, Shown } from './staff_api';
import { api } from './state';
import { plain, sentence, stateOf, type State } from './words';

// http_status 0: the store has nowhere to send news to.
function delivered({ http_status: status }: News): string {
  if (status === 0) return 'nowhere to send it,';
  return status !== null && status >= 200 && status < 300 ? 'delivered' : `given up (${status}),`;
}

interface PartProps {
  id: string;
  again: string;
}

export function ShownPart({ id, again }: PartProps) {
  const shown = useLoad<{ data: Shown[] }>(`shown:${id}`,
    () => api.GET('/v1/orders/{id}/shown', { params: { path: { id } } }), again);
  return (
    <section class="card stack" aria-labelledby="shown-title">
      <h2 id="shown-title">Screen</h2>
      <Await of={shown} what="what the screen painted" none="No screen was to show this order yet.">
        {({ data }) => data.length === 0 ? <p class="soft">No screen was to show this order yet.</p>
          : (
            <ul class="plain-list">
              {data.map((one) => (
                <li class="spread" key={`${one.core}/${one.screen}/${one.version}`}>
                  <span>{sentence(one.status)}<br />
                    <small class="soft">{one.screen}, {one.core}</small></span>
                  {one.painted_at
                    ? <span class="figures soft">painted {clockTime(one.painted_at)}</span>
                    : <Badge tone="bad">Not displayed</Badge>}
                </li>
              ))}
            </ul>
          )}
      </Await>
    </section>
  );
}

export function NewsPart({ id, again }: PartProps) {
  const news = useLoad<{ data: News[] }>(`news:${id}`,
    () => api.GET('/v1/orders/{id}/news', { params: { path: { id } } }), again);
  return (
    <section class="card stack" aria-labelledby="news-title">
      <h2 id="news-title">Notifications</h2>
      <Await of={news} what="the notifications" none="The customer was told nothing yet.">
        {({ data }) => data.length === 0 ? <p class="soft">The customer was told nothing yet.</p>
          : (
            <ul class="plain-list">
              {data.map((one) => (
                <li class="spread" key={`${one.status}${one.at}`}>
                  <span>{sentence(one.status)}<br />
                    <small class="soft figures">{dayAndTime(one.at)}</small></span>
                  {one.done_at
                    ? <span class="figures soft">{delivered(one)} {clockTime(one.done_at)}</span>
                    : <Badge tone="care">On its way</Badge>}
                </li>
              ))}
            </ul>
          )}
      </Await>
    </section>
  );
}

export function Timeline({ id, again }: PartProps) {
  const steps = useLoad<{ data: OrderStep[] }>(`history:${id}`,
    () => api.GET('/v1/orders/{id}/history', { params: { path: { id } } }), again);
  return (
    <section class="card stack" aria-labelledby="timeline-title">
      <h2 id="timeline-title">Timeline</h2>
      <Await of={steps} what="the history" none="Nothing has happened yet.">
        {({ data }) => (
          <ol class="timeline">
            {data.map((step, at) => (
              <li key={at}>
                <time class="figures soft" dateTime={step.at}>{dayAndTime(step.at)}</time>
                <span>
                  <strong>{sentence(step.event)}</strong>{' '}
                  <span class="soft">→ {stateOf({ state: step.state as State, payment: 'card' })
                    .label}</span>
                  {step.why && <><br />{plain(step.why)}</>}
                  <br /><small class="soft">by {step.who || 'the system'}</small>
                </span>
              </li>
            ))}
          </ol>
        )}
      </Await>
    </section>
  );
}
