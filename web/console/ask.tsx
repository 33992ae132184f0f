// A dialog that asks before something is done: closed by Escape, keeps the focus, and stays open
// with the reason where it did not work.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button, Notice } from '../shared/ui';

interface AskProps {
  title: string;
  yes: string; // what the button does
  kind?: 'main' | 'bad';
  ready?: boolean; // the form can be sent
  onYes(): Promise<string | null>; // the reason where it did not work
  onClose(): void;
  children: ComponentChildren;
}

export function Ask(
  { title, yes, kind = 'main', ready = true, onYes, onClose, children }: AskProps,
) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy || !ready) return;
    setBusy(true);
    const failed = await onYes();
    setBusy(false);
    setProblem(failed);
    if (failed === null) onClose();
  };
  return (
    <dialog ref={dialog} class="card ask" aria-labelledby="ask-title" onClose={onClose}>
      <form class="stack" onSubmit={submit}>
        <h2 id="ask-title">{title}</h2>
        {children}
        {problem && <Notice tone="bad" icon="alert">{problem}</Notice>}
        <div class="row end">
          <Button onClick={onClose}>Back</Button>
          <Button kind={kind} type="submit" disabled={busy || !ready}>
            {busy ? 'One moment…' : yes}
          </Button>
        </div>
      </form>
    </dialog>
  );
}
