// The JavaScript of docs/stripe-simulator.md, as it stands there, against a simulator.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { Simulator } from './simulator.mjs';

test('the page\'s snippets for Node run', async (t) => {
  const sim = await Simulator.start();
  t.after(() => sim.stop());
  const page = readFileSync(process.env.STRIPE_PAGE, 'utf8');
  const snippets = [...page.matchAll(/^```js\n(.*?)^```$/gms)].map((match) => match[1]);
  assert.equal(snippets.length, 1);
  writeFileSync('page_snippet.mjs', snippets[0].replaceAll('12111', sim.port));
  await import(pathToFileURL('page_snippet.mjs').href);
  assert.equal((await sim.ledger('o2')).charges[0].captured, 1000);
});
