/** What is registered with the API when others register and disable, and contexts that outlive the tracing that made them. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createTestTracing, getTracer, initTracing, injectTraceContext, withMessageSpan, withSpan } from '@manifest-cyber/observability-ts';
import { context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';

describe('registrations of others', () => {
  test('what the API was told to forget is not used: the helpers follow who registers then', async () => {
    const tracing = await initTracing({ exporter: { type: 'none' }, http: false, libraries: false });
    trace.disable();
    propagation.disable();
    const exporter = new InMemorySpanExporter();
    trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
    propagation.setGlobalPropagator({
      inject: (_, carrier, setter) => setter.set(carrier, 'theirs', '1'),
      extract: (given) => given,
      fields: () => ['theirs'],
    });
    try {
      assert.deepEqual(
        withSpan('helper', () => injectTraceContext({})),
        { theirs: '1' },
      );
      assert.deepEqual(
        exporter.getFinishedSpans().map(({ name }) => name),
        ['helper'],
      );
      assert.equal(tracing.stats().started, 0);
    } finally {
      trace.disable();
      propagation.disable();
      await tracing.shutdown();
    }
  });

  test('a shutdown that ends late leaves the contexts of the tracing after it', async () => {
    const first = createTestTracing({ http: false, libraries: false });
    withSpan('first', () => {});
    const second = createTestTracing({ http: false, libraries: false });
    await withSpan('second', async (span) => {
      await first.shutdown();
      await new Promise((resolve) => setTimeout(resolve, 1));
      assert.equal(trace.getActiveSpan(), span);
    });
    await second.shutdown();
  });
});

describe('contexts without their span', () => {
  const ABOVE = {
    'another context': (inside) => context.with(trace.setSpan(ROOT_CONTEXT.setValue(Symbol('other'), 1), getTracer().startSpan('outer')), inside),
    'a message that is processed': (inside) => withMessageSpan({}, {}, inside),
    'another span': (inside) => withSpan('outer', inside),
  };
  for (const [what, inside] of Object.entries(ABOVE)) {
    test(`deleteSpan below ${what}: no span, not the one around`, async () => {
      const tracing = createTestTracing({ http: false, libraries: false });
      inside(() =>
        withSpan('inner', () => {
          const without = trace.deleteSpan(context.active());
          assert.equal(trace.getSpan(without), undefined);
          getTracer().startSpan('detached', {}, without).end();
        }),
      );
      const detached = tracing.getFinishedSpans().find(({ name }) => name === 'detached');
      assert.equal(detached.parentSpanContext, undefined);
      await tracing.shutdown();
    });
  }
});
