// Ids and service.instance.id come from the system's randomness, with and without the addon.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PROGRAM = new URL('programs/random.cjs', import.meta.url);

async function ids(environment = {}) {
  const { stdout } = await run(process.execPath, [fileURLToPath(PROGRAM)], { env: { ...process.env, ...environment } });
  return JSON.parse(stdout);
}

test('trace ids differ from process to process, and node:crypto is not loaded for them', async () => {
  const made = await Promise.all([ids(), ids(), ids()]);
  assert.equal(new Set(made.map(({ traceId }) => traceId)).size, 3);
  for (const { traceId, crypto } of made) {
    assert.match(traceId, /^[0-9a-f]{32}$/);
    assert.equal(crypto, false);
  }
});

test('without the addon they come from node:crypto', async () => {
  const made = await Promise.all([ids({ OBSERVABILITY_TS_ADDON: '/nowhere.node' }), ids({ OBSERVABILITY_TS_ADDON: '/nowhere.node' })]);
  assert.notEqual(made[0].traceId, made[1].traceId);
  assert.match(made[0].traceId, /^[0-9a-f]{32}$/);
});
