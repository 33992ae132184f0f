// Where staff signs in. Accounts of staff are made by the store, not here.
import { useState } from 'preact/hooks';
import { Refused } from '../shared/session';
import { Button, Field, Notice } from '../shared/ui';
import { session } from './state';

const WORDS: Record<string, string> = {
  NotAuthorizedException: 'That email and password do not belong together. Try again.',
  UserNotConfirmedException: 'This account is not confirmed yet. Confirm it in the app first.',
};

export function SignIn() {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setBusy(true);
    setProblem('');
    try {
      await session.signIn(String(form.get('email')).trim(), String(form.get('password')));
    } catch (error) {
      setProblem(error instanceof Refused ? (WORDS[error.code] ?? error.message)
        : 'There is no connection to the store. Try again.');
    }
    setBusy(false);
  };
  return (
    <main class="sign-in">
      <form class="card stack" onSubmit={submit}>
        <h1>Trayline console</h1>
        <p class="soft">For staff of the store.</p>
        {problem && <Notice tone="bad" icon="alert">{problem}</Notice>}
        <Field label="Email">
          <input name="email" type="email" autocomplete="username" required autofocus />
        </Field>
        <Field label="Password">
          <input name="password" type="password" autocomplete="current-password" required />
        </Field>
        <Button kind="main" type="submit" disabled={busy}>
          {busy ? 'Signing in…' : 'Sign in'}
        </Button>
      </form>
    </main>
  );
}
