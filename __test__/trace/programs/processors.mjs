/** Runs one scenario with span processors and answers with what they saw and what was sent. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initTracing } from '@manifest-cyber/observability-ts';
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { BatchSpanProcessor, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { spansOfLines } from '../../parts/otlp-json.mjs';
import { programInput } from '../../parts/program.mjs';

const folder = mkdtempSync(join(tmpdir(), 'observability-'));
const file = join(folder, 'spans.jsonl');
const start = (spanProcessors, options) =>
  initTracing({ serviceName: 'sender', http: false, exporter: { type: 'file', endpoint: file }, spanProcessors, ...options });
const sent = () => {
  const spans = spansOfLines(readFileSync(file, { encoding: 'utf8', flag: 'a+' }));
  return spans.map(({ name, attributes }) => ({
    name,
    attributes: Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, String(value)])),
  }));
};
const processor = (methods) => ({ onStart() {}, onEnd() {}, forceFlush: async () => {}, shutdown: async () => {}, ...methods });
const oneSpan = (tracing, attributes) => tracing.provider.getTracer('test', '2').startSpan('span', { attributes }).end();
const fail = () => {
  throw new Error('the processor failed');
};

const scenarios = {
  async order() {
    const calls = [];
    const named = (name, methods) =>
      processor(Object.fromEntries(methods.map((method) => [method, (span) => calls.push(`${name} ${method} ${span.name}`)])));
    const tracing = await start([named('first', ['onStart', 'onEnding', 'onEnd']), named('second', ['onStart', 'onEnd'])]);
    oneSpan(tracing);
    await tracing.shutdown();
    return { calls };
  },
  async onStart() {
    const parents = [];
    const tracing = await start([
      processor({
        onStart(span, parent) {
          parents.push(trace.getSpanContext(parent)?.spanId);
          span.setAttribute('added', 'by the processor').updateName('renamed');
        },
      }),
    ]);
    const parent = trace.setSpanContext(ROOT_CONTEXT, { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', traceFlags: 1 });
    tracing.provider
      .getTracer('test')
      .startSpan('span', { attributes: { given: 1 } }, parent)
      .end();
    await tracing.shutdown();
    return { sent: sent(), parents };
  },
  async onEnding() {
    let ended;
    const tracing = await start([
      processor({
        onEnding: (span) => span.setAttribute('ending', 'yes'),
        onEnd(span) {
          span.setAttribute('late', 'no');
          ended = { recording: span.isRecording(), ended: span.ended, hasDuration: span.duration[0] >= 0 };
        },
      }),
    ]);
    oneSpan(tracing);
    await tracing.shutdown();
    return { sent: sent(), ended };
  },
  async throws() {
    const others = [];
    const other = processor({
      onStart: () => others.push('onStart'),
      onEnd: () => others.push('onEnd'),
      forceFlush: async () => others.push('forceFlush'),
      shutdown: async () => others.push('shutdown'),
    });
    const tracing = await start([processor({ onStart: fail, onEnding: fail, onEnd: fail, forceFlush: fail, shutdown: fail }), other]);
    oneSpan(tracing);
    const flushed = [await tracing.forceFlush(), await tracing.shutdown()];
    return { sent: sent(), flushed, others };
  },
  async rejects() {
    const tracing = await start([processor({ forceFlush: async () => fail(), shutdown: async () => fail() })]);
    oneSpan(tracing);
    return { flushed: [await tracing.forceFlush(), await tracing.shutdown()] };
  },
  async flush() {
    const calls = [];
    const tracing = await start([processor({ forceFlush: async () => calls.push('forceFlush'), shutdown: async () => calls.push('shutdown') })]);
    await tracing.forceFlush();
    await tracing.forceFlush();
    await tracing.shutdown();
    await tracing.shutdown();
    return { calls };
  },
  async hangs() {
    const never = () => new Promise(() => {});
    const tracing = await start([processor({ forceFlush: never, shutdown: never })]);
    oneSpan(tracing);
    const began = performance.now();
    const flushed = [await tracing.forceFlush(50), await tracing.forceFlush(Number.NaN), await tracing.shutdown(500)];
    const again = await initTracing();
    return { flushed, sent: sent(), startsAnew: again !== tracing, tookMillis: performance.now() - began };
  },
  async slow() {
    const slow = () => new Promise((resolve) => setTimeout(resolve, 20));
    const tracing = await start([processor({ forceFlush: slow, shutdown: slow })]);
    oneSpan(tracing);
    return { flushed: [await tracing.forceFlush(Number.POSITIVE_INFINITY), await tracing.shutdown(60_000)], sent: sent() };
  },
  async endsAgain() {
    let ends = 0;
    const tracing = await start([
      processor({
        onEnding: (span) => span.end(),
        onEnd(span) {
          ends++;
          span.end();
        },
      }),
    ]);
    oneSpan(tracing);
    await tracing.shutdown();
    return { sent: sent(), ends };
  },
  async unsampled() {
    const calls = [];
    const tracing = await start([processor({ onStart: () => calls.push('onStart'), onEnd: () => calls.push('onEnd') })], { sampling: { rate: 0 } });
    oneSpan(tracing);
    await tracing.shutdown();
    return { calls, sent: sent() };
  },
  async published() {
    const exporters = [new InMemorySpanExporter(), new InMemorySpanExporter()];
    const tracing = await start([new SimpleSpanProcessor(exporters[0]), new BatchSpanProcessor(exporters[1])]);
    oneSpan(tracing, { a: 1 });
    await tracing.forceFlush();
    const [simple, batch] = exporters.map((exporter) =>
      exporter.getFinishedSpans().map((span) => ({
        name: span.name,
        attributes: span.attributes,
        traceparent: trace.isSpanContextValid(span.spanContext()),
        scope: { name: span.instrumentationScope.name, version: span.instrumentationScope.version },
        resource: span.resource.attributes['service.name'],
      })),
    );
    await tracing.shutdown();
    return { simple, batch };
  },
  async invalid() {
    const tracing = await start([null, 42, 'processor']);
    oneSpan(tracing);
    await tracing.shutdown();
    return { sent: sent() };
  },
};

try {
  console.log(JSON.stringify(await scenarios[programInput().scenario]()));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
