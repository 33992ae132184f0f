// The card form: a choice of test cards, and the confirmation of a SetupIntent with the one chosen.
const CARDS = [
  ['pm_card_visa', 'Visa 4242, pays'],
  ['pm_card_mastercard', 'Mastercard 4444, pays'],
  ['pm_card_chargeCustomerFail', 'Visa 0341, is saved and then declines'],
  ['pm_card_chargeDeclinedInsufficientFunds', 'Visa 9995, no funds: is not even saved'],
  ['pm_card_authenticationRequiredOnSetup', 'Visa 3155, the bank asks once, now'],
  ['pm_card_authenticationRequired', 'Visa 3184, the bank asks each time'],
];

const choice = document.getElementById('card');
for (const [id, words] of CARDS) choice.append(new Option(words, id));

addEventListener('message', async (event) => {
  if (event.source !== parent || !event.data.confirm) return;
  choice.disabled = true;
  const { intent: setupIntent, error } = await call('POST', `${path}/confirm`, {
    client_secret: secret, payment_method: choice.value,
  });
  choice.disabled = false;
  tell({ done: error ? { error } : { setupIntent } });
});

document.getElementById('form').addEventListener('submit', (event) => event.preventDefault());
tell({ ready: true, height: document.documentElement.scrollHeight });
