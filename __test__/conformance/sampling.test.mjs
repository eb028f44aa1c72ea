/** Head decisions are those of OpenTelemetry JS, for the same trace ids and parents. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initTracing } from '@manifest-cyber/observability-ts';
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { BasicTracerProvider, TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace-base';

const hex = (length) => Array.from({ length }, () => Math.floor(Math.random() * 16).toString(16)).join('');
const sampled = (span) => (span.spanContext().traceFlags & 1) === 1;

for (const rate of [0, 0.01, 0.1, 0.5, 0.999, 1]) {
  test(`the share ${rate} keeps the traces that OpenTelemetry keeps`, async () => {
    const tracing = await initTracing({ http: false, exporter: { type: 'none' }, sampling: { rate, parentBased: false } });
    const ours = tracing.provider.getTracer('sampling');
    const theirs = new BasicTracerProvider({ sampler: new TraceIdRatioBasedSampler(rate) }).getTracer('sampling');
    for (let i = 0; i < 2000; i++) {
      const parent = trace.setSpanContext(ROOT_CONTEXT, { traceId: hex(32), spanId: hex(16), traceFlags: i & 1, isRemote: true });
      const [our, their] = [ours, theirs].map((tracer) => tracer.startSpan('span', {}, parent));
      assert.equal(sampled(our), sampled(their), our.spanContext().traceId);
      assert.equal(our.isRecording(), their.isRecording());
    }
    await tracing.shutdown();
  });
}

test('a parent decides, whatever the share', async () => {
  const tracing = await initTracing({ http: false, exporter: { type: 'none' }, sampling: { rate: 0.5 } });
  for (let i = 0; i < 500; i++) {
    const parent = { traceId: hex(32), spanId: hex(16), traceFlags: i & 1, isRemote: i % 3 === 0 };
    const span = tracing.provider.getTracer('sampling').startSpan('span', {}, trace.setSpanContext(ROOT_CONTEXT, parent));
    assert.equal(sampled(span), (i & 1) === 1);
    assert.equal(span.spanContext().traceId, parent.traceId);
  }
  await tracing.shutdown();
});
