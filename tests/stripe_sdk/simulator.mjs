// Starts trayline-stripe for a test and talks to its controls.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import Stripe from 'stripe';

const program = process.env.TRAYLINE_STRIPE;
export const description = process.env.STRIPE_DESCRIPTION;
export const canCheck = existsSync(description ?? '');

export class Simulator {
  // More arguments of the program may be given: ['--journal', file].
  static async start(more = []) {
    const checks = canCheck ? ['--description', description] : [];
    const child = spawn(program, ['--controls', ...checks, ...more], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(createInterface({ input: child.stdout }), 'line');
    return new Simulator(child, JSON.parse(line));
  }

  constructor(child, { url, port }) {
    this.child = child;
    this.url = url;
    this.port = port;
  }

  // The unmodified SDK, pointed here.
  sdk(settings = {}) {
    return new Stripe('sk_test_sdk', {
      host: '127.0.0.1',
      port: this.port,
      protocol: 'http',
      apiVersion: '2023-08-16',
      telemetry: false,
      ...settings,
    });
  }

  async control(method, path, body) {
    const answer = await fetch(`${this.url}/_sim/${path}`, {
      method,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const json = await answer.json();
    if (answer.status !== 200) throw new Error(`${path}: ${JSON.stringify(json)}`);
    return json;
  }

  fault(fault) {
    return this.control('POST', 'fault', fault);
  }

  ledger(order) {
    return this.control('GET', order === undefined ? 'charges' : `charges?order=${order}`);
  }

  async stop(signal = 'SIGTERM') {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill(signal);
    await ended;
  }
}

let orders = 0;
export const newOrder = () => `o${++orders}`;

// A hold of 1250 for an order of its own.
export function hold(stripe, more = {}, options = {}) {
  return stripe.paymentIntents.create(
    {
      amount: 1250,
      currency: 'eur',
      capture_method: 'manual',
      confirm: true,
      payment_method: 'pm_card_visa',
      metadata: { order_id: newOrder() },
      ...more,
    },
    options,
  );
}
