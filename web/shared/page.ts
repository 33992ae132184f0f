// What a page is told of its store before it starts: nothing secret. Served beside it.
import type { Settings } from './session';

export interface Store extends Settings {
  name: string;
  provider_script: string; // the payment provider's; empty: none
}
export async function store(): Promise<Store> {
  const response = await fetch('settings.json', { cache: 'no-store' });
  if (!response.ok) throw new Error(`settings.json: status ${response.status}`);
  return (await response.json()) as Store;
}
