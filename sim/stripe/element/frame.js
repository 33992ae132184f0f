// What both frames of the simulator need: their page's key and secret, and calls to the API.
const asked = new URLSearchParams(location.search);
const key = asked.get('key') ?? '';
const secret = asked.get('secret') ?? '';
const intent = secret.split('_secret')[0];
const path = intent.startsWith('seti_') ? `/v1/setup_intents/${intent}`
  : `/v1/payment_intents/${intent}`;

// To the page that holds this frame, whatever its origin: nothing of it is secret from that page.
function tell(message) {
  parent.postMessage(message, '*');
}

// {intent} or {error}, as Stripe.js gives them.
async function call(method, address, form) {
  const text = new URLSearchParams(form).toString();
  const response = await fetch(method === 'GET' ? `${address}?${text}` : address, {
    method,
    headers: { Authorization: `Bearer ${key}` },
    ...(method === 'GET' ? {} : { body: new URLSearchParams(form) }),
  }).catch(() => null);
  if (!response) return { error: { message: 'The payment provider cannot be reached.' } };
  const body = await response.json();
  return response.ok ? { intent: body } : { error: body.error };
}
