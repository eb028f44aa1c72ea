/** Another SDK that was registered first: the spans of HTTP are its own, as those of the helpers are. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initTracing, withSpan } from '@manifest-cyber/observability-ts';
import { context, SpanKind, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { HOST, serve, until } from './support.mjs';

test('spans of HTTP go where all others go when another SDK is registered', async (t) => {
  const exporter = new InMemorySpanExporter();
  const theirs = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  trace.setGlobalTracerProvider(theirs);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const given = [];
  const tracing = await initTracing({ exporter: { type: 'none' }, instrumentations: [{ setTracerProvider: (provider) => given.push(provider) }] });
  t.after(async () => {
    await tracing.shutdown();
    trace.disable();
    context.disable();
  });
  const port = await serve(t, (_request, response) => {
    withSpan('work', () => {});
    response.end();
  });
  await (await fetch(`http://${HOST}:${port}/a`)).text();
  await until(() => exporter.getFinishedSpans().length === 3, 'three spans of the other SDK');
  const spans = exporter.getFinishedSpans();
  const client = spans.find(({ kind }) => kind === SpanKind.CLIENT);
  const server = spans.find(({ kind }) => kind === SpanKind.SERVER);
  const work = spans.find(({ name }) => name === 'work');
  assert.equal(work.parentSpanContext.spanId, server.spanContext().spanId);
  assert.deepEqual([client.attributes['http.response.status_code'], server.attributes['http.response.status_code']], [200, 200]);
  assert.equal(server.attributes['url.path'], '/a');
  assert.equal(tracing.stats().started, 0);
  assert.equal(given.length, 1);
  assert.equal(given[0].getTracer('x').constructor, theirs.getTracer('x').constructor);
});
