// The menu editor: names, prices, tax and what is available are saved as one menu of the version
// that was read; how many are left is counted item by item.
import { useState } from 'preact/hooks';
import { words, type Problem } from '../shared/api';
import { Button } from '../shared/ui';
import type { Told } from './act';
import { digitsOf } from './exact';
import { Await, useLoad, type Loaded } from './load';
import {
  EMPTY, edited, editOf, errorsOf, keepDraft, keptDraft, menuChanges, rowOf, type Draft, type Row,
} from './menu_draft';
import { MenuRow } from './menu_row';
import { Tell } from './order';
import type { Menu } from './staff_api';
import { api } from './state';
import { isStale, tagOf } from './wish';

const COUNTED = 'counted by staff'; // why the number left changed

function readMenu(site: string) {
  return api.GET('/v1/menu', { params: { query: { site } } });
}

export function MenuEditor({ site }: { site: string }) {
  const menu = useLoad<Menu>(`menu:${site}`, () => readMenu(site));
  return (
    <div class="stack">
      <h1>Menu</h1>
      <Await of={menu} what="the menu" none="This site has no menu yet. Load a store file first.">
        {(data) => <Editor menu={data} loaded={menu} />}
      </Await>
    </div>
  );
}

function useDraft(site: string): [Draft, (draft: Draft) => void] {
  const [draft, setDraft] = useState(() => keptDraft(site));
  return [draft, (next) => {
    keepDraft(site, next);
    setDraft(next);
  }];
}

function Editor({ menu, loaded }: { menu: Menu; loaded: Loaded<Menu> }) {
  const digits = digitsOf(menu.currency);
  const [draft, setDraft] = useDraft(menu.site);
  const [told, setTold] = useState<Told | null>(null);
  const [busy, setBusy] = useState(false);
  const bases = menu.items.map((item) => rowOf(item, digits));
  const rows = [...bases.map((base) => ({ ...base, ...draft.edits[base.sku] })), ...draft.added];
  const errors = rows.map((row, at) => errorsOf(row, digits,
    at < bases.length ? [] : rows.filter((_, n) => n !== at).map(({ sku }) => sku)));
  const wrong = errors.filter((one) => Object.keys(one).length > 0).length;
  const touched = Object.keys(draft.edits).length + draft.added.length;
  const change = (at: number, part: Partial<Row>) => {
    setTold(null);
    const base = bases[at];
    setDraft(base ? edited(draft, base, part) : {
      ...draft,
      added: draft.added.map((row, n) => (n === at - bases.length ? { ...row, ...part } : row)),
    });
  };
  const save = async () => {
    setBusy(true);
    const { told: said, left } = await saveAll(menu, bases, rows, digits, loaded);
    if (left) setDraft(left);
    setTold(said);
    setBusy(false);
  };
  return (
    <form class="stack" onSubmit={(event) => {
      event.preventDefault();
      void save();
    }}>
      <p class="soft">{menu.name}, prices in {menu.currency}, tax contained. A new price counts for
        new orders; placed ones keep theirs.</p>
      <Tell told={told} />
      {rows.length === 0 ? <div class="empty">The menu is empty. Add the first item.</div> : (
        <div class="scroll">
          <table class="menu-table figures">
            <thead>
              <tr>
                <th>SKU</th><th>Name</th><th>Price</th><th>Tax %</th><th>Left</th>
                <th>Available</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row, at) => (
                <MenuRow key={at < bases.length ? row.sku : `new-${at}`} row={row}
                  errors={errors[at] ?? {}} isNew={at >= bases.length}
                  isTouched={at >= bases.length || draft.edits[row.sku] !== undefined}
                  change={(part) => change(at, part)}
                  remove={() => setDraft({
                    ...draft, added: draft.added.filter((_, n) => n !== at - bases.length),
                  })} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <SaveBar busy={busy} touched={touched} wrong={wrong} forget={() => setDraft(EMPTY)}
        add={() => setDraft({ ...draft, added: [...draft.added, newRow(bases[0])] })} />
    </form>
  );
}

function newRow(like: Row | undefined): Row {
  return { sku: '', name: '', price: '', tax: like?.tax ?? '0.00', available: true, left: '' };
}

function SaveBar({ busy, touched, wrong, add, forget }: {
  busy: boolean; touched: number; wrong: number; add(): void; forget(): void;
}) {
  return (
    <div class="row save-bar">
      <Button kind="main" type="submit" icon="check" disabled={busy || touched === 0 || wrong > 0}>
        {busy ? 'Saving…' : touched === 0 ? 'Nothing to save'
          : `Save ${touched} ${touched === 1 ? 'change' : 'changes'}`}
      </Button>
      <Button icon="plus" onClick={add}>Add an item</Button>
      {touched > 0 && (
        <Button kind="plain" icon="cross" disabled={busy} onClick={forget}>
          Forget my changes
        </Button>
      )}
      {wrong > 0 && (
        <span class="error" role="status">
          {wrong === 1 ? 'One item needs' : `${wrong} items need`} a correction.
        </span>
      )}
    </div>
  );
}

// The menu first, then the counts that changed. left: the draft that
// remains; absent: as it was.
async function saveAll(menu: Menu, bases: Row[], rows: Row[], digits: number,
  loaded: Loaded<Menu>): Promise<{ told: Told; left?: Draft }> {
  const failed = (problem: Problem | undefined) => ({
    told: { tone: 'care' as const, lines: ['Not everything was saved.', words(problem)] },
  });
  const body = editOf(rows, digits);
  let now = menu;
  if (JSON.stringify(body) !== JSON.stringify(editOf(bases, digits))) {
    const { data, error } = await api.PUT('/v1/sites/{site}/menu', {
      params: { path: { site: menu.site }, header: { 'If-Match': tagOf(menu.version) } }, body,
    });
    if (isStale(error)) return { told: await reloaded(menu, loaded) };
    if (!data) return failed(error);
    now = data;
  }
  const counts = rows.filter((row, at) => (bases[at]?.left ?? '') !== row.left.trim());
  for (const [done, row] of counts.entries()) {
    const left = row.left.trim() === '' ? null : Number.parseInt(row.left, 10);
    const { error } = await api.PUT('/v1/sites/{site}/items/{sku}/stock', {
      params: { path: { site: menu.site, sku: row.sku } }, body: { left, reason: COUNTED },
    });
    if (error) {
      loaded.put(now);
      const open = counts.slice(done).map(({ sku, left }) => [sku, { left }] as const);
      return { ...failed(error), left: { edits: Object.fromEntries(open), added: [] } };
    }
  }
  loaded.reload();
  return { told: { tone: 'good', lines: ['Saved.'] }, left: EMPTY };
}

async function reloaded(menu: Menu, loaded: Loaded<Menu>): Promise<Told> {
  const { data, error } = await readMenu(menu.site);
  if (!data) return { tone: 'care', lines: ['Somebody else saved the menu.', words(error)] };
  loaded.put(data);
  return {
    tone: 'care',
    lines: ['Nothing was saved: somebody else saved the menu meanwhile.',
      ...menuChanges(menu, data), 'Your changes are still here; look at them, then save again.'],
  };
}
