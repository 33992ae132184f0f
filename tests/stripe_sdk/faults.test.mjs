// What goes wrong on the way: idempotency, retries of the SDK, webhooks, a killed simulator.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { canCheck, hold, newOrder, Simulator } from './simulator.mjs';

let sim;
let stripe;
before(async () => {
  sim = await Simulator.start();
  stripe = sim.sdk();
});
after(() => sim.stop());

test('the same key gives the same answer', async () => {
  const idempotencyKey = 'key-1';
  const order = newOrder();
  const params = { metadata: { order_id: order } };
  const first = await hold(stripe, params, { idempotencyKey });
  const again = await hold(stripe, params, { idempotencyKey });
  assert.equal(again.id, first.id);
  assert.equal(again.lastResponse.headers['idempotent-replayed'], 'true');
  assert.notEqual(again.lastResponse.requestId, first.lastResponse.requestId);
  await assert.rejects(hold(stripe, { ...params, amount: 999 }, { idempotencyKey }), {
    type: 'StripeIdempotencyError',
    statusCode: 400,
  });
  const declined = { payment_method: 'pm_card_chargeDeclined', metadata: { order_id: order } };
  for (const replayed of [undefined, 'true']) {
    await assert.rejects(hold(stripe, declined, { idempotencyKey: 'key-2' }), (error) => {
      assert.equal(error.statusCode, 402);
      assert.equal(error.headers['idempotent-replayed'], replayed);
      return true;
    });
  }
  await sim.control('POST', 'clock', { advance_s: 86400 });
  assert.notEqual((await hold(stripe, params, { idempotencyKey })).id, first.id);
});

for (const fault of [
  { kind: 'status', status: 409 },
  { kind: 'status', status: 500 },
  { kind: 'status', status: 429, code: 'lock_timeout', should_retry: true, retry_after_s: 0 },
  { kind: 'cut' },
  { kind: 'lose' },
  { kind: 'error_after' },
]) {
  const name = `${fault.kind} ${fault.status ?? ''}`.trim();
  test(`the SDK's retries after ${name} end in exactly one charge`, async () => {
    const intent = await hold(stripe);
    await sim.fault({ ...fault, n: 2, path_suffix: '/capture' });
    const captured = await stripe.paymentIntents.capture(intent.id);
    assert.equal(captured.status, 'succeeded');
    const { charges, double } = await sim.ledger(intent.metadata.order_id);
    assert.deepEqual(charges.map((charge) => charge.captured), [1250]);
    assert.equal(double, 0);
  });
}

test('a stored 500 stays a 500, and the charge is there', async () => {
  const intent = await hold(stripe);
  await sim.fault({ kind: 'error_stored', path_suffix: '/capture' });
  await assert.rejects(stripe.paymentIntents.capture(intent.id), (error) => {
    assert.equal(error.statusCode, 500);
    assert.equal(error.headers['idempotent-replayed'], 'true');
    return true;
  });
  assert.equal((await stripe.paymentIntents.retrieve(intent.id)).status, 'succeeded');
});

test('a plain 429 is the caller\'s own matter', async () => {
  await sim.fault({ kind: 'status', status: 429, reason: 'global-rate', retry_after_s: 2 });
  await assert.rejects(stripe.customers.create(), (error) => {
    assert.equal(error.type, 'StripeRateLimitError');
    assert.equal(error.headers['retry-after'], '2');
    assert.equal(error.headers['stripe-rate-limited-reason'], 'global-rate');
    return true;
  });
});

test('a held reply keeps its key in use until it is released', async () => {
  const intent = await hold(stripe);
  const calm = sim.sdk({ maxNetworkRetries: 0 });
  await sim.fault({ kind: 'hold', path_suffix: '/capture' });
  const waiting = stripe.paymentIntents.capture(intent.id, {}, { idempotencyKey: 'held' });
  while ((await sim.control('GET', 'held')).count === 0);
  await assert.rejects(
    calm.paymentIntents.capture(intent.id, {}, { idempotencyKey: 'held' }),
    { statusCode: 409, code: 'idempotency_key_in_use' },
  );
  await sim.control('POST', 'release');
  assert.equal((await waiting).status, 'succeeded');
});

test('under chaos every order is charged once', async () => {
  const rates = { lose: 0.15, error_after: 0.1, status: 0.1, 409: 0.05, cut: 0.1 };
  await sim.control('POST', 'chaos', { seed: 3, rates });
  const patient = sim.sdk({ maxNetworkRetries: 10 });
  const quick = Array.from({ length: 30 }, async () => {
    const intent = await hold(patient);
    return patient.paymentIntents.capture(intent.id);
  });
  const captured = await Promise.all(quick);
  await sim.control('DELETE', 'chaos');
  const { happened } = await sim.control('GET', 'fault');
  assert.ok(happened.lose > 0 && happened.error_after > 0, JSON.stringify(happened));
  for (const intent of captured) {
    const { charges, holds } = await sim.ledger(intent.metadata.order_id);
    assert.equal(charges.length, 1);
    assert.equal(holds.length, 0);
  }
  assert.equal((await sim.ledger()).double, 0);
});

