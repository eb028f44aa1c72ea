import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { inspect } from 'node:util';

test('ESM and CommonJS hand out the same objects', async () => {
  const esm = await import('@manifest-cyber/observability-ts');
  const cjs = createRequire(import.meta.url)('@manifest-cyber/observability-ts');
  assert.ok(Object.keys(esm).length > 0);
  assert.deepEqual(Object.keys(esm).sort(), Object.keys(cjs).sort());
  for (const name of Object.keys(cjs)) {
    assert.equal(esm[name], cjs[name], name);
  }
});

test('a class is called as it is exported, which is what is read where one of its objects is printed', async () => {
  const require = createRequire(import.meta.url);
  const isClass = (value) => typeof value === 'function' && String(value).startsWith('class');
  let classes = 0;
  for (const path of ['', '/tracing', '/express', '/messaging', '/logging', '/testing']) {
    const specifier = `@manifest-cyber/observability-ts${path}`;
    for (const exported of [await import(specifier), require(specifier)]) {
      for (const [name, value] of Object.entries(exported).filter(([, candidate]) => isClass(candidate))) {
        classes++;
        assert.equal(value.name, name, specifier);
      }
    }
  }
  assert.ok(classes > 0);
  const { OtelLogger, TraceContext } = require('@manifest-cyber/observability-ts');
  assert.match(inspect(TraceContext.generateRandom()), /^TraceContext \{/);
  assert.match(inspect(OtelLogger.create(console)), /^OtelLogger \{/);
});
