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

describe('SNS envelopes', () => {
  const { traceId, spanId } = spanContext;
  const decimal = (hex) => String(BigInt(`0x${hex}`));
  const datadog = JSON.stringify({
    'x-datadog-trace-id': decimal(traceId.slice(16)),
    'x-datadog-parent-id': decimal(spanId),
    'x-datadog-sampling-priority': '1',
    'x-datadog-tags': `_dd.p.tid=${traceId.slice(0, 16)}`,
  });
  const xray = `Root=1-${traceId.slice(0, 8)}-${traceId.slice(8)};Parent=${spanId};Sampled=1`;
  const rows = [
    ['tracecontext', 'traceparent', traceparent],
    ['b3', 'b3', `${traceId}-${spanId}-1`],
    ['xray', 'X-Amzn-Trace-Id', xray],
    ['datadog', '_datadog', datadog],
  ];
  const text = (value) => ({ Type: 'String', Value: value });
  const binary = (value) => ({ Type: 'Binary', Value: Buffer.from(value).toString('base64') });
  for (const [format, name, value] of rows) {
    for (const attribute of [text(value), binary(value)]) {
      test(`${name} in an attribute of the type ${attribute.Type} is read under ${format}`, () =>
        using([format], () => {
          const envelope = { Type: 'Notification', Message: 'x', MessageAttributes: { [name]: attribute } };
          for (const message of [{ Body: JSON.stringify(envelope) }, { body: JSON.stringify(envelope) }, { EventSource: 'aws:sns', Sns: envelope }]) {
            const { traceState: _, ...found } = trace.getSpanContext(extractMessage(message));
            assert.deepEqual(found, { ...spanContext, isRemote: true });
          }
        }));
    }
  }
});
