// Enrolment from files: pictures of a new item go to the gallery, and what it looks like is said
// before it is confused at the counter.
import { useEffect, useState } from 'preact/hooks';
import { words } from '../shared/api';
import { at } from '../shared/route';
import { Badge, Button, Field, Notice } from '../shared/ui';
import { Await, useLoad } from './load';
import type { Enrolled, Menu } from './staff_api';
import { api } from './state';
import { percent } from './words';
import { wish } from './wish';

const PICTURES_MAX = 20;
const PICTURE_BYTES_MAX = 4 * 1024 * 1024;
const ALIKE = 0.6; // from this likeness on a person should look

export function Enrol({ site }: { site: string }) {
  const menu = useLoad<Menu>(`menu:${site}`,
    () => api.GET('/v1/menu', { params: { query: { site } } }));
  return (
    <div class="stack narrow">
      <h1>Enrol an item</h1>
      <p class="soft">Show the camera's gallery what an item looks like: pictures of the item alone
        on an empty tray, as the station's camera takes them. Five from different sides are good.
      </p>
      <Await of={menu} what="the menu" none="This site has no menu yet. Load a store file first.">
        {(data) => data.items.length === 0
          ? <div class="empty">The menu is empty.{' '}
            <a href={at('menu')}>Add the item there first.</a></div>
          : <EnrolForm menu={data} />}
      </Await>
    </div>
  );
}

function faultOf(files: File[]): string | undefined {
  if (files.length > PICTURES_MAX) return `At most ${PICTURES_MAX} pictures at a time.`;
  const other = files.find(({ type }) => type !== 'image/jpeg');
  if (other) return `${other.name} is no JPEG picture.`;
  const large = files.find(({ size }) => size > PICTURE_BYTES_MAX);
  return large ? `${large.name} is larger than 4 MB.` : undefined;
}

function EnrolForm({ menu }: { menu: Menu }) {
  const [sku, setSku] = useState('');
  const [files, setFiles] = useState<File[]>([]);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [done, setDone] = useState<Enrolled | null>(null);
  const fault = faultOf(files);
  const add = (more: FileList | null) => {
    setDone(null);
    setFiles([...files, ...(more ?? [])]);
  };
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    const body = { sku, pictures: await Promise.all(files.map(base64)) };
    const { data, error } = await wish(`enrol:${sku}`, await digest(body),
      (key) => api.POST('/v1/staff/enrolments', {
        params: { header: { 'Idempotency-Key': key } }, body,
      }));
    setBusy(false);
    if (!data) return setProblem(words(error));
    setDone(data);
    setFiles([]);
  };
  return (
    <>
      {done && <Outcome done={done} menu={menu} />}
      <form class="card stack" onSubmit={submit}>
        <Field label="Item" hint="A new one? Add it to the menu first.">
          <select value={sku} required onChange={(event) => setSku(event.currentTarget.value)}>
            <option value="">Choose an item of the menu…</option>
            {menu.items.map((item) => <option key={item.sku} value={item.sku}>{item.name}</option>)}
          </select>
        </Field>
        <Field label="Pictures" error={fault} hint="JPEG, at most 4 MB each; or drop them here.">
          <input type="file" accept="image/jpeg" multiple onChange={(event) => {
            add(event.currentTarget.files);
            event.currentTarget.value = '';
          }} onDrop={(event) => {
            event.preventDefault();
            add(event.dataTransfer?.files ?? null);
          }} />
        </Field>
        {files.length > 0 && (
          <ul class="thumbs" aria-label="Chosen pictures">
            {files.map((file, n) => (
              <li key={`${file.name}${n}`}>
                <Thumb file={file} />
                <small class="soft">{file.name}</small>
                <Button icon="cross" aria-label={`Leave out ${file.name}`}
                  onClick={() => setFiles(files.filter((_, other) => other !== n))} />
              </li>
            ))}
          </ul>
        )}
        {problem && <Notice tone="bad" icon="alert">Nothing was enrolled. {problem}</Notice>}
        <div class="row">
          <Button kind="main" type="submit" icon="plus"
            disabled={busy || !sku || files.length === 0 || fault !== undefined}>
            {busy ? 'Looking at the pictures…' : files.length === 0 ? 'Enrol'
              : `Enrol ${files.length} ${files.length === 1 ? 'picture' : 'pictures'}`}
          </Button>
        </div>
      </form>
    </>
  );
}

function Outcome({ done, menu }: { done: Enrolled; menu: Menu }) {
  const name = (sku: string) => menu.items.find((item) => item.sku === sku)?.name ?? sku;
  const alike = done.confusions.filter(({ score }) => score >= ALIKE);
  return (
    <section class="card stack" aria-label="What came of it">
      <Notice tone="good" icon="check">
        {name(done.sku)} is enrolled with {done.references}{' '}
        {done.references === 1 ? 'picture' : 'pictures'} in the gallery.
      </Notice>
      {alike.length > 0 ? (
        <Notice tone="care" icon="alert">
          Looks like {alike.map(({ sku }) => name(sku)).join(' and ')}: the camera may ask a person
          to tell them apart. More pictures from other sides help, or another plate.
        </Notice>
      ) : <p>It looks like nothing else on the menu.</p>}
      {done.confusions.length > 0 && (
        <ul class="plain-list">
          {done.confusions.map(({ sku, score }) => (
            <li class="spread" key={sku}>
              <span>{name(sku)}</span>
              <span class="row tight">
                <meter min={0} max={1} high={ALIKE} value={score}
                  aria-label={`Likeness to ${name(sku)}`} />
                <Badge tone={score >= ALIKE ? 'care' : 'quiet'}>{percent(score)} alike</Badge>
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Thumb({ file }: { file: File }) {
  const [url, setUrl] = useState('');
  useEffect(() => {
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return url ? <img src={url} alt="" /> : null;
}

function base64(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).split(',')[1] ?? '');
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

// Pictures are too large to be kept with the wish: their hash tells them apart as well.
async function digest(body: unknown): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(body));
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
