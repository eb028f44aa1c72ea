/** Sends spans that use every field a span can have, and answers with the ids it can't know before. */
import { initTracing } from '@manifest-cyber/observability-ts';
import { context, createTraceState, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { programInput } from '../../parts/program.mjs';

const tracing = await initTracing(programInput());
// Not by `trace.getTracer`: that one passes no schema URL on.
const tracer = trace.getTracerProvider().getTracer('every-field', '1.2.3', { schemaUrl: 'https://opentelemetry.io/schemas/1.37.0' });

const remoteParent = {
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  spanId: '00f067aa0ba902b7',
  traceFlags: 1,
  isRemote: true,
  traceState: createTraceState('congo=t61rcWkgMzE,ot=th:8'),
};

const full = tracer.startSpan(
  'every field — 字段',
  {
    kind: SpanKind.SERVER,
    startTime: [1_700_000_000, 123_456_789],
    attributes: {
      text: 'text',
      'text.empty': '',
      'text.unicode': 'naïve 字段 🚀',
      'text.long': 'x'.repeat(20_000),
      integer: 42,
      'integer.negative': -7,
      'integer.zero': 0,
      'integer.beyond 32 bits': 4_294_967_296,
      'integer.largest': Number.MAX_SAFE_INTEGER,
      double: 0.1,
      'double.tiny': 5e-324,
      yes: true,
      no: false,
      texts: ['a', '', '字'],
      integers: [1, -2, 3_000_000_000],
      doubles: [0.5, -0.25],
      booleans: [true, false],
      none: [],
    },
    links: [
      {
        context: {
          traceId: '0af7651916cd43dd8448eb211c80319c',
          spanId: 'b7ad6b7169203331',
          traceFlags: 0,
          isRemote: true,
          traceState: createTraceState('rojo=1'),
        },
        attributes: { reason: 'batch', position: 3 },
      },
    ],
  },
  trace.setSpanContext(ROOT_CONTEXT, remoteParent),
);
full.addEvent('first', { size: 12, ok: true }, [1_700_000_000, 200_000_000]);
full.addEvent('second', [1_700_000_001, 1]);
full.addLink({ context: { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203332', traceFlags: 1 } });
full.recordException({ name: 'TypeError', message: 'no such field', stack: 'TypeError: no such field\n    at here' }, [1_700_000_001, 2]);
full.setStatus({ code: SpanStatusCode.ERROR, message: 'failed: ✗' });

const child = tracer.startSpan('child', { kind: SpanKind.CLIENT, startTime: [1_700_000_000, 300_000_000] }, trace.setSpan(context.active(), full));
child.setStatus({ code: SpanStatusCode.OK });
child.end([1_700_000_000, 300_000_001]);
full.end([1_700_000_002, 0]);

const plain = trace.getTracer('plain').startSpan('plain');
plain.end();

await tracing.forceFlush();
const stats = tracing.stats();
await tracing.shutdown();
console.log(JSON.stringify({ full: full.spanContext().spanId, child: child.spanContext().spanId, plain: plain.spanContext(), stats }));
