// What the camera saw, as a list beside the picture: each item with how sure it is and what else it
// could be.
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Badge } from '../shared/ui';
import type { Choice, Chosen } from './chosen';
import { UNKNOWN, type MenuItem, type Tray } from './staff_api';
import { isDoubtful, nameOfItem, percent } from './words';

interface ItemsProps {
  tray: Tray;
  focus: number;
  onFocus(item: number): void;
  chosen: Chosen;
  choose?: (item: number, choice: Choice | null) => void; // absent: nothing to name
  menu: MenuItem[];
  byKeys?: boolean; // focus is moved by keys: follow it
}

export function Items({ tray, focus, onFocus, chosen, choose, menu, byKeys }: ItemsProps) {
  const list = useRef<HTMLOListElement>(null);
  useLayoutEffect(() => {
    const row = list.current?.children[focus];
    if (byKeys && row instanceof HTMLElement && !row.contains(document.activeElement)) row.focus();
  }, [focus, byKeys, tray.prediction]);
  if (tray.items.length === 0) return <p class="empty">The camera saw nothing on the tray.</p>;
  return (
    <ol class="items" ref={list}>
      {tray.items.map((item, at) => {
        const choice = chosen.get(at);
        const doubtful = isDoubtful(item);
        return (
          <li key={at} data-on={at === focus} tabIndex={0} onFocusIn={() => onFocus(at)}
            onMouseEnter={byKeys ? undefined : () => onFocus(at)}
            aria-current={at === focus || undefined}>
            <div class="spread wrap">
              <span class="item-name">
                <span class="plate figures">{at + 1}</span>
                <strong>{item.count > 1 && `${item.count} × `}
                  {choice ? choice.name : nameOfItem(item)}</strong>
              </span>
              {choice ? <Badge tone="good">You named it</Badge>
                : doubtful ? <Badge tone="care">Not sure</Badge>
                  : <Badge tone="good">Sure</Badge>}
            </div>
            {choice && <p class="soft">The camera said: {nameOfItem(item)}</p>}
            <p class="soft figures">Score {percent(item.score)}
              {item.margin > 0 && item.runners_up.length > 0
                && `, next one ${item.margin.toFixed(2)} times as far`}</p>
            <div class="row tight">
              <RunnersUp at={at} tray={tray} choose={choose} choice={choice} keys={byKeys} />
              {choose && <MenuChoice at={at} menu={menu} choice={choice} choose={choose} />}
            </div>
          </li>
        );
      })}
    </ol>
  );
}

function RunnersUp({ at, tray, choose, choice, keys }: {
  at: number; tray: Tray; choose: ItemsProps['choose'] | undefined; choice: Choice | undefined;
  keys: boolean | undefined;
}) {
  const item = tray.items[at];
  if (!item || item.runners_up.length === 0) return null;
  const asSeen = choose && item.sku !== UNKNOWN && isDoubtful(item);
  const all = asSeen ? [item, ...item.runners_up] : item.runners_up;
  return (
    <ol class="runners" aria-label="What it could be">
      {all.map(({ sku, name, score }, n) => (
        <li key={`${n}${sku}`}>
          {choose ? (
            <button type="button" class="runner" aria-pressed={choice?.sku === sku}
              onClick={() => choose(at, choice?.sku === sku ? null : { sku, name })}>
              {keys && <kbd>{asSeen ? n : n + 1}</kbd>}
              {name || sku} <span class="soft figures">{percent(score)}</span>
            </button>
          ) : (
            <span>or {name || sku} <span class="soft figures">{percent(score)}</span></span>
          )}
        </li>
      ))}
    </ol>
  );
}

function MenuChoice({ at, menu, choice, choose }: {
  at: number; menu: MenuItem[]; choice: Choice | undefined;
  choose: NonNullable<ItemsProps['choose']>;
}) {
  return (
    <select class="menu-choice" aria-label={`Name item ${at + 1} from the menu`}
      value={choice?.sku ?? ''} onChange={(event) => {
        const sku = event.currentTarget.value;
        choose(at, sku ? { sku, name: menu.find((one) => one.sku === sku)?.name ?? sku } : null);
      }}>
      <option value="">Another…</option>
      {menu.map(({ sku, name }) => <option key={sku} value={sku}>{name}</option>)}
    </select>
  );
}
