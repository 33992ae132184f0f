// Cards, holds, captures, refunds and lists, as an app's backend does them with the official SDK.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { canCheck, hold, newOrder, Simulator } from './simulator.mjs';

let sim;
let stripe;
before(async () => {
  sim = await Simulator.start();
  stripe = sim.sdk();
});
after(() => sim.stop());

test('a customer saves a card with a SetupIntent and pays with it off-session', async () => {
  const customer = await stripe.customers.create({ metadata: { user_id: 'u1' }, name: 'Jö & D' });
  assert.equal((await stripe.customers.retrieve(customer.id)).name, 'Jö & D');
  const key = await stripe.ephemeralKeys.create(
    { customer: customer.id },
    { apiVersion: '2022-11-15' },
  );
  assert.match(key.secret, /^ek_test_/);

  const setup = await stripe.setupIntents.create({
    customer: customer.id,
    usage: 'off_session',
    payment_method_types: ['card'],
  });
  // The app's part, with the publishable key and the intent's secret.
  const app = sim.sdk();
  const confirmed = await app.setupIntents.confirm(
    setup.id,
    { payment_method: 'pm_card_visa', client_secret: setup.client_secret },
    { apiKey: 'pk_test_app' },
  );
  assert.equal(confirmed.status, 'succeeded');
  const cards = await stripe.customers.listPaymentMethods(customer.id);
  assert.equal(cards.data[0].id, confirmed.payment_method);
  const paid = await hold(stripe, {
    customer: customer.id,
    payment_method: confirmed.payment_method,
    off_session: true,
  });
  assert.equal(paid.status, 'requires_capture');

  await stripe.customers.update(customer.id, {
    invoice_settings: { default_payment_method: confirmed.payment_method },
    metadata: { user_id: '', seat: '4' },
  });
  const expanded = await stripe.customers.retrieve(customer.id, {
    expand: ['invoice_settings.default_payment_method'],
  });
  assert.equal(expanded.invoice_settings.default_payment_method.card.last4, '4242');
  assert.deepEqual(expanded.metadata, { seat: '4' });
  await stripe.paymentMethods.detach(confirmed.payment_method);
  assert.equal((await stripe.customers.del(customer.id)).deleted, true);
  assert.equal((await stripe.customers.retrieve(customer.id)).deleted, true);
});

test('a hold is confirmed apart, and less is captured', async () => {
  const order = newOrder();
  const intent = await stripe.paymentIntents.create({
    amount: 1250,
    currency: 'eur',
    capture_method: 'manual',
    payment_method: 'pm_card_mastercard',
    metadata: { order_id: order },
  });
  assert.equal(intent.status, 'requires_confirmation');
  await stripe.paymentIntents.update(intent.id, { amount: 1300, description: 'lunch' });
  const held = await stripe.paymentIntents.confirm(intent.id);
  assert.equal(held.amount_capturable, 1300);
  await assert.rejects(
    stripe.paymentIntents.capture(intent.id, { amount_to_capture: 1301 }),
    { type: 'StripeInvalidRequestError', code: 'amount_too_large' },
  );
  const captured = await stripe.paymentIntents.capture(
    intent.id,
    { amount_to_capture: 1000, expand: ['latest_charge'] },
  );
  assert.equal(captured.amount_received, 1000);
  assert.equal(captured.latest_charge.amount_captured, 1000);
  const { charges } = await sim.ledger(order);
  assert.equal(charges.length, 1);
  assert.equal(charges[0].captured, 1000);
});

test('a hold is let go', async () => {
  const intent = await hold(stripe);
  const canceled = await stripe.paymentIntents.cancel(intent.id, {
    cancellation_reason: 'abandoned',
  });
  assert.equal(canceled.status, 'canceled');
  await assert.rejects(stripe.paymentIntents.capture(intent.id), {
    code: 'payment_intent_unexpected_state',
  });
  const { voided } = await sim.ledger(intent.metadata.order_id);
  assert.equal(voided[0].reason, 'abandoned');
});