// Collects what an endpoint gets; until(n) waits for so many.
class Receiver {
  bodies = [];
  #wake = () => {};
  async listen() {
    this.server = createServer((request, response) => {
      const chunks = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => {
        this.bodies.push({
          raw: Buffer.concat(chunks),
          signature: request.headers['stripe-signature'],
        });
        response.statusCode = 200;
        response.end(() => this.#wake());
      });
    });
    await new Promise((done) => this.server.listen(0, '127.0.0.1', done));
    this.url = `http://127.0.0.1:${this.server.address().port}/hook`;
    return this;
  }
  async until(count) {
    while (this.bodies.length < count) await new Promise((done) => (this.#wake = done));
  }
  types(stripe, secret) {
    return this.bodies.map(
      ({ raw, signature }) => stripe.webhooks.constructEvent(raw, signature, secret).type,
    );
  }
  close() {
    this.server.closeAllConnections();
    this.server.close();
  }
}

test('webhooks are signed per endpoint, filtered, doubled and early as asked', async (t) => {
  const [one, two] = await Promise.all([new Receiver().listen(), new Receiver().listen()]);
  t.after(() => [one, two].forEach((receiver) => receiver.close()));
  const everything = await stripe.webhookEndpoints.create({
    url: one.url,
    enabled_events: ['*'],
  });
  const captures = await stripe.webhookEndpoints.create({
    url: two.url,
    enabled_events: ['charge.captured'],
  });
  const intent = await hold(stripe);
  await one.until(3);
  await sim.fault({ kind: 'event_first', path_suffix: '/capture' });
  await stripe.paymentIntents.capture(intent.id);
  assert.equal(one.bodies.length, 5, 'the events came before the reply');
  assert.deepEqual(one.types(stripe, everything.secret).sort(), [
    'charge.captured',
    'charge.succeeded',
    'payment_intent.amount_capturable_updated',
    'payment_intent.created',
    'payment_intent.succeeded',
  ]);
  assert.deepEqual(two.types(stripe, captures.secret), ['charge.captured']);
  const { raw, signature } = two.bodies[0];
  assert.throws(() => stripe.webhooks.constructEvent(raw, signature, everything.secret));

  await stripe.webhookEndpoints.update(everything.id, { enabled_events: ['refund.updated'] });
  await sim.control('POST', 'webhooks', { copies: 2 });
  await stripe.refunds.create({ payment_intent: intent.id });
  await one.until(7);
  const types = one.types(stripe, everything.secret).slice(5);
  assert.deepEqual(types, ['refund.updated', 'refund.updated']);
  const ids = one.bodies.slice(5).map(({ raw: body }) => JSON.parse(body).id);
  assert.equal(ids[0], ids[1]);
  await stripe.webhookEndpoints.del(everything.id);
  const left = await stripe.webhookEndpoints.list();
  assert.deepEqual(left.data.map((endpoint) => endpoint.id), [captures.id]);
});

test('what was answered outlives kill -9', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'trayline-stripe-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const journal = ['--journal', join(folder, 'books')];
  let mortal = await Simulator.start(journal);
  const answered = [];
  for (let round = 0; round < 3; ++round) {
    const calm = mortal.sdk({ maxNetworkRetries: 0 });
    const going = Array.from({ length: 20 }, async () => {
      const intent = await hold(calm);
      const options = { idempotencyKey: `capture-${intent.id}` };
      await calm.paymentIntents.capture(intent.id, {}, options);
      answered.push(intent);
      if (answered.length === 8 * (round + 1)) mortal.child.kill('SIGKILL');
    });
    await Promise.allSettled(going);
    await mortal.stop('SIGKILL');
    mortal = await Simulator.start(journal);
    t.after(() => mortal.stop());
  }
  const sdk = mortal.sdk();
  for (const intent of answered) {
    const options = { idempotencyKey: `capture-${intent.id}` };
    const again = await sdk.paymentIntents.capture(intent.id, {}, options);
    assert.equal(again.lastResponse.headers['idempotent-replayed'], 'true');
    assert.equal((await mortal.ledger(intent.metadata.order_id)).charges.length, 1);
  }
  assert.ok(answered.length >= 24);
});

test('all of it fitted the description', async (t) => {
  if (!canCheck) return t.skip('the official description is not there');
  const report = await sim.control('GET', 'problems');
  assert.deepEqual(report.problems, []);
  assert.ok(report.requests > 50, JSON.stringify(report));
});
