/** Runs one scenario with span processors and answers with what they saw and what was sent. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initTracing } from '@manifest-cyber/observability-ts';
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { BasicTracerProvider, BatchSpanProcessor, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
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

/** What a processor did to a span before the ones after it, and our export, saw it. */
const contentOf = ({ name, attributes, events, links }) => ({
  name,
  attributes,
  events: events.map((event) => [event.name, event.attributes]),
  links: links.map((link) => link.attributes),
});
const linkTo = (digit, attributes) => ({ context: { traceId: digit.repeat(32), spanId: digit.repeat(16), traceFlags: 1 }, attributes });
/** A span with something of everything, set before and after its start was announced. */
function richSpan(provider) {
  const options = {
    attributes: { 'user.email': 'a@b.c', card: '4111', kept: 1 },
    links: [linkTo('1', { secret: 's', kept: 1 }), linkTo('2', { kept: 2 })],
  };
  const span = provider.getTracer('test').startSpan('GET /users/7', options);
  span.setAttribute('later', 'set').setAttribute('kept', 2);
  span.addEvent('login', { password: 'p', kept: 1 }).addEvent('noise');
  span.end();
}
/** The usual ways to redact. */
const redactor = processor({
  onStart(span) {
    span.attributes['at.start'] = span.attributes.kept;
  },
  onEnding(span) {
    span.attributes.later += ', and edited';
    span.setAttribute('at.ending', true);
  },
  onEnd(span) {
    span.attributes['user.email'] = '***';
    delete span.attributes.card;
    span.events[0].attributes.password = '***';
    span.events.splice(1, 1);
    span.links[0].attributes.secret = '***';
    span.links.pop();
    span.name = span.name.replace(/\d+/, ':id');
  },
});

const scenarios = {
  async edits() {
    const exporters = [new InMemorySpanExporter(), new InMemorySpanExporter()];
    const [ours, published] = exporters.map((exporter) => [redactor, new SimpleSpanProcessor(exporter)]);
    const tracing = await start(ours);
    richSpan(tracing.provider);
    await tracing.forceFlush();
    richSpan(new BasicTracerProvider({ spanProcessors: published }));
    const [next, expected] = exporters.map((exporter) => contentOf(exporter.getFinishedSpans()[0]));
    const [{ name, attributes, events, links }] = spansOfLines(readFileSync(file, 'utf8'));
    return { exported: contentOf({ name, attributes, events, links }), next, expected };
  },
  async replaced() {
    const seen = [];
    const tracing = await start([
      processor({
        onEnd(span) {
          span.attributes = { all: 'new' };
        },
      }),
      processor({ onEnd: (span) => seen.push(span.attributes) }),
    ]);
    oneSpan(tracing, { a: 1 });
    await tracing.shutdown();
    return { sent: sent(), seen };
  },
  async editsBadly() {
    const bad = processor({
      onEnd({ attributes }) {
        attributes.a = 'longer than eight';
        attributes.fn = fail;
        attributes.none = undefined;
        attributes.list = ['longer than eight'];
        attributes.more = 1;
        attributes.muchMore = 1;
        fail();
      },
    });
    const tracing = await start([bad], { limits: { attributeCount: 3, attributeValueLength: 8 } });
    oneSpan(tracing, { a: 1 });
    await tracing.shutdown();
    return spansOfLines(readFileSync(file, 'utf8')).map(({ attributes, droppedAttributesCount }) => [attributes, droppedAttributesCount]);
  },
  async freezes() {
    const tracing = await start([
      processor({
        onStart({ attributes, events }) {
          Object.freeze(attributes);
          Object.freeze(events);
        },
      }),
    ]);
    const span = tracing.provider.getTracer('test').startSpan('span', { attributes: { a: 1 } });
    span.setAttribute('b', 2).addEvent('event').end();
    await tracing.shutdown();
    return spansOfLines(readFileSync(file, 'utf8')).map(({ attributes, droppedAttributesCount, events }) => [
      attributes,
      droppedAttributesCount,
      events.map(({ name }) => name),
    ]);
  },
  async limits() {
    // Read between each call, a span keeps what it would without.
    const read = ({ attributes, events, links }) => [attributes, events, links];
    const tracing = await start([processor()], { limits: { attributeCount: 2, eventCount: 2, linkCount: 2 } });
    for (const look of [read, () => {}]) {
      const span = tracing.provider.getTracer('test').startSpan('GET', { attributes: { a: 1 } });
      for (const step of [1, 2, 3, 4]) {
        look(span);
        span
          .setAttribute('a', step)
          .setAttribute(`b${step}`, step)
          .addEvent(`event ${step}`)
          .addLink(linkTo(String(step)));
      }
      look(span);
      span.updateName('GET /').setAttribute('a', 5).end();
    }
    await tracing.shutdown();
    return spansOfLines(readFileSync(file, 'utf8')).map(({ traceId, spanId, startUnixNanos, endUnixNanos, events, ...rest }) => ({
      ...rest,
      events: events.map(({ name }) => name),
    }));
  },
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
  // OTLP's integers come as bigints.
  const plain = (_, value) => (typeof value === 'bigint' ? Number(value) : value);
  console.log(JSON.stringify(await scenarios[programInput().scenario](), plain));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
