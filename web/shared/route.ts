// Where the page is: the part of the address behind '#', as a signal.
import { signal } from '@preact/signals';

export const route = signal(here());
function here(): string[] {
  return location.hash.replace(/^#\/?/, '').split('/').filter(Boolean).map(decodeURIComponent);
}
addEventListener('hashchange', () => (route.value = here()));

export function go(...parts: string[]): void {
  location.hash = '/' + parts.map(encodeURIComponent).join('/');
}
export function at(...parts: string[]): string {
  return '#/' + parts.map(encodeURIComponent).join('/');
}
