/** No request ever yields two server spans, nor two client spans. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { test } from 'node:test';
import { context, createContextKey, propagation, SpanKind, trace } from '@opentelemetry/api';
import { clientSpans, get, HOST, serve, serverSpans, traced } from './support.mjs';

test('a second start traces nothing twice', async (t) => {
  const tracing = await traced(t);
  await traced(t).catch(() => {});
  const port = await serve(t, (_request, response) => response.end());
  await get(port);
  await new Promise((resolve) => setImmediate(resolve));
  const spans = tracing.getFinishedSpans();
  assert.ok(spans.length <= 1);
});

test('an instrumentation around ours keeps its span, and ours steps aside', async (t) => {
  const tracing = await traced(t);
  const inner = http.Server.prototype.emit;
  const tracer = trace.getTracer('other');
  // What OpenTelemetry's http instrumentation does: a span, in a context that says so.
  http.Server.prototype.emit = function (event, ...args) {
    if (event !== 'request') return inner.call(this, event, ...args);
    const span = tracer.startSpan('theirs', { kind: SpanKind.SERVER });
    args[1].once('close', () => span.end());
    const metadata = { type: 'http', span };
    const active = trace.setSpan(context.active(), span).setValue(createContextKey('OpenTelemetry SDK Context Key RPC_METADATA'), metadata);
    return context.with(active, () => inner.call(this, event, ...args));
  };
  t.after(() => {
    http.Server.prototype.emit = inner;
  });
  const port = await serve(t, (_request, response) => response.end());
  await get(port);
  const spans = await serverSpans(tracing);
  assert.deepEqual(
    spans.map((span) => span.name),
    ['theirs'],
  );
});

test('a framework instrumentation of OpenTelemetry reports its route by the metadata in the context', async (t) => {
  const tracing = await traced(t);
  const port = await serve(t, (_request, response) => {
    const metadata = context.active().getValue(createContextKey('OpenTelemetry SDK Context Key RPC_METADATA'));
    metadata.route = '/koa/:id';
    response.end();
  });
  await get(port, '/koa/1');
  const [span] = await serverSpans(tracing);
  assert.equal(span.name, 'GET /koa/:id');
  assert.equal(span.attributes['http.route'], '/koa/:id');
});

test("values set on the request's context leave the span in it", async (t) => {
  const tracing = await traced(t);
  const key = createContextKey('mine');
  const seen = [];
  const port = await serve(t, (_request, response) => {
    const changed = context.active().setValue(key, 'value');
    context.with(changed, () => {
      seen.push(context.active().getValue(key), trace.getActiveSpan()?.spanContext().spanId);
      context.with(changed.deleteValue(key), () => seen.push(context.active().getValue(key), trace.getActiveSpan()?.spanContext().spanId));
    });
    response.end();
  });
  await get(port);
  const [span] = await serverSpans(tracing);
  const { spanId } = span.spanContext();
  assert.deepEqual(seen, ['value', spanId, undefined, spanId]);
});

test("with OpenTelemetry's http instrumentation given, ours makes no spans of http", async (t) => {
  const given = {
    instrumentationName: '@opentelemetry/instrumentation-http',
    setTracerProvider() {},
    setMeterProvider() {},
    enable() {},
    disable() {},
    setConfig() {},
    getConfig: () => ({}),
  };
  const tracing = await traced(t, undefined, { instrumentations: [given] });
  const port = await serve(t, (_request, response) => response.end());
  http.get({ host: HOST, port }).end();
  await (await fetch(`http://${HOST}:${port}/fetched`)).text();
  const spans = await clientSpans(tracing);
  assert.deepEqual(
    spans.map((span) => span.attributes['url.full']),
    [`http://${HOST}:${port}/fetched`],
  );
  assert.equal(tracing.getFinishedSpans().length, 1);
});

for (const propagator of ['tracecontext', 'b3', 'b3multi', 'xray', 'datadog']) {
  test(`a request that carries the active client span, as ${propagator} names it, has its span`, async (t) => {
    const tracing = await traced(t, { incoming: false }, { propagators: [propagator] });
    const seen = [];
    const port = await serve(t, (request, response) => {
      seen.push(request.headers);
      response.end();
    });
    const ask = async (headers) => {
      const [response] = await once(http.get({ host: HOST, port, headers }), 'response');
      response.resume();
      await (await fetch(`http://${HOST}:${port}/`, { headers })).text();
    };
    const theirs = trace.getTracer('other').startSpan('theirs', { kind: SpanKind.CLIENT });
    const headers = {};
    const active = trace.setSpan(context.active(), theirs);
    propagation.inject(active, headers);
    assert.ok(Object.keys(headers).length > 0);
    await context.with(active, () => ask(headers));
    for (const each of seen) for (const [name, value] of Object.entries(headers)) assert.equal(each[name.toLowerCase()], value);
    assert.deepEqual([seen.length, tracing.getFinishedSpans().length], [2, 0]);
    // Headers of another span, such as those of the request that is answered, are replaced.
    const another = {};
    propagation.inject(trace.setSpan(context.active(), trace.getTracer('other').startSpan('another')), another);
    await context.with(active, () => ask(another));
    theirs.end();
    const ours = await clientSpans(tracing, 3);
    assert.equal(ours.filter(({ parentSpanContext }) => parentSpanContext?.spanId === theirs.spanContext().spanId).length, 2);
  });
}
