// The few elements that all pages use; looks are in tokens.css.
import type { ComponentChildren, JSX } from 'preact';
import { Icon, type IconName } from './icons';

export type Tone = 'good' | 'care' | 'bad' | 'calm' | 'quiet';

interface ButtonProps extends JSX.HTMLAttributes<HTMLButtonElement> {
  kind?: 'main' | 'usual' | 'plain' | 'bad';
  icon?: IconName;
  disabled?: boolean;
  type?: 'button' | 'submit';
  children?: ComponentChildren;
}
export function Button({ kind = 'usual', icon, type = 'button', children, ...rest }: ButtonProps) {
  return (
    <button class="button" data-kind={kind} type={type} {...rest}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

export function Badge({ tone = 'calm', children }: { tone?: Tone; children: ComponentChildren }) {
  return (
    <span class="badge" data-tone={tone}>
      {children}
    </span>
  );
}

// A message in the page. Errors are read out at once, the rest when there is time.
export function Notice({ tone = 'calm', icon, children }: {
  tone?: Tone;
  icon?: IconName;
  children: ComponentChildren;
}) {
  return (
    <div class="notice" data-tone={tone} role={tone === 'bad' ? 'alert' : 'status'}>
      {icon && <Icon name={icon} />}
      <div>{children}</div>
    </div>
  );
}

interface FieldProps {
  label: string;
  error?: string | undefined;
  hint?: string | undefined;
  children: ComponentChildren;
}
export function Field({ label, error, hint, children }: FieldProps) {
  return (
    <label class="field">
      <span>{label}</span>
      {children}
      {hint && <small class="soft">{hint}</small>}
      {error && <small class="error">{error}</small>}
    </label>
  );
}
