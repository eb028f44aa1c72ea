/** Gives every method of the API every hostile value, in every place, and answers with what threw, what took long, and the ledger. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  addSpanEvent,
  extractTraceContext,
  formatTraceparent,
  getTracer,
  initTracing,
  injectTraceContext,
  parseTraceparent,
  recordError,
  setSpanAttributes,
  TraceContext,
  withSpan,
} from '@manifest-cyber/observability-ts';
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { spansOfLines } from '../../parts/otlp-json.mjs';
import { programInput } from '../../parts/program.mjs';
import { hostileValues } from '../values.mjs';

/** The longest that one call may hold the thread, on a busy machine; copying ten megabytes takes some. */
const LIMIT_MILLIS = 2_000;

const folder = mkdtempSync(join(tmpdir(), 'observability-'));
const file = join(folder, 'spans.jsonl');
const tracing = await initTracing({ serviceName: 'hostile', http: false, exporter: { type: 'file', endpoint: file } });
const tracer = tracing.provider.getTracer('hostile');
const problems = [];
let calls = 0;

function attempt(what, call) {
  calls++;
  const start = performance.now();
  try {
    call();
  } catch (error) {
    problems.push(`${what} threw ${error?.message ?? String(error)}`);
  }
  const took = performance.now() - start;
  if (took > LIMIT_MILLIS) problems.push(`${what} took ${Math.round(took)} ms`);
}

/** Every place of a span that takes a value. */
const onSpan = {
  'setAttribute, value': (span, value) => span.setAttribute('key', value),
  'setAttribute, key': (span, value) => span.setAttribute(value, 'value'),
  'setAttribute, both': (span, value) => span.setAttribute(value, value),
  setAttributes: (span, value) => span.setAttributes(value),
  'setAttributes, value': (span, value) => span.setAttributes({ before: 1, key: value, after: 2 }),
  'addEvent, name': (span, value) => span.addEvent(value),
  'addEvent, attributes': (span, value) => span.addEvent('event', value),
  'addEvent, value': (span, value) => span.addEvent('event', { key: value }),
  'addEvent, time': (span, value) => span.addEvent('event', {}, value),
  'addEvent, all': (span, value) => span.addEvent(value, value, value),
  addLink: (span, value) => span.addLink(value),
  'addLink, context': (span, value) => span.addLink({ context: value }),
  'addLink, ids': (span, value) => span.addLink({ context: { traceId: value, spanId: value, traceFlags: value, traceState: value } }),
  'addLink, trace state': (span, value) =>
    span.addLink({ context: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: value, traceState: value } }),
  'addLink, attributes': (span, value) => span.addLink({ context: span.spanContext(), attributes: value }),
  addLinks: (span, value) => span.addLinks(value),
  'addLinks, one': (span, value) => span.addLinks([value]),
  setStatus: (span, value) => span.setStatus(value),
  'setStatus, code': (span, value) => span.setStatus({ code: value, message: value }),
  'setStatus, message': (span, value) => span.setStatus({ code: 2, message: value }),
  updateName: (span, value) => span.updateName(value),
  recordException: (span, value) => span.recordException(value),
  'recordException, fields': (span, value) => span.recordException({ name: value, message: value, stack: value, code: value }),
  'recordException, time': (span, value) => span.recordException('bad', value),
  end: (span, value) => span.end(value),
};

