// The payment provider's script in a page (Stripe.js, or the simulator's stand-in): only what the
// pages use of it. It is loaded once, from where the store's settings say, and never bundled:
// card numbers stay between the customer and the provider.
export interface ProviderError {
  type?: string;
  code?: string;
  message?: string;
}
export interface PaymentElement {
  mount(node: HTMLElement): void;
  unmount(): void;
  destroy(): void;
  on(event: 'ready' | 'change', handler: () => void): void;
  on(event: 'loaderror', handler: (event: { error: ProviderError }) => void): void;
}
export interface Elements {
  create(
    kind: 'payment', options?: { fields?: unknown; terms?: unknown; layout?: string },
  ): PaymentElement;
}
export interface ElementsOptions {
  clientSecret: string;
  appearance?: { theme?: 'stripe' | 'night'; variables?: Record<string, string> };
}
export interface Provider {
  elements(options: ElementsOptions): Elements;
  confirmSetup(options: {
    elements: Elements;
    redirect: 'if_required';
    confirmParams: { return_url: string };
  }): Promise<{ error?: ProviderError; setupIntent?: { id: string; status: string } }>;
  handleNextAction(options: {
    clientSecret: string;
  }): Promise<{ error?: ProviderError; paymentIntent?: { id: string; status: string } }>;
}
declare global {
  interface Window {
    Stripe?: (publishableKey: string) => Provider;
  }
}

export const LOAD_MOST_MS = 20_000;
const loaded = new Map<string, Promise<void>>();
const made = new Map<string, Provider>();

// Rejects where the script cannot be had; then the next call tries again.
export async function provider(script: string, publishableKey: string): Promise<Provider> {
  if (!script) throw new Error('this store has no payment provider');
  let loading = loaded.get(script);
  if (!loading) {
    loading = load(script);
    loaded.set(script, loading);
    loading.catch(() => loaded.delete(script));
  }
  await loading;
  let known = made.get(publishableKey);
  if (!known) {
    if (!window.Stripe) throw new Error(`${script} is no payment provider's script`);
    known = window.Stripe(publishableKey);
    made.set(publishableKey, known);
  }
  return known;
}

function load(script: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const element = document.createElement('script');
    const end = (failed?: Error) => {
      clearTimeout(timer);
      if (!failed) return resolve();
      element.remove();
      reject(failed);
    };
    const timer = setTimeout(() => end(new Error(`${script} took too long`)), LOAD_MOST_MS);
    element.src = script;
    element.async = true;
    element.onload = () => end();
    element.onerror = () => end(new Error(`${script} could not be loaded`));
    document.head.append(element);
  });
}
