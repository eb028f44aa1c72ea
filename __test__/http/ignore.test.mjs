/** What is left out: health checks, ignore rules, exporters. */
import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';
import { trace } from '@opentelemetry/api';
import { clientSpans, get, HOST, serve, serverSpans, TRACEPARENT, traced } from './support.mjs';

/** A server that works inside each request: a span of its own, and a request to another server. It answers with the headers that one got. */
async function working(t) {
  const inner = await serve(t, (request, response) => response.end(JSON.stringify(request.headers)));
  return serve(t, (request, response) => {
    trace.getTracer('test').startSpan('work').end();
    request.resume();
    request.on('end', () => {
      http.get({ host: HOST, port: inner, path: '/inner' }, (answer) => answer.pipe(response));
    });
  });
}

for (const path of ['/health', '/healthz', '/livez', '/readyz', '/ping', '/healthz?verbose=1']) {
  test(`${path} is not traced, nor what it does`, async (t) => {
    const tracing = await traced(t, { ignoreIncoming: ['/inner'] });
    const port = await working(t);
    const answer = await get(port, path, { traceparent: TRACEPARENT });
    assert.match(answer, /200 OK/);
    assert.doesNotMatch(answer, /traceparent/);
    await get(port, '/traced');
    await serverSpans(tracing, 1);
    await clientSpans(tracing, 1);
    assert.deepEqual(
      tracing.getFinishedSpans().map((span) => span.attributes['url.path'] ?? span.name),
      ['work', 'GET', '/traced'],
    );
  });
}

for (const path of ['/healthy', '/health/', '/api/health', '/Health']) {
  test(`${path} is no health check`, async (t) => {
    const tracing = await traced(t);
    const port = await serve(t, (_request, response) => response.end());
    await get(port, path);
    assert.equal((await serverSpans(tracing)).length, 1);
  });
}

test('health checks can be named', async (t) => {
  const tracing = await traced(t, { healthChecks: ['/alive'] });
  const port = await serve(t, (_request, response) => response.end());
  await get(port, '/alive');
  await get(port, '/health');
  const spans = await serverSpans(tracing);
  assert.deepEqual(
    spans.map((span) => span.attributes['url.path']),
    ['/health'],
  );
});

test('health checks can be traced', async (t) => {
  const tracing = await traced(t, { healthChecks: false });
  const port = await serve(t, (_request, response) => response.end());
  await get(port, '/health');
  assert.equal((await serverSpans(tracing)).length, 1);
});

test('incoming rules are prefixes, patterns and functions', async (t) => {
  const tracing = await traced(t, { ignoreIncoming: ['/static/', /\.png$/g, (request) => request.headers['x-probe'] === '1'] });
  const port = await serve(t, (_request, response) => response.end());
  await get(port, '/static/app.js');
  // Twice: a pattern with the g flag must not remember where it was.
  await get(port, '/a.png');
  await get(port, '/a.png?v=2');
  await get(port, '/probe', { 'X-Probe': '1' });
  await get(port, '/kept');
  const spans = await serverSpans(tracing);
  assert.deepEqual(
    spans.map((span) => span.attributes['url.path']),
    ['/kept'],
  );
});

test('a rule that throws ignores nothing and warns once', async (t) => {
  const warnings = [];
  const onWarning = (warning) => warnings.push(warning);
  process.on('warning', onWarning);
  t.after(() => process.off('warning', onWarning));
  const tracing = await traced(t, {
    ignoreIncoming: [
      () => {
        throw new Error('broken rule');
      },
    ],
  });
  const port = await serve(t, (_request, response) => response.end());
  await get(port, '/1');
  await get(port, '/2');
  assert.equal((await serverSpans(tracing, 2)).length, 2);
  await new Promise((resolve) => setImmediate(resolve));
  const ours = warnings.filter((warning) => `${warning.code} ${warning.message}`.includes('OBS_HTTP_RULE_THREW'));
  assert.equal(ours.length, 1);
});

test('a rule of another type is left out', async (t) => {
  const tracing = await traced(t, { ignoreIncoming: [null, 5, '/x'] });
  const port = await serve(t, (_request, response) => response.end());
  await get(port, '/x');
  await get(port, '/y');
  assert.deepEqual(
    (await serverSpans(tracing)).map((span) => span.attributes['url.path']),
    ['/y'],
  );
});

test('one rule without its list counts, and what is no rule has no effect', async (t) => {
  const tracing = await traced(t, { healthChecks: '/alive', ignoreIncoming: '/x', ignoreOutgoing: { host: 'y' }, onIncoming: 'no function' });
  const port = await serve(t, (_request, response) => response.end());
  await get(port, '/alive');
  await get(port, '/x');
  assert.match(await get(port, '/y'), /200 OK/);
  assert.deepEqual(
    (await serverSpans(tracing)).map((span) => span.attributes['url.path']),
    ['/y'],
  );
});

test('outgoing rules are prefixes, patterns and functions, and keep the headers as they are', async (t) => {
  const port = await serve(t, (request, response) => response.end(request.headers.traceparent));
  const origin = `http://${HOST}:${port}`;
  const tracing = await traced(t, { incoming: false, ignoreOutgoing: [`${origin}/quiet`, /metrics$/, (request) => request.method === 'PUT'] });
  assert.equal(await (await fetch(`${origin}/quiet/1`, { headers: { traceparent: TRACEPARENT } })).text(), TRACEPARENT);
  assert.equal(await (await fetch(`${origin}/metrics`)).text(), '');
  assert.equal(await (await fetch(`${origin}/put`, { method: 'PUT' })).text(), '');
  assert.notEqual(await (await fetch(`${origin}/loud`)).text(), '');
  assert.deepEqual(
    (await clientSpans(tracing)).map((span) => span.attributes['url.full']),
    [`${origin}/loud`],
  );
});

test('what an exporter sends to a receiver in this process is not traced', async (t) => {
  const tracing = await traced(t);
  const port = await serve(t, (_request, response) => response.end());
  await get(port, '/v1/traces', { 'User-Agent': 'OTel-OTLP-Exporter-Rust/0.3.0' }, 'POST');
  await get(port, '/other');
  assert.deepEqual(
    (await serverSpans(tracing)).map((span) => span.attributes['url.path']),
    ['/other'],
  );
});
