/** Where the addon is missing or broken there is one warning, with the way out, and the service runs untraced. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { codesIn, run } from './parts/service.mjs';

const folder = mkdtempSync(join(tmpdir(), 'observability-ts-addon-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function file(name, content) {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** An addon in JavaScript that is almost the real one. */
const almost = (name, change) =>
  file(
    `${name}.cjs`,
    `const { LAYOUT_VERSION } = ${JSON.stringify({ LAYOUT_VERSION: layoutVersion })};
     const settings = { disabled: false, sampler: { ratio: 1, upperBound: 4294967296, parentBased: true }, limits: {}, propagators: [], resource: {},
       flushOnSignals: true, logLevel: 'info', warnings: [] };
     const addon = { layoutVersion: () => LAYOUT_VERSION, randomBytes: (count) => [...require('node:crypto').randomBytes(count)], start: () => JSON.stringify({ started: true, failure: null, settings }), attach: () => null,
       rejectedHeaders: () => 0 };
     module.exports = { ...addon, ...(${change}) };`,
  );

const layoutVersion = Number(/LAYOUT_VERSION = (\d+)/.exec(await source('native/layout.gen.ts'))[1]);

async function source(path) {
  const { readFile } = await import('node:fs/promises');
  return readFile(new URL(`../../src-ts/${path}`, import.meta.url), 'utf8');
}

const BROKEN = {
  'that is not there': [join(folder, 'missing.node'), 'OBS_PLATFORM_UNSUPPORTED', /install @manifest-cyber\/observability-ts-/],
  'that is no library': [file('garbage.node', 'not a library'), 'OBS_ADDON_BROKEN', /reinstall the package/],
  'that is empty': [file('empty.node', ''), 'OBS_ADDON_BROKEN', /reinstall the package/],
  'that is something else': [file('other.cjs', 'module.exports = {}'), 'OBS_ADDON_BROKEN', /reinstall the package/],
  'that throws when it is loaded': [file('throws.cjs', `throw new Error('no luck')`), 'OBS_ADDON_BROKEN', /no luck.*reinstall/],
  'of another version': [almost('version', '{ layoutVersion: () => 0 }'), 'OBS_ADDON_MISMATCH', /install both at the same version/],
  'in a runtime that shares no memory': [almost('memory', '{}'), 'OBS_SHARED_MEMORY_REFUSED', /runs untraced/],
  'that gets no thread': [
    almost('thread', `{ start: () => JSON.stringify({ started: false, failure: 'no threads left', settings }) }`),
    'OBS_WORKER_FAILED',
    /no threads left.*runs untraced/,
  ],
  'that throws when it is started': [almost('start', `{ start() { throw new Error('out of order'); } }`), 'OBS_START_FAILED', /out of order.*report/],
};

const SERVICE = `
  const again = await initTracing();
  const result = withSpan('works', (span) => { span.setAttribute('a', 1); return 'result'; });
  await Promise.all([tracing.forceFlush(), tracing.shutdown(), again.shutdown()]);
  const carrier = observability.injectTraceContext({});
  observability.extractTraceContext({ traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' });
  observability.addSpanEvent('event');
  observability.recordError(new Error('noted'));
  console.log(result, getTracer().startSpan('x').isRecording(), JSON.stringify(carrier), tracing.stats().started, process.listenerCount('exit'));
  process.exitCode = 5;`;

for (const [title, [addon, expected, advice]] of Object.entries(BROKEN)) {
  test(`an addon ${title}`, async () => {
    const { code, stdout, stderr } = await run(SERVICE, {
      before: `const listeners = process.listenerCount('exit');`,
      env: { OBSERVABILITY_TS_ADDON: addon },
    });
    assert.equal(code, 5);
    assert.match(stdout, /^result false {} 0 \d\n$/);
    assert.deepEqual(codesIn(stderr), [expected]);
    assert.match(stderr, advice);
  });
}
