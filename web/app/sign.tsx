// Signing in, signing up, and the code that proves the address.
import { signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Refused } from '../shared/session';
import { Button, Field, Notice } from '../shared/ui';
import { View } from './parts';
import { connected, keep, kept, session } from './store';

type Step = 'in' | 'up' | 'confirm';
interface Begun {
  step: Step;
  email: string;
}
// Kept, so that looking for the code in another app and a reload lose nothing. Never the password.
const KEY = 'trayline.app.sign';
const begun = signal<Begun>(kept<Begun>(KEY) ?? { step: 'in', email: '' });
function set(next: Begun): void {
  begun.value = next;
  keep(KEY, next);
}
// In memory alone, to sign in at once after the code.
let password = '';

interface Wrong {
  email?: string;
  password?: string;
  code?: string;
  all?: string;
}

function wrong(error: unknown): Wrong {
  if (!(error instanceof Refused)) {
    return { all: 'There is no connection to the store. Try again when it is back.' };
  }
  switch (error.code) {
    case 'UsernameExistsException':
      return { email: 'There is an account with this address. Sign in instead.' };
    case 'InvalidPasswordException':
      return { password: `${error.message.replace(/^.*policy: /, '')}. Choose another one.` };
    case 'NotAuthorizedException':
      return { password: 'The address and the password do not belong together.' };
    case 'CodeMismatchException':
      return { code: 'That is not the code. Look at the newest mail.' };
    case 'ExpiredCodeException':
      return { code: 'This code is too old. Ask for a new one.' };
    case 'TooManyRequestsException':
    case 'TooManyFailedAttemptsException':
    case 'LimitExceededException':
      return { all: 'That was tried too often. Wait some minutes, then try again.' };
    case 'InvalidParameterException':
      return { email: error.message };
    default:
      return { all: error.message };
  }
}

const TITLES = { in: 'Sign in', up: 'Create an account', confirm: 'Check your mail' };

export function Sign({ why }: { why?: string }) {
  return (
    <View title={TITLES[begun.value.step]}>
      <SignSteps why={why} />
    </View>
  );
}
// The same below something else that has to be seen.
export function SignBelow({ why }: { why: string }) {
  const place = useRef<HTMLElement>(null);
  const { step } = begun.value;
  const first = useRef(step);
  useEffect(() => {
    if (step !== first.current) place.current?.scrollIntoView();
  }, [step]);
  return (
    <section class="stack below" ref={place}>
      <h2>{TITLES[step]}</h2>
      <SignSteps why={why} />
    </section>
  );
}

function SignSteps({ why }: { why?: string | undefined }) {
  const { step } = begun.value;
  const [errors, setErrors] = useState<Wrong>({});
  const [busy, setBusy] = useState(false);
  const attempt = async (act: () => Promise<void>) => {
    if (busy) return;
    setBusy(true);
    setErrors({});
    try {
      await act();
    } catch (error) {
      setErrors(wrong(error));
    }
    setBusy(false);
  };
  const to = (next: Step) => {
    setErrors({});
    set({ ...begun.value, step: next });
  };
  return (
    <div class="stack narrow">
      {why && step !== 'confirm' && <p class="soft">{why}</p>}
      {errors.all && <Notice tone="bad" icon="alert">{errors.all}</Notice>}
      {!connected.value && !errors.all && (
        <Notice tone="care" icon="offline">Signing in needs a connection.</Notice>
      )}
      {step === 'confirm'
        ? <Confirm errors={errors} busy={busy} attempt={attempt} to={to} />
        : <Credentials key={step} up={step === 'up'}
            errors={errors} busy={busy} attempt={attempt} to={to} />}
    </div>
  );
}

interface StepProps {
  errors: Wrong;
  busy: boolean;
  attempt(act: () => Promise<void>): Promise<void>;
  to(step: Step): void;
}

async function signIn(email: string, word: string): Promise<void> {
  try {
    await session.signIn(email, word);
    password = '';
    set({ step: 'in', email });
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== 'UserNotConfirmedException') throw error;
    password = word;
    await session.sendCodeAgain(email);
    set({ step: 'confirm', email });
  }
}

function Credentials({ up, errors, busy, attempt, to }: StepProps & { up: boolean }) {
  const [email, setEmail] = useState(begun.value.email);
  const [word, setWord] = useState('');
  const [name, setName] = useState('');
  const submit = (event: Event) => {
    event.preventDefault();
    void attempt(async () => {
      const address = email.trim();
      if (!up) return signIn(address, word);
      await session.signUp(address, word, name.trim());
      password = word;
      set({ step: 'confirm', email: address });
    });
  };
  return (
    <form class="stack" onSubmit={submit}>
      {up && (
        <Field label="First name"
          hint="It is called out and shown on the screen. You may leave it out.">
          <input autocomplete="given-name" maxLength={40} value={name}
            onInput={(e) => setName(e.currentTarget.value)} />
        </Field>
      )}
      <Field label="Email address" error={errors.email}>
        <input type="email" inputMode="email" autocomplete="username" required value={email}
          aria-invalid={errors.email ? true : undefined}
          onInput={(e) => setEmail(e.currentTarget.value)} />
      </Field>
      <Field label="Password" error={errors.password}
        hint={up ? 'At least 8 characters; a short sentence is good.' : undefined}>
        <input type="password" autocomplete={up ? 'new-password' : 'current-password'} required
          minLength={up ? 8 : undefined} value={word}
          aria-invalid={errors.password ? true : undefined}
          onInput={(e) => setWord(e.currentTarget.value)} />
      </Field>
      <Button kind="main" type="submit" disabled={busy}>
        {busy ? 'One moment…' : up ? 'Create account' : 'Sign in'}
      </Button>
      <Button kind="plain" onClick={() => to(up ? 'in' : 'up')}>
        {up ? 'I have an account' : 'Create an account'}
      </Button>
    </form>
  );
}

function Confirm({ errors, busy, attempt, to }: StepProps) {
  const { email } = begun.value;
  const [code, setCode] = useState('');
  const [again, setAgain] = useState(false);
  const submit = (event: Event) => {
    event.preventDefault();
    void attempt(async () => {
      await session.confirm(email, code.trim());
      if (password) await signIn(email, password);
      else set({ step: 'in', email });
    });
  };
  const resend = () => attempt(async () => {
    await session.sendCodeAgain(email);
    setAgain(true);
  });
  return (
    <form class="stack" onSubmit={submit}>
      <p>We sent a code to <strong>{email}</strong>. Enter it here.</p>
      <Field label="Code" error={errors.code}>
        <input class="digits" inputMode="numeric" autocomplete="one-time-code" required
          maxLength={12} value={code} aria-invalid={errors.code ? true : undefined}
          onInput={(e) => setCode(e.currentTarget.value)} />
      </Field>
      {again && <Notice tone="good" icon="check">A new code is on its way.</Notice>}
      <Button kind="main" type="submit" disabled={busy}>{busy ? 'One moment…' : 'Confirm'}</Button>
      <Button kind="plain" disabled={busy} onClick={resend}>Send a new code</Button>
      <Button kind="plain" onClick={() => to('up')}>Use another address</Button>
    </form>
  );
}