test('refunds stay within what was captured, at once or on their way', async () => {
  const intent = await hold(stripe, { payment_method: 'pm_card_pendingRefund' });
  await stripe.paymentIntents.capture(intent.id);
  const part = await stripe.refunds.create({ payment_intent: intent.id, amount: 400 });
  assert.equal(part.status, 'pending');
  await assert.rejects(stripe.refunds.cancel(part.id), { statusCode: 400 });
  await sim.control('POST', 'clock', { advance_s: 11 });
  assert.equal((await stripe.refunds.retrieve(part.id)).status, 'succeeded');
  await stripe.refunds.update(part.id, { metadata: { why: 'cold soup' } });
  await assert.rejects(stripe.refunds.create({ payment_intent: intent.id, amount: 851 }), {
    code: 'amount_too_large',
  });
  const rest = await stripe.refunds.create({ charge: intent.latest_charge, reason: 'duplicate' });
  assert.equal(rest.amount, 850);
  await assert.rejects(stripe.refunds.create({ payment_intent: intent.id }), {
    code: 'charge_already_refunded',
  });
  const all = await stripe.refunds.list({ charge: intent.latest_charge });
  assert.deepEqual(all.data.map((refund) => refund.amount), [850, 400]);
});

test('a hold is incremented, or a new intent takes its place where that is refused', async () => {
  const visa = await hold(stripe);
  const grown = await stripe.paymentIntents.incrementAuthorization(visa.id, { amount: 1400 });
  assert.equal(grown.amount_capturable, 1400);
  await sim.fault({ kind: 'decline', code: 'insufficient_funds', path_suffix: 'authorization' });
  await assert.rejects(
    stripe.paymentIntents.incrementAuthorization(visa.id, { amount: 1500 }),
    { type: 'StripeCardError', decline_code: 'insufficient_funds' },
  );
  assert.equal((await stripe.paymentIntents.capture(visa.id)).amount_received, 1400);

  const amex = await hold(stripe, { payment_method: 'pm_card_amex' });
  const order = amex.metadata.order_id;
  await assert.rejects(
    stripe.paymentIntents.incrementAuthorization(amex.id, { amount: 1400 }),
    { type: 'StripeInvalidRequestError' },
  );
  const whole = await hold(stripe, { amount: 1400, metadata: { order_id: order } });
  await stripe.paymentIntents.cancel(amex.id, { cancellation_reason: 'duplicate' });
  await stripe.paymentIntents.capture(whole.id);
  const books = await sim.ledger(order);
  assert.deepEqual(books.charges.map((charge) => charge.captured), [1400]);
  assert.equal(books.voided.length, 1);
});

test('3-D Secure asks on-session and declines off-session', async () => {
  const asked = await hold(stripe, { payment_method: 'pm_card_authenticationRequired' });
  assert.equal(asked.status, 'requires_action');
  assert.equal(asked.next_action.type, 'use_stripe_sdk');
  await sim.control('POST', 'challenge', { intent: asked.id, pass: true });
  assert.equal((await stripe.paymentIntents.retrieve(asked.id)).status, 'requires_capture');

  await assert.rejects(
    hold(stripe, { payment_method: 'pm_card_authenticationRequired', off_session: true }),
    (error) => {
      assert.equal(error.code, 'authentication_required');
      assert.equal(error.payment_intent.status, 'requires_payment_method');
      return true;
    },
  );

  const customer = await stripe.customers.create();
  const setup = await stripe.setupIntents.create({
    customer: customer.id,
    confirm: true,
    payment_method: 'pm_card_authenticationRequiredOnSetup',
    return_url: 'https://example.com/back',
  });
  assert.equal(setup.next_action.type, 'redirect_to_url');
  await sim.control('POST', 'challenge', { intent: setup.id, pass: true });
  const { payment_method } = await stripe.setupIntents.retrieve(setup.id);
  const later = await hold(stripe, { customer: customer.id, payment_method, off_session: true });
  assert.equal(later.status, 'requires_capture');
});

