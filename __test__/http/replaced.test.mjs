/** Tracing that takes the place of other tracing: HTTP is the new one's, with its options, and stays so when the former is shut down. */
import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';
import { createTestTracing, initTracing } from '@manifest-cyber/observability-ts';
import { SpanKind, trace } from '@opentelemetry/api';
import { clientSpans, get, HOST, serve, serverSpans } from './support.mjs';

const answer = (_request, response) => response.end();

/** A request that is traced on both of its sides, where nothing is ignored. */
const request = (port, path) =>
  new Promise((resolve, reject) => {
    http.get({ host: HOST, port, path, agent: false }, (response) => response.resume().on('close', resolve)).on('error', reject);
  });

for (const [name, start] of [
  ['test tracing', () => createTestTracing()],
  ['tracing', () => initTracing({ exporter: { type: 'none' } })],
]) {
  test(`the shutdown of ${name} that was replaced leaves HTTP and the registrations of what replaced it`, async (t) => {
    const former = await start();
    const tracing = createTestTracing();
    t.after(() => tracing.shutdown());
    const port = await serve(t, answer);
    await former.shutdown();
    await request(port, '/');
    const spans = [...(await serverSpans(tracing)), ...(await clientSpans(tracing))];
    assert.deepEqual(
      spans.map(({ kind }) => kind),
      [SpanKind.SERVER, SpanKind.CLIENT],
    );
    trace.getTracer('own').startSpan('own').end();
    assert.equal(tracing.getFinishedSpans().at(-1).name, 'own');
  });

  test(`the options of HTTP are those of what replaced ${name}`, async (t) => {
    const former = await start();
    const tracing = createTestTracing({ http: { ignoreOutgoing: [/./], ignoreIncoming: ['/ignored'] } });
    t.after(() => tracing.shutdown());
    const port = await serve(t, answer);
    await request(port, '/ignored');
    await request(port, '/seen');
    await serverSpans(tracing);
    assert.deepEqual(
      tracing.getFinishedSpans().map(({ kind, attributes }) => [kind, attributes['url.path']]),
      [[SpanKind.SERVER, '/seen']],
    );
    await former.shutdown();
  });
}

test('tracing without HTTP turns it off for what it replaces', async (t) => {
  const former = createTestTracing();
  const tracing = createTestTracing({ http: false });
  t.after(() => tracing.shutdown());
  await get(await serve(t, answer));
  assert.deepEqual([former.getFinishedSpans(), tracing.getFinishedSpans()], [[], []]);
  await former.shutdown();
});

test('an instrumentation that was given to both runs after the first one is shut down', async (t) => {
  const calls = [];
  const instrumentation = { getConfig: () => ({ enabled: true }), enable: () => calls.push('enable'), disable: () => calls.push('disable') };
  const former = createTestTracing({ instrumentations: [instrumentation] });
  const tracing = createTestTracing({ instrumentations: [instrumentation] });
  t.after(() => tracing.shutdown());
  await former.shutdown();
  assert.deepEqual(calls, ['disable', 'enable']);
});
