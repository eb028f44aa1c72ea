import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startCollector } from '../parts/collector.mjs';
import { runProgram } from '../parts/program.mjs';
import { startRotel } from '../parts/rotel.mjs';

/** What the program sends must be read back with every field as it was set, whatever way it took. */
const PROGRAM = new URL('./programs/every-field.mjs', import.meta.url);

let collector;
let rotel;
before(async () => {
  collector = await startCollector();
  rotel = await startRotel(collector);
});
after(async () => {
  await rotel?.close();
  await collector?.close();
});

const ways = [
  ['gRPC', () => ({ type: 'otlp-grpc', endpoint: `http://127.0.0.1:${collector.grpcPort}` })],
  ['gRPC with gzip', () => ({ type: 'otlp-grpc', endpoint: `http://127.0.0.1:${collector.grpcPort}`, compression: 'gzip' })],
  ['HTTP', () => ({ type: 'otlp-http', endpoint: `http://127.0.0.1:${collector.httpPort}/v1/traces`, compression: 'none' })],
  ['HTTP with gzip', () => ({ type: 'otlp-http', endpoint: `http://127.0.0.1:${collector.httpPort}/v1/traces`, compression: 'gzip' })],
  ['gRPC by way of rotel', () => ({ type: 'otlp-grpc', endpoint: `http://127.0.0.1:${rotel.grpcPort}` })],
  ['HTTP by way of rotel', () => ({ type: 'otlp-http', endpoint: `http://127.0.0.1:${rotel.httpPort}/v1/traces`, compression: 'gzip' })],
];

for (const [way, exporter] of ways) {
  test(`every field arrives over ${way}`, async () => {
    const known = collector.readSpans().length;
    const program = await runProgram(PROGRAM, { serviceName: 'sender', serviceVersion: '4.5.6', environment: 'test', exporter: exporter() });
    const { full, child, plain, stats } = program.answer;
    const spans = (await collector.waitForSpans(known + 3)).slice(known);
    const bySpanId = new Map(spans.map((span) => [span.spanId, span]));
    assert.equal(spans.length, 3);
    checkFull(bySpanId.get(full));
    checkChild(bySpanId.get(child), full);
    checkPlain(bySpanId.get(plain.spanId), plain);
    for (const { resource } of spans) {
      checkResource(resource);
    }
    assert.equal(stats.started, 3);
    assert.equal(stats.exported, 3);
    assert.equal(program.stderr, '');
  });
}

function checkFull(span) {
  const { resource, ...own } = span;
  assert.ok(resource);
  assert.deepEqual(own, {
    resourceSchemaUrl: own.resourceSchemaUrl,
    scope: { name: 'every-field', version: '1.2.3', attributes: {}, schemaUrl: 'https://opentelemetry.io/schemas/1.37.0' },
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    spanId: own.spanId,
    parentSpanId: '00f067aa0ba902b7',
    traceState: 'congo=t61rcWkgMzE,ot=th:8',
    // Sampled; and bits 8 and 9: it is known whether the parent is remote, and it is.
    flags: 0x301,
    name: 'every field — 字段',
    kind: 2,
    startUnixNanos: 1_700_000_000_123_456_789n,
    endUnixNanos: 1_700_000_002_000_000_000n,
    attributes: {
      text: 'text',
      'text.empty': '',
      'text.unicode': 'naïve 字段 🚀',
      'text.long': 'x'.repeat(20_000),
      integer: 42n,
      'integer.negative': -7n,
      'integer.zero': 0n,
      'integer.beyond 32 bits': 4_294_967_296n,
      'integer.largest': 9_007_199_254_740_991n,
      double: 0.1,
      'double.tiny': 5e-324,
      yes: true,
      no: false,
      texts: ['a', '', '字'],
      integers: [1n, -2n, 3_000_000_000n],
      doubles: [0.5, -0.25],
      booleans: [true, false],
      none: [],
    },
    droppedAttributesCount: 0,
    events: [
      { name: 'first', unixNanos: 1_700_000_000_200_000_000n, attributes: { size: 12n, ok: true }, droppedAttributesCount: 0 },
      { name: 'second', unixNanos: 1_700_000_001_000_000_001n, attributes: {}, droppedAttributesCount: 0 },
      {
        name: 'exception',
        unixNanos: 1_700_000_001_000_000_002n,
        attributes: {
          'exception.type': 'TypeError',
          'exception.message': 'no such field',
          'exception.stacktrace': 'TypeError: no such field\n    at here',
        },
        droppedAttributesCount: 0,
      },
    ],
    droppedEventsCount: 0,
    links: [
      {
        traceId: '0af7651916cd43dd8448eb211c80319c',
        spanId: 'b7ad6b7169203331',
        traceState: 'rojo=1',
        flags: 0x300,
        attributes: { reason: 'batch', position: 3n },
        droppedAttributesCount: 0,
      },
      {
        traceId: '0af7651916cd43dd8448eb211c80319c',
        spanId: 'b7ad6b7169203332',
        traceState: '',
        flags: 0x101,
        attributes: {},
        droppedAttributesCount: 0,
      },
    ],
    droppedLinksCount: 0,
    status: { code: 2, message: 'failed: ✗' },
  });
}

function checkChild(span, parentSpanId) {
  assert.equal(span.traceId, '4bf92f3577b34da6a3ce929d0e0e4736');
  assert.equal(span.parentSpanId, parentSpanId);
  assert.equal(span.traceState, 'congo=t61rcWkgMzE,ot=th:8', 'the trace state of a trace is that of its remote parent');
  assert.equal(span.flags, 0x101);
  assert.equal(span.kind, 3);
  assert.equal(span.endUnixNanos - span.startUnixNanos, 1n);
  assert.deepEqual(span.status, { code: 1, message: '' });
  assert.deepEqual([span.attributes, span.events, span.links], [{}, [], []]);
}

function checkPlain(span, { traceId, traceFlags }) {
  assert.equal(span.traceId, traceId);
  assert.equal(span.parentSpanId, '');
  assert.equal(span.name, 'plain');
  assert.equal(span.kind, 1);
  assert.equal(span.flags, 0x100 | traceFlags);
  assert.deepEqual(span.status, { code: 0, message: '' });
  assert.deepEqual(span.scope, { name: 'plain', version: '', attributes: {}, schemaUrl: '' });
  const now = BigInt(Date.now()) * 1_000_000n;
  assert.ok(span.endUnixNanos >= span.startUnixNanos && span.endUnixNanos <= now && now - span.startUnixNanos < 60_000_000_000n);
}

function checkResource(resource) {
  assert.equal(resource['service.name'], 'sender');
  assert.equal(resource['service.version'], '4.5.6');
  assert.equal(resource['deployment.environment.name'], 'test');
  assert.equal(resource['telemetry.sdk.language'], 'nodejs');
  assert.equal(typeof resource['process.pid'], 'bigint');
  assert.equal(resource['process.runtime.version'], process.versions.node);
}