/** Every place where a span is started. */
const onTracer = {
  'startSpan, name': (value) => tracer.startSpan(value),
  'startSpan, options': (value) => tracer.startSpan('span', value),
  'startSpan, kind': (value) => tracer.startSpan('span', { kind: value }),
  'startSpan, attributes': (value) => tracer.startSpan('span', { attributes: value }),
  'startSpan, links': (value) => tracer.startSpan('span', { links: value }),
  'startSpan, startTime': (value) => tracer.startSpan('span', { startTime: value }),
  'startSpan, root': (value) => tracer.startSpan('span', { root: value }),
  'startSpan, context': (value) => tracer.startSpan('span', {}, value),
  'startSpan, all': (value) => tracer.startSpan(value, value, value),
  'startSpan, parent': (value) => tracer.startSpan('span', {}, trace.setSpan(ROOT_CONTEXT, value)),
  'startSpan, context of the parent': (value) => tracer.startSpan('span', {}, trace.setSpan(ROOT_CONTEXT, { spanContext: () => value })),
  'startSpan, ids of the parent': (value) =>
    tracer.startSpan('span', {}, trace.setSpan(ROOT_CONTEXT, { spanContext: () => ({ traceId: value, spanId: value, traceFlags: value }) })),
  'startSpan, trace state of the parent': (value) =>
    tracer.startSpan(
      'span',
      {},
      trace.setSpan(ROOT_CONTEXT, { spanContext: () => ({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1, traceState: value }) }),
    ),
  'startActiveSpan, options': (value) => {
    let started;
    tracer.startActiveSpan('span', value, (span) => {
      started = span;
    });
    return started;
  },
  'getTracer, all': (value) => tracing.provider.getTracer(value, value, { schemaUrl: value }).startSpan('span'),
  'getTracer, options': (value) => tracing.provider.getTracer('name', '1', value).startSpan('span'),
};

/** The helpers. */
const helpers = {
  'withSpan, name': (value) => withSpan(value, () => {}),
  'withSpan, options': (value) => withSpan('span', () => {}, value),
  'getTracer helper': (value) => getTracer(value, value),
  addSpanEvent: (value) => withSpan('span', () => addSpanEvent(value, value, value)),
  setSpanAttributes: (value) => withSpan('span', () => setSpanAttributes(value)),
  recordError: (value) => withSpan('span', () => recordError(value)),
  parseTraceparent: (value) => parseTraceparent(value),
  formatTraceparent: (value) => formatTraceparent(value),
  'formatTraceparent, fields': (value) => formatTraceparent({ traceId: value, spanId: value, traceFlags: value }),
  'TraceContext.fromTraceparent': (value) => TraceContext.fromTraceparent(value),
  extractTraceContext: (value) => extractTraceContext(value),
  'extractTraceContext, fields': (value) => extractTraceContext({ traceparent: value, tracestate: value, baggage: value }),
  injectTraceContext: (value) => withSpan('span', () => injectTraceContext(value)),
};

for (const what of programInput()) {
  const value = hostileValues[what];
  for (const [place, call] of Object.entries(onSpan)) {
    const span = tracer.startSpan(`${place}`);
    attempt(`${place}: ${what}`, () => call(span, value));
    attempt(`${place}: ${what}, then end`, () => span.end());
    attempt(`${place}: ${what}, after the end`, () => call(span, value));
  }
  for (const [place, call] of Object.entries(onTracer)) {
    let span;
    attempt(`${place}: ${what}`, () => {
      span = call(value);
    });
    attempt(`${place}: ${what}, then end`, () => span?.end());
  }
  for (const [place, call] of Object.entries(helpers)) attempt(`${place}: ${what}`, () => call(value));
  // The ring holds what one value makes, but not what all do.
  await tracing.forceFlush();
}
await tracing.forceFlush();
const stats = tracing.stats();
await tracing.shutdown();
const spans = spansOfLines(readFileSync(file, 'utf8'));
rmSync(folder, { recursive: true, force: true });
const ids = new Set(spans.map((span) => span.spanId));
const wellFormed = spans.every(
  (span) => /^[0-9a-f]{32}$/.test(span.traceId) && /^[0-9a-f]{16}$/.test(span.spanId) && span.endUnixNanos >= span.startUnixNanos,
);
console.log(JSON.stringify({ problems, calls, stats, sent: spans.length, distinct: ids.size, wellFormed, polluted: {}.polluted ?? null }));
