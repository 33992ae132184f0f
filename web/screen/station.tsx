// One station's screen: what its tray is, what is wrong with it, and what to do.
import { useMemo } from 'preact/hooks';
import { Icon } from '../shared/icons';
import { minor, money } from '../shared/money';
import { Qr } from '../shared/qr';
import { clockTime } from '../shared/time';
import { leftOf, pictureOf, rowsOf, type Known, type Line, type State } from './state';
import { MARK, SAY, span } from './words';

const UNKNOWN = 'unknown'; // the camera's name of what it has never been shown

export function Station({ known, now }: { known: Known | null; now: number }) {
  const { status, words } = pictureOf(known, now, clockTime);
  const state = status === 'see_phone' ? null : known?.state ?? null;
  const basket = status === 'basket' && known ? known : null;
  const list = state !== null && (state.lines.length > 0 || state.total !== undefined);
  return (
    <main class="station" data-status={status} data-tone={words.tone} data-list={list}>
      <section class="headline">
        {!basket && <Icon name={words.icon} />}
        {!basket && state?.number && <Fitted class="number" text={state.number} />}
        <div class="words" role="status">
          <h1>{words.title}</h1>
          {words.hint && <p class="hint">{words.hint}</p>}
        </div>
        {basket && <Scan known={basket} now={now} />}
      </section>
      {list && <Items state={state} />}
    </main>
  );
}

// One line that is never cut: the longer the smaller.
function Fitted({ text, ...rest }: { text: string; class: string }) {
  return <p style={{ '--letters': Math.max(1, text.length) }} {...rest}>{text}</p>;
}

function Scan({ known, now }: { known: Known; now: number }) {
  const { link, code = known.state.number } = known.state;
  const left = leftOf(known, now);
  const picture = useMemo(() => link && <Qr text={link} label={SAY.qr(code)} />, [link, code]);
  return (
    <>
      <div class="scan">
        {picture}
        {code && (
          <div>
            {picture && <span class="or">{SAY.code}</span>}
            <Fitted class="code" text={code} />
          </div>
        )}
      </div>
      {left !== null && <p class="left figures">{SAY.endsIn(span(left))}</p>}
    </>
  );
}

function Items({ state }: { state: State }) {
  const { lines, more, twoLined } = rowsOf(state.lines);
  const rows = lines.length + (more > 0 ? 1 : 0);
  return (
    <section class="items" style={{ '--rows': rows }} data-two-lined={twoLined}>
      <ul>
        {lines.map((line, at) => <Row key={at} line={line} state={state} />)}
        {more > 0 && <li class="more">{SAY.more(more)}</li>}
      </ul>
      {state.total && (
        <p class="total">
          <span>{SAY.total}</span>
          <span class="figures">{money(state.total)}</span>
        </p>
      )}
    </section>
  );
}

function Row({ line, state }: { line: Line; state: State }) {
  const mark = MARK[line.state];
  const name = line.name === UNKNOWN ? SAY.unknownItem : line.name || line.sku;
  const price = line.price_minor !== undefined && state.total
    ? minor(line.price_minor * line.quantity, state.total.currency) : '';
  return (
    <li data-state={line.state}>
      <span class="quantity figures">{line.quantity} ×</span>
      <span class="name">{name}</span>
      <span class={mark ? 'mark' : 'figures'}>{mark || price}</span>
    </li>
  );
}
