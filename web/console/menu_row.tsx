// One item of the menu editor, with what is wrong under each field.
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Badge, Button } from '../shared/ui';
import type { Errors, Row } from './menu_draft';

interface MenuRowProps {
  row: Row;
  errors: Errors;
  isNew: boolean;
  isTouched: boolean;
  change(part: Partial<Row>): void;
  remove(): void;
}

export function MenuRow({ row, errors, isNew, isTouched, change, remove }: MenuRowProps) {
  const line = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    if (isNew && !row.sku) line.current?.querySelector('input')?.focus();
  }, []);
  const who = row.name || row.sku || 'the new item';
  const cell = (name: 'sku' | 'name' | 'price' | 'tax' | 'left', label: string,
    more: JSX.HTMLAttributes<HTMLInputElement> = {}) => (
    <Cell name={label} error={errors[name]}>
      <input value={row[name]} aria-label={`${label} of ${who}`}
        aria-invalid={errors[name] !== undefined}
        onInput={(event) => change({ [name]: event.currentTarget.value })} {...more} />
    </Cell>
  );
  return (
    <tr ref={line} data-touched={isTouched}>
      {isNew ? cell('sku', 'SKU') : (
        <td data-name="SKU"><span class="code">{row.sku}</span>{' '}
          {isTouched && <Badge tone="care">changed</Badge>}</td>
      )}
      {cell('name', 'Name')}
      {cell('price', 'Price', { inputMode: 'decimal', size: 7 } as object)}
      {cell('tax', 'Tax %', { inputMode: 'decimal', size: 5 } as object)}
      {cell('left', 'Left',
        { inputMode: 'numeric', size: 6, placeholder: 'not counted' } as object)}
      <td data-name="Available">
        <span class="row tight">
          <label class="check">
            <input type="checkbox" checked={row.available} aria-label={`${who} is available`}
              onChange={(event) => change({ available: event.currentTarget.checked })} />
            {row.available ? 'Yes' : 'No'}
          </label>
          {isNew && (
            <Button kind="plain" icon="cross" aria-label={`Remove ${who}`} onClick={remove} />
          )}
        </span>
      </td>
    </tr>
  );
}

function Cell({ name, error, children }: {
  name: string; error: string | undefined; children: JSX.Element;
}) {
  return (
    <td data-name={name}>
      {children}
      {error && <small class="error">{error}</small>}
    </td>
  );
}
