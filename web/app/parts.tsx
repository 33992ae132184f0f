// Elements that several views of the app use.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { type Problem, words } from '../shared/api';
import { Icon } from '../shared/icons';
import { minor } from '../shared/money';
import { Qr } from '../shared/qr';
import { Button, Notice } from '../shared/ui';
import { useAwake } from './awake';

export function View({ title, back, wide, children }: {
  title: string;
  back?: string;
  wide?: boolean;
  children: ComponentChildren;
}) {
  return (
    <main class="view" data-wide={wide ? '' : undefined}>
      <header class="view-head">
        {back && (
          <a class="round" href={back} aria-label="Back">
            <Icon name="back" />
          </a>
        )}
        <h1 tabIndex={-1}>{title}</h1>
      </header>
      {children}
    </main>
  );
}

export function Trouble({ problem, again }: {
  problem: Problem | undefined;
  again?: (() => void) | undefined;
}) {
  if (!problem) return null;
  const offline = problem.code === 'offline';
  return (
    <Notice tone={offline ? 'care' : 'bad'} icon={offline ? 'offline' : 'alert'}>
      <p>{words(problem)}</p>
      {again && <Button kind="plain" icon="refresh" onClick={again}>Try again</Button>}
    </Notice>
  );
}

export function Waits({ children }: { children: ComponentChildren }) {
  return (
    <p class="waits" role="status">
      <span class="dots" aria-hidden="true"><i /><i /><i /></span>
      {children}
    </p>
  );
}
// Room for what is still on its way, so that nothing jumps when it is there.
export function Rows({ count, of }: { count: number; of: string }) {
  return (
    <div role="status">
      <span class="hidden-text">{of} is being loaded</span>
      {Array.from({ length: count }, (_, at) => <div key={at} class="blank" />)}
    </div>
  );
}

export function Stepper({ name, value, most, set }: {
  name: string;
  value: number;
  most: number;
  set(value: number): void;
}) {
  return (
    <div class="stepper" data-some={value > 0 ? '' : undefined}>
      {value > 0 && (
        <>
          <button type="button" aria-label={`One ${name} less`} onClick={() => set(value - 1)}>
            <Icon name="minus" />
          </button>
          <output class="figures" aria-label={`${value} ${name}`}>{value}</output>
        </>
      )}
      <button type="button" aria-label={`One ${name} more`} disabled={value >= most}
        onClick={() => set(value + 1)}>
        <Icon name="plus" />
      </button>
    </div>
  );
}

export interface Shown {
  sku: string;
  name: string;
  quantity: number;
  price_minor: number;
}
export function Lines({ lines, currency }: { lines: Shown[]; currency: string }) {
  return (
    <ul class="lines">
      {lines.map((line) => (
        <li key={line.sku}>
          <span class="figures soft">{line.quantity} ×</span>
          <span>{line.name}</span>
          <span class="figures">{minor(line.price_minor * line.quantity, currency)}</span>
        </li>
      ))}
    </ul>
  );
}
export function Sum({ label, amount, currency, strong }: {
  label: string;
  amount: number;
  currency: string;
  strong?: boolean;
}) {
  return (
    <p class="spread sum" data-strong={strong ? '' : undefined}>
      <span>{label}</span>
      <span class="figures">{minor(amount, currency)}</span>
    </p>
  );
}

// The bytes of an order's or a person's code: what the camera looks for.
function bytesOf(base64url: string): number[] {
  const bytes = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
  return Array.from(bytes, (byte) => byte.charCodeAt(0));
}

// A code for the camera: large, and on the whole screen on demand. The screen stays on.
export function BigCode({ code, label, under }: {
  code: string; // base64url
  label: string;
  under?: ComponentChildren;
}) {
  const [whole, setWhole] = useState(false);
  useAwake();
  return (
    <section class="code-card" data-whole={whole ? '' : undefined}>
      <Qr text={bytesOf(code)} label={label} />
      {under}
      <Button kind={whole ? 'main' : 'usual'} icon={whole ? 'cross' : 'large'}
        onClick={() => setWhole(!whole)}>
        {whole ? 'Smaller' : 'Full screen'}
      </Button>
    </section>
  );
}
