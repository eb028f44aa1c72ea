import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';

test('ESM and CommonJS hand out the same objects', async () => {
  const esm = await import('@manifest-cyber/observability-ts');
  const cjs = createRequire(import.meta.url)('@manifest-cyber/observability-ts');
  assert.ok(Object.keys(esm).length > 0);
  assert.deepEqual(Object.keys(esm).sort(), Object.keys(cjs).sort());
  for (const name of Object.keys(cjs)) {
    assert.equal(esm[name], cjs[name], name);
  }
});
