/** A body's `traceContext` is W3C's in every service, whatever formats its transports have; and SNS envelopes, in the formats of others. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createTestTracing, extractMessage, injectMessage } from '@manifest-cyber/observability-ts';
import { createTraceState, ROOT_CONTEXT, trace } from '@opentelemetry/api';

const spanContext = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };
const traceparent = `00-${spanContext.traceId}-${spanContext.spanId}-01`;
const full = trace.setSpanContext(ROOT_CONTEXT, { ...spanContext, traceState: createTraceState('vendor=1') });
const traceContext = { traceparent, tracestate: 'vendor=1' };
const idsOf = (message) => trace.getSpanContext(extractMessage(message))?.spanId;

/** Runs `fn` with these formats. */
async function using(propagators, fn) {
  const tracing = createTestTracing({ http: false, libraries: false, propagators });
  try {
    await fn(tracing);
  } finally {
    await tracing.shutdown();
  }
}

describe('traceContext', () => {
  for (const format of ['tracecontext', 'b3', 'b3multi', 'datadog', 'xray', 'baggage']) {
    test(`is written and read under ${format}`, () =>
      using([format], () => {
        assert.deepEqual(injectMessage({ id: 1 }, full), { id: 1, traceContext });
        for (const message of [{ traceContext }, JSON.stringify({ traceContext }), { Body: JSON.stringify({ traceContext }) }]) {
          assert.equal(idsOf(message), spanContext.spanId);
          assert.equal(trace.getSpanContext(extractMessage(message)).traceState.serialize(), 'vendor=1');
        }
      }));
  }

  test('is neither where no format is turned on', () =>
    using([], () => {
      assert.deepEqual(injectMessage({ id: 1 }, full), { id: 1 });
      assert.equal(idsOf({ traceContext }), undefined);
    }));

  test('has no other format in it', () =>
    using(['b3'], () => assert.equal(idsOf({ traceContext: { b3: `${'1'.repeat(32)}-${'2'.repeat(16)}-1` } }), undefined)));
});
