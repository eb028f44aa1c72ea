/** Calls of the API, made on our provider and on OpenTelemetry's. Each row: what it shows, the calls, options of the run. */
import { context, createTraceState, INVALID_SPAN_CONTEXT, ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api';

const REMOTE = {
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  spanId: '00f067aa0ba902b7',
  traceFlags: TraceFlags.SAMPLED,
  isRemote: true,
  traceState: createTraceState('congo=t61rcWkgMzE,rojo=00f067aa0ba902b7'),
};
const LINKED = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: TraceFlags.NONE };
const under = (spanContext) => trace.setSpanContext(ROOT_CONTEXT, spanContext);
/** Starts a span, gives it to `use`, ends it. */
const one = (use, options) => (tracer) => {
  const span = tracer.startSpan('span', options);
  use(span);
  span.end();
};

/**
 * Options: `times` says that all times are given and count (`events`: those of events only), `limits` are those of `initTracing`,
 * `beyondJson` that OpenTelemetry's JSON cannot hold it.
 */
export const scripts = [
  ['a bare span', one(() => {})],
  ...Object.entries(SpanKind)
    .filter(([, kind]) => typeof kind === 'number')
    .map(([name, kind]) => [`the kind ${name}`, one(() => {}, { kind })]),

  // Attributes.
  ['strings', one((span) => span.setAttribute('a', 'x').setAttribute('empty', '').setAttribute('unicode', 'naïve 字段 🚀'))],
  ['numbers', one((span) => span.setAttributes({ int: 1, negative: -1, double: 0.5, large: 2 ** 53, tiny: 5e-324, zero: 0 }))],
  [
    'numbers that are none',
    one((span) => span.setAttributes({ nan: Number.NaN, infinity: Number.POSITIVE_INFINITY, negative: Number.NEGATIVE_INFINITY })),
    { beyondJson: true },
  ],
  ['booleans', one((span) => span.setAttributes({ yes: true, no: false }))],
  ['arrays', one((span) => span.setAttributes({ s: ['a', ''], n: [1, 0.5], b: [true, false], none: [] }))],
  ['arrays with places left empty', one((span) => span.setAttributes({ nulls: ['a', null, 'b'] }))],
  [
    'null and undefined are left out',
    one((span) => span.setAttribute('null', null).setAttribute('undefined', undefined).setAttributes({ n: null, u: undefined })),
  ],
  ['an empty key is left out', one((span) => span.setAttribute('', 'x').setAttributes({ '': 'x', ok: 'y' }))],
  ['functions, symbols and big integers are left out', one((span) => span.setAttributes({ f: () => {}, s: Symbol('s'), b: 1n, ok: 1 }))],
  [
    'a key that is set again takes its last value and keeps its place',
    one((span) => span.setAttribute('a', 1).setAttribute('b', 2).setAttribute('a', 3)),
  ],
  ['inherited attributes do not count', one((span) => span.setAttributes(Object.create({ inherited: 1 }, { own: { value: 2, enumerable: true } })))],
  ['attributes of the options', one((span) => span.setAttribute('b', 2), { attributes: { a: 1, list: ['x'] } })],
  [
    'an array is copied when it is set',
    one((span) => {
      const list = ['a'];
      span.setAttribute('list', list);
      list.push('b');
    }),
  ],
  [
    'setAttribute and setAttributes chain',
    one((span) => span.setAttribute('a', 1).setAttributes({ b: 2 }).addEvent('e').updateName('n').setStatus({ code: 2 })),
  ],

  // Names.
  ['updateName', one((span) => span.updateName('renamed'))],
  ['updateName twice', one((span) => span.updateName('renamed').updateName('again'))],
  ['an empty name', one((span) => span.updateName(''))],

  // Status.
  ['status unset', one(() => {})],
  ['status ok', one((span) => span.setStatus({ code: SpanStatusCode.OK }))],
  ['status ok carries no message', one((span) => span.setStatus({ code: SpanStatusCode.OK, message: 'fine' }))],
  ['status error with a message', one((span) => span.setStatus({ code: SpanStatusCode.ERROR, message: 'bad' }))],
  ['status error without', one((span) => span.setStatus({ code: SpanStatusCode.ERROR }))],
  ['ok is final', one((span) => span.setStatus({ code: SpanStatusCode.OK }).setStatus({ code: SpanStatusCode.ERROR, message: 'bad' }))],
  ['ok overrides error', one((span) => span.setStatus({ code: SpanStatusCode.ERROR, message: 'bad' }).setStatus({ code: SpanStatusCode.OK }))],
  ['unset is ignored', one((span) => span.setStatus({ code: SpanStatusCode.ERROR, message: 'bad' }).setStatus({ code: SpanStatusCode.UNSET }))],
  ['the last error counts', one((span) => span.setStatus({ code: 2, message: 'first' }).setStatus({ code: 2, message: 'second' }))],
  ['the last error counts, also without a message', one((span) => span.setStatus({ code: 2, message: 'first' }).setStatus({ code: 2 }))],
  ['a message that is no string is left out', one((span) => span.setStatus({ code: 2, message: 42 }))],

  // Events.
  ['an event', one((span) => span.addEvent('e'))],
  ['an event with attributes', one((span) => span.addEvent('e', { a: 1, list: ['x'] }))],
  ['an event with a time', one((span) => span.addEvent('e', [1_700_000_000, 5])), { times: 'events' }],
  ['an event with attributes and a time', one((span) => span.addEvent('e', { a: 1 }, [1_700_000_000, 5])), { times: 'events' }],
  ['an event with two times', one((span) => span.addEvent('e', [1_700_000_000, 1], [1_700_000_000, 5])), { times: 'events' }],
  ['an event with bad attributes', one((span) => span.addEvent('e', { '': 1, f: () => {}, ok: 1 }))],
  ['several events keep their order', one((span) => span.addEvent('a').addEvent('b').addEvent('a'))],
  ['recordException of an Error', one((span) => span.recordException(Object.assign(new TypeError('bad'), { stack: 'the stack' })))],
  ['recordException of a string', one((span) => span.recordException('bad'))],
  ['recordException with a code', one((span) => span.recordException({ code: 'ENOENT', name: 'Error', message: 'bad', stack: 's' }))],
  ['recordException with a numeric code', one((span) => span.recordException({ code: 12, message: 'bad' }))],
  ['recordException with a name only', one((span) => span.recordException({ name: 'Error' }))],
  ['recordException with a message only', one((span) => span.recordException({ message: 'bad' }))],
  ['recordException with nothing', one((span) => span.recordException({}))],
  ['recordException with a stack only', one((span) => span.recordException({ stack: 's' }))],
  ['recordException with a time', one((span) => span.recordException('bad', [1_700_000_000, 5])), { times: 'events' }],
  ['recordException leaves the status', one((span) => span.recordException(new Error('bad').message))],

  // Links.
  ['a link', one((span) => span.addLink({ context: LINKED }))],
  ['a link with attributes', one((span) => span.addLink({ context: LINKED, attributes: { a: 1 } }))],
  ['links', one((span) => span.addLinks([{ context: LINKED }, { context: REMOTE, attributes: { b: [1] } }]))],
  ['links of the options', one((span) => span.addLink({ context: LINKED }), { links: [{ context: REMOTE, attributes: { a: 1 } }] })],

  // Parents.
  [
    'a child',
    (tracer) => {
      const parent = tracer.startSpan('parent');
      tracer.startSpan('child', {}, trace.setSpan(ROOT_CONTEXT, parent)).end();
      parent.end();
    },
  ],
  ['a remote parent', (tracer) => tracer.startSpan('span', {}, under(REMOTE)).end()],
  [
    'the trace state of a remote parent reaches grandchildren',
    (tracer) => {
      const parent = tracer.startSpan('parent', {}, under(REMOTE));
      tracer.startSpan('child', {}, trace.setSpan(ROOT_CONTEXT, parent)).end();
      parent.end();
    },
  ],
  ['an invalid parent', (tracer) => tracer.startSpan('span', {}, under(INVALID_SPAN_CONTEXT)).end()],
  [
    'a parent whose trace id is too short',
    (tracer) => tracer.startSpan('span', {}, under({ ...REMOTE, traceId: 'abc', traceState: undefined })).end(),
  ],
  [
    'a parent without a span id',
    (tracer) => tracer.startSpan('span', {}, under({ ...REMOTE, spanId: '0000000000000000', traceState: undefined })).end(),
  ],
  ['a parent that is not sampled', (tracer) => tracer.startSpan('span', {}, under({ ...REMOTE, traceFlags: TraceFlags.NONE })).end()],
  ['root ignores the parent', (tracer) => tracer.startSpan('span', { root: true }, under(REMOTE)).end()],
  ['the active context is the default', (tracer) => context.with(under(REMOTE), () => tracer.startSpan('span').end())],

  // startActiveSpan.
  ['startActiveSpan(name, fn)', (tracer) => tracer.startActiveSpan('span', (span) => span.end())],
  ['startActiveSpan(name, options, fn)', (tracer) => tracer.startActiveSpan('span', { kind: 2, attributes: { a: 1 } }, (span) => span.end())],
  ['startActiveSpan(name, options, context, fn)', (tracer) => tracer.startActiveSpan('span', { kind: 2 }, under(REMOTE), (span) => span.end())],
  ['startActiveSpan without options', (tracer) => tracer.startActiveSpan('span', undefined, under(REMOTE), (span) => span.end())],

  // Times.
  ['hrtime', (tracer) => tracer.startSpan('span', { startTime: [1_700_000_000, 1] }).end([1_700_000_001, 2]), { times: true }],
  ['milliseconds', (tracer) => tracer.startSpan('span', { startTime: 1_700_000_000_123 }).end(1_700_000_000_456), { times: true }],
  ['fractions of milliseconds', (tracer) => tracer.startSpan('span', { startTime: 1_700_000_000_123.25 }).end(1_700_000_000_456.5), { times: true }],
  ['dates', (tracer) => tracer.startSpan('span', { startTime: new Date(1_700_000_000_123) }).end(new Date(1_700_000_001_000)), { times: true }],
  [
    'mixed times',
    (tracer) => tracer.startSpan('span', { startTime: [1_700_000_000, 999_999_999] }).end(new Date(1_700_000_001_000)),
    { times: true },
  ],
  [
    'an end before the start gives no duration',
    (tracer) => tracer.startSpan('span', { startTime: [1_700_000_001, 0] }).end([1_700_000_000, 0]),
    { times: true },
  ],
  ['end and start at once', (tracer) => tracer.startSpan('span', { startTime: [1_700_000_001, 7] }).end([1_700_000_001, 7]), { times: true }],
  ['a start in the future', (tracer) => tracer.startSpan('span', { startTime: [4_000_000_000, 7] }).end([4_000_000_001, 7]), { times: true }],
  ['a start in 1970', (tracer) => tracer.startSpan('span', { startTime: [0, 7] }).end([1, 7]), { times: true }],

  // Limits.
  ['the attribute limit', one((span) => span.setAttributes({ a: 1, b: 2, c: 3, d: 4 })), { limits: { attributeCount: 2 } }],
  [
    'a known key may change at the limit',
    one((span) => span.setAttributes({ a: 1, b: 2, c: 3 }).setAttribute('a', 9)),
    { limits: { attributeCount: 2 } },
  ],
  [
    'repeated keys do not use the limit up',
    one((span) => span.setAttribute('a', 1).setAttribute('a', 2).setAttribute('a', 3).setAttribute('b', 4)),
    { limits: { attributeCount: 2 } },
  ],
  ['attributes of the options count', one((span) => span.setAttribute('c', 3), { attributes: { a: 1, b: 2 } }), { limits: { attributeCount: 2 } }],
  ['the default limit is 128', one((span) => span.setAttributes(Object.fromEntries(Array.from({ length: 130 }, (_, i) => [`k${i}`, i]))))],
  [
    'the value limit',
    one((span) => span.setAttributes({ long: 'x'.repeat(20), list: ['y'.repeat(20), 'z'], n: 12345678901 })),
    { limits: { attributeValueLength: 8 } },
  ],
  [
    'the value limit, in events and links',
    one((span) => span.addEvent('e', { a: 'x'.repeat(9) }).addLink({ context: LINKED, attributes: { a: 'x'.repeat(9) } })),
    { limits: { attributeValueLength: 8 } },
  ],
  ['the event limit drops the oldest', one((span) => span.addEvent('a').addEvent('b').addEvent('c')), { limits: { eventCount: 2 } }],
  ['no events', one((span) => span.addEvent('a').addEvent('b')), { limits: { eventCount: 0 } }],
  ['the default of events is 128', one((span) => Array.from({ length: 130 }, (_, i) => span.addEvent(`e${i}`)))],
  [
    'the link limit drops the oldest',
    one((span) => span.addLink({ context: LINKED }).addLink({ context: REMOTE }).addLink({ context: LINKED })),
    { limits: { linkCount: 2 } },
  ],
  ['no links', one((span) => span.addLink({ context: LINKED })), { limits: { linkCount: 0 } }],
  ['the attribute limit, in events', one((span) => span.addEvent('e', { a: 1, b: 2, c: 3 })), { limits: { attributePerEventCount: 2 } }],
  [
    'the attribute limit, in links',
    one((span) => span.addLink({ context: LINKED, attributes: { a: 1, b: 2, c: 3 } })),
    { limits: { attributePerLinkCount: 2 } },
  ],

  // After the end.
  [
    'nothing changes after the end',
    (tracer) => {
      const span = tracer.startSpan('span', { attributes: { a: 1 }, startTime: [1_700_000_000, 0] });
      span.end([1_700_000_001, 0]);
      span
        .setAttribute('a', 2)
        .setAttributes({ b: 3 })
        .addEvent('e')
        .addLink({ context: LINKED })
        .addLinks([{ context: LINKED }])
        .setStatus({ code: 2 })
        .updateName('late');
      span.recordException('late');
      span.end([1_700_000_002, 0]);
    },
    { times: true },
  ],
];
