/** The helpers around the active span. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { addSpanEvent, getActiveSpan, getTracer, recordError, setSpanAttributes, withSpan } from '@manifest-cyber/observability-ts';
import { createTestTracing } from '@manifest-cyber/observability-ts/testing';
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';

let tracing;
beforeEach(() => {
  tracing = createTestTracing({ http: false });
});
afterEach(() => tracing.shutdown());
const only = () => {
  const spans = tracing.getFinishedSpans();
  assert.equal(spans.length, 1);
  return spans[0];
};

test('withSpan gives the value of a synchronous function at once, and ends the span', () => {
  assert.equal(
    withSpan('work', (span) => {
      assert.equal(getActiveSpan(), span);
      return 42;
    }),
    42,
  );
  assert.equal(only().name, 'work');
  assert.equal(only().status.code, SpanStatusCode.UNSET);
  assert.equal(getActiveSpan(), undefined);
});

test('withSpan ends the span when a promise is fulfilled, not before', async () => {
  let finish;
  const promise = withSpan('work', () => new Promise((resolve) => (finish = resolve)));
  assert.equal(tracing.getFinishedSpans().length, 0);
  finish('value');
  assert.equal(await promise, 'value');
  only();
});

test('withSpan keeps the span active across awaits', async () => {
  await withSpan('outer', async (outer) => {
    await null;
    assert.equal(getActiveSpan(), outer);
    await withSpan('inner', async () => null);
    assert.equal(getActiveSpan(), outer);
  });
  const [inner, outer] = tracing.getFinishedSpans();
  assert.deepEqual([inner.name, inner.parentSpanContext.spanId], ['inner', outer.spanContext().spanId]);
});

test('withSpan records what is thrown, and throws it on', () => {
  const error = new TypeError('bad');
  assert.throws(
    () =>
      withSpan('work', () => {
        throw error;
      }),
    (thrown) => thrown === error,
  );
  const span = only();
  assert.deepEqual(span.status, { code: SpanStatusCode.ERROR, message: 'bad' });
  assert.equal(span.events[0].name, 'exception');
  assert.equal(span.events[0].attributes['exception.type'], 'TypeError');
  assert.equal(span.events[0].attributes['exception.stacktrace'], error.stack);
});

test('withSpan records what a promise is rejected with, and rejects on', async () => {
  const error = new Error('bad');
  await assert.rejects(
    withSpan('work', async () => {
      throw error;
    }),
    (thrown) => thrown === error,
  );
  assert.deepEqual(only().status, { code: SpanStatusCode.ERROR, message: 'bad' });
});

for (const thrown of ['text', 42, undefined, null, Symbol('s'), 1n, {}, () => {}]) {
  test(`withSpan takes anything that is thrown: ${String(thrown?.toString?.() ?? thrown)}`, () => {
    let caught = 'nothing';
    try {
      withSpan('work', () => {
        throw thrown;
      });
    } catch (error) {
      caught = error;
    }
    assert.equal(caught, thrown);
    assert.equal(only().status.code, SpanStatusCode.ERROR);
  });
}

test('a thrown text or number is told by its text', () => {
  assert.throws(() =>
    withSpan('work', () => {
      throw 42;
    }),
  );
  assert.deepEqual(only().events[0].attributes, { 'exception.message': '42' });
});

test('withSpan takes options', () => {
  const link = { context: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 } };
  withSpan('work', () => {}, { kind: SpanKind.CONSUMER, attributes: { a: 1 }, links: [link], startTime: [1_700_000_000, 0] });
  const span = only();
  assert.deepEqual(
    [span.kind, span.attributes, span.links[0].context, span.startTime],
    [SpanKind.CONSUMER, { a: 1 }, link.context, [1_700_000_000, 0]],
  );
});

test('withSpan takes other thenables', async () => {
  // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
  const value = await withSpan('work', () => ({ then: (resolve) => resolve('value') }));
  assert.equal(value, 'value');
  only();
});

test('withSpan hands on what only looks like a thenable', () => {
  const odd = Object.defineProperty({}, 'then', {
    get() {
      throw new Error('getter');
    },
  });
  assert.equal(
    withSpan('work', () => odd),
    odd,
  );
  only();
});

test('recordError marks the active span', () => {
  withSpan('work', () => recordError(new RangeError('bad')));
  const span = only();
  assert.deepEqual(span.status, { code: SpanStatusCode.ERROR, message: 'bad' });
  assert.equal(span.events[0].attributes['exception.type'], 'RangeError');
});

test('recordError takes another span', () => {
  const span = getTracer().startSpan('other');
  recordError('bad', span);
  span.end();
  assert.deepEqual(only().status, { code: SpanStatusCode.ERROR, message: 'bad' });
});

test('addSpanEvent and setSpanAttributes write the active span', () => {
  withSpan('work', () => {
    addSpanEvent('event', { a: 1 }, [1_700_000_000, 0]);
    addSpanEvent('bare');
    setSpanAttributes({ b: [2], c: 'x' });
  });
  const span = only();
  assert.deepEqual(span.attributes, { b: [2], c: 'x' });
  assert.deepEqual(
    span.events.map(({ name, attributes }) => [name, attributes]),
    [
      ['event', { a: 1 }],
      ['bare', {}],
    ],
  );
  assert.deepEqual(span.events[0].time, [1_700_000_000, 0]);
});

test('without an active span the helpers do nothing', () => {
  assert.equal(getActiveSpan(), undefined);
  recordError(new Error('bad'));
  addSpanEvent('event');
  setSpanAttributes({ a: 1 });
  assert.deepEqual(tracing.getFinishedSpans(), []);
});

test('getTracer names its scope', () => {
  getTracer('mine', '1.2.3').startSpan('a').end();
  getTracer().startSpan('b').end();
  const [mine, own] = tracing.getFinishedSpans();
  assert.deepEqual([mine.instrumentationScope.name, mine.instrumentationScope.version], ['mine', '1.2.3']);
  assert.equal(own.instrumentationScope.name, '@manifest-cyber/observability-ts');
  assert.match(own.instrumentationScope.version, /^\d+\.\d+\.\d+/);
});

test('an invalid active span does not hide from the helpers', () => {
  const context = trace.setSpanContext(ROOT_CONTEXT, { traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 });
  assert.equal(trace.getSpan(context).isRecording(), false);
  tracing.tracer.startActiveSpan('span', {}, context, (span) => {
    assert.equal(getActiveSpan(), span);
    span.end();
  });
  assert.equal(only().parentSpanContext, undefined);
});