test('declined cards say why, at attach, set-up and charge', async () => {
  const customer = await stripe.customers.create();
  for (const [card, code, decline] of [
    ['pm_card_visa_chargeDeclined', 'card_declined', 'generic_decline'],
    ['pm_card_visa_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
    ['pm_card_visa_chargeDeclinedLostCard', 'card_declined', 'lost_card'],
    ['pm_card_visa_chargeDeclinedStolenCard', 'card_declined', 'stolen_card'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card', 'expired_card'],
    ['pm_card_chargeDeclinedIncorrectCvc', 'incorrect_cvc', 'incorrect_cvc'],
    ['pm_card_chargeDeclinedProcessingError', 'processing_error', 'processing_error'],
  ]) {
    const expected = { type: 'StripeCardError', statusCode: 402, code, decline_code: decline };
    await assert.rejects(hold(stripe, { payment_method: card }), expected, card);
    await assert.rejects(
      stripe.paymentMethods.attach(card, { customer: customer.id }), expected, card);
    await assert.rejects(
      stripe.setupIntents.create({ confirm: true, payment_method: card }), expected, card);
  }
  const late = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', {
    customer: customer.id,
  });
  await assert.rejects(hold(stripe, { customer: customer.id, payment_method: late.id }), {
    code: 'card_declined',
  });
});

test('lists are paged by the SDK itself', async () => {
  const customer = await stripe.customers.create();
  const made = [];
  for (let i = 0; i < 23; ++i) {
    const intent = await stripe.paymentIntents.create({
      amount: 500 + i, currency: 'eur', customer: customer.id });
    made.unshift(intent.id);
    if (i % 5 === 0) await stripe.paymentIntents.create({ amount: 500, currency: 'eur' });
  }
  const seen = [];
  for await (const intent of stripe.paymentIntents.list({ customer: customer.id, limit: 5 })) {
    seen.push(intent.id);
  }
  assert.deepEqual(seen, made);
  const newer = await stripe.paymentIntents.list({
    customer: customer.id, ending_before: made[9], limit: 3 });
  assert.deepEqual(newer.data.map((intent) => intent.id), made.slice(6, 9));
  assert.equal(newer.has_more, true);
  const { created } = await stripe.paymentIntents.retrieve(made[0]);
  const none = await stripe.paymentIntents.list({ created: { gt: created + 1 } });
  assert.deepEqual(none.data, []);
  const charged = await stripe.events.list({ types: ['charge.succeeded'], limit: 2 });
  assert.equal(charged.data.length, 2);
});

test('a dispute comes, and is accepted', async () => {
  const intent = await hold(stripe);
  await stripe.paymentIntents.capture(intent.id);
  const opened = await sim.control('POST', 'dispute', { charge: intent.latest_charge });
  await assert.rejects(stripe.refunds.create({ payment_intent: intent.id }), {
    code: 'charge_disputed',
  });
  const listed = await stripe.disputes.list({ payment_intent: intent.id });
  assert.equal(listed.data[0].id, opened.id);
  assert.equal((await stripe.disputes.close(opened.id)).status, 'lost');
  const taken = await hold(stripe, { payment_method: 'pm_card_createDispute' });
  await stripe.paymentIntents.capture(taken.id);
  assert.equal((await stripe.charges.retrieve(taken.latest_charge)).disputed, true);
});

test('a hold lapses by itself', async () => {
  const intent = await hold(stripe);
  await sim.control('POST', 'clock', { advance_s: 7 * 86400 });
  const lapsed = await stripe.paymentIntents.retrieve(intent.id);
  assert.equal(lapsed.cancellation_reason, 'automatic');
});

test('a newer SDK version is answered too, and all fitted the description', async (t) => {
  const newest = sim.sdk({ apiVersion: undefined });
  const customer = await newest.customers.create({ email: 'a@example.com' });
  assert.equal((await newest.customers.list({ email: 'a@example.com' })).data[0].id, customer.id);
  if (!canCheck) return t.skip('the official description is not there');
  const report = await sim.control('GET', 'problems');
  assert.deepEqual(report.problems, []);
  assert.ok(report.requests > 100, JSON.stringify(report));
});
