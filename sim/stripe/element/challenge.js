// The customer's bank: passes or fails 3-D Secure.
async function answer(pass) {
  const response = await fetch('/_sim/challenge', {
    method: 'POST', body: JSON.stringify({ intent, pass }),
  }).catch(() => null);
  if (!response?.ok) {
    document.getElementById('problem').textContent =
      'That did not work. Start trayline-stripe with --controls, and try again.';
    return;
  }
  const { intent: now, error } = await call('GET', path, { client_secret: secret });
  const failed = now?.last_payment_error ?? now?.last_setup_error;
  tell({ done: error || !pass ? { error: error ?? failed ?? { message: 'Refused.' } }
    : { intent: now } });
}

document.getElementById('pass').addEventListener('click', () => answer(true));
document.getElementById('fail').addEventListener('click', () => answer(false));
document.getElementById('pass').focus();
