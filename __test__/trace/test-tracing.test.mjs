/** `createTestTracing`: what services test their own spans with. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, test } from 'node:test';
import { getActiveSpan, initTracing, withSpan } from '@manifest-cyber/observability-ts';
import { createTestTracing } from '@manifest-cyber/observability-ts/testing';
import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api';

// The unit test of the plan, with its exporter read as our test tracing.
describe('Tracing', () => {
  let exporter;
  let tracer;

  beforeEach(() => {
    exporter = createTestTracing();
    tracer = exporter.tracer;
  });
  afterEach(() => exporter.shutdown());

  it('should create span with correct attributes', () => {
    const span = tracer.startSpan('test.operation');
    span.setAttribute('test.key', 'value');
    span.end();

    const spans = exporter.getFinishedSpans();
    assert.equal(spans.length, 1);
    assert.equal(spans[0].attributes['test.key'], 'value');
  });
});

test('spans are there in the order of their ends, and only when they have ended', async () => {
  const tracing = createTestTracing({ http: false });
  const outer = trace.getTracer('mine').startSpan('outer');
  const inner = trace.getTracer('mine').startSpan('inner');
  assert.deepEqual(tracing.getFinishedSpans(), []);
  outer.end();
  inner.end();
  assert.deepEqual(
    tracing.getFinishedSpans().map(({ name }) => name),
    ['outer', 'inner'],
  );
  await tracing.shutdown();
});

test('reset forgets, and a list given out before stays as it was', async () => {
  const tracing = createTestTracing({ http: false });
  tracing.tracer.startSpan('a').end();
  const before = tracing.getFinishedSpans();
  tracing.reset();
  tracing.tracer.startSpan('b').end();
  assert.deepEqual([before.map(({ name }) => name), tracing.getFinishedSpans().map(({ name }) => name)], [['a'], ['b']]);
  await tracing.shutdown();
});

test('initTracing of the code under test gives the test tracing', async () => {
  const tracing = createTestTracing({ http: false });
  const given = await initTracing({ serviceName: 'code under test', exporter: { type: 'otlp-grpc', endpoint: 'http://127.0.0.1:1' } });
  given.provider.getTracer('x').startSpan('span').end();
  assert.equal(await given.forceFlush(), true);
  assert.equal(given.stats().started, 0);
  assert.equal(tracing.getFinishedSpans().length, 1);
  await tracing.shutdown();
});

test('every span is recorded, also below one that is not sampled unless the parent decides', async () => {
  const tracing = createTestTracing({ http: false });
  for (let i = 0; i < 100; i++) tracing.tracer.startSpan('span').end();
  assert.equal(tracing.getFinishedSpans().length, 100);
  await tracing.shutdown();
});

test('limits and resource are those that were given', async () => {
  const tracing = createTestTracing({ http: false, limits: { attributeCount: 1, eventCount: 1 }, resource: { 'service.name': 'mine' } });
  const span = tracing.tracer.startSpan('span', { attributes: { a: 1, b: 2 } });
  span.addEvent('a').addEvent('b').end();
  const [read] = tracing.getFinishedSpans();
  assert.deepEqual(
    [read.attributes, read.droppedAttributesCount, read.events.length, read.droppedEventsCount, read.resource.attributes],
    [{ a: 1 }, 1, 1, 1, { 'service.name': 'mine' }],
  );
  await tracing.shutdown();
});

test('limits that can limit nothing are the defaults', async () => {
  const tracing = createTestTracing({
    http: false,
    limits: { attributeCount: Number.NaN, eventCount: -1, linkCount: 'many', attributeValueLength: null },
  });
  const span = tracing.tracer.startSpan('span', { attributes: Object.fromEntries(Array.from({ length: 130 }, (_, i) => [`k${i}`, 'text'])) });
  span.addEvent('e').end();
  const [read] = tracing.getFinishedSpans();
  assert.deepEqual([Object.keys(read.attributes).length, read.attributes.k0, read.events.length], [128, 'text', 1]);
  await tracing.shutdown();
});

test('shutdown takes everything back, twice is once', async () => {
  const tracing = createTestTracing({ http: false });
  await tracing.shutdown();
  await tracing.shutdown();
  trace.getTracer('x').startSpan('late').end();
  tracing.tracer.startSpan('late').end();
  assert.deepEqual(tracing.getFinishedSpans(), []);
  assert.equal(
    context.with(ROOT_CONTEXT.setValue(Symbol.for('key'), 1), () => context.active()),
    ROOT_CONTEXT,
  );
});

test('a second test tracing takes the place of the first, whose shutdown then leaves it alone', async () => {
  const first = createTestTracing({ http: false });
  const second = createTestTracing({ http: false });
  await first.shutdown();
  withSpan('span', (span) => assert.equal(getActiveSpan(), span));
  assert.deepEqual([first.getFinishedSpans().length, second.getFinishedSpans().length], [0, 1]);
  assert.equal((await initTracing()).provider, second.provider);
  await second.shutdown();
});

test('a tracer that was got before works from then on', async () => {
  const early = trace.getTracer('early');
  early.startSpan('lost').end();
  const tracing = createTestTracing({ http: false });
  early.startSpan('kept').end();
  assert.deepEqual(
    tracing.getFinishedSpans().map(({ name }) => name),
    ['kept'],
  );
  await tracing.shutdown();
});

test('a tracer that a module keeps works with one test tracing after the other', async () => {
  const kept = trace.getTracer('module');
  for (let i = 0; i < 3; i++) {
    const tracing = createTestTracing({ http: false });
    kept.startSpan(`span ${i}`).end();
    assert.deepEqual(
      tracing.getFinishedSpans().map(({ name }) => name),
      [`span ${i}`],
    );
    await tracing.shutdown();
  }
});
