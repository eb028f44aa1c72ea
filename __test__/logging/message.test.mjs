/** A logger made for a message is in that message's trace; a message without one gets a new trace, and its lines say so. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { formatTraceparent, withBatchSpan, withMessageSpan, withSpan } from '@manifest-cyber/observability-ts';
import { createLoggerWithMessageTrace, createTraceparentFromLogger } from '@manifest-cyber/observability-ts/logging';
import { createTestTracing } from '@manifest-cyber/observability-ts/testing';
import { context, propagation, ROOT_CONTEXT } from '@opentelemetry/api';
import { kinds, pinoBase } from './bases.mjs';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN_ID = '00f067aa0ba902b7';
const HEADER = `00-${TRACE_ID}-${SPAN_ID}-01`;
const OTHER = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
const body = (traceContext) => JSON.stringify({ sbomId: 's1', traceContext });

let tracing;
beforeEach(() => {
  tracing = createTestTracing({ http: false });
});
afterEach(() => tracing.shutdown());

const messages = {
  'an SQS message': { Body: body(), MessageAttributes: { traceparent: { DataType: 'String', StringValue: HEADER } } },
  'a Lambda record': { body: body(), messageAttributes: { traceparent: { dataType: 'String', stringValue: HEADER } } },
  'an AMQP message': { content: Buffer.from(body()), fields: {}, properties: { headers: { traceparent: HEADER } } },
  'an AMQP message with the context in its body': { content: Buffer.from(body({ traceparent: HEADER })), fields: {}, properties: { headers: {} } },
  'an SQS message with the context in its body': { Body: body({ traceparent: HEADER, tracestate: 'a=b' }) },
  'a parsed body': { sbomId: 's1', traceContext: { traceparent: HEADER } },
  'a body as text': body({ traceparent: HEADER }),
  'attributes before the body': {
    Body: body({ traceparent: OTHER }),
    MessageAttributes: { traceparent: { DataType: 'String', StringValue: HEADER } },
  },
};

for (const [what, message] of Object.entries(messages)) {
  test(`${what}: lines are in its trace, and what is sent on names its sender`, () => {
    const { logger: base, lines } = pinoBase();
    const logger = createLoggerWithMessageTrace(message, base);
    logger.info('Processing', { a: 1 });
    withSpan('another trace', () => logger.info('elsewhere'));
    assert.deepEqual(
      lines().map(({ fields }) => fields),
      [
        { trace_id: TRACE_ID, span_id: SPAN_ID, a: 1 },
        { trace_id: TRACE_ID, span_id: SPAN_ID },
      ],
    );
    assert.equal(createTraceparentFromLogger(logger), HEADER);
  });
}

for (const [kind, { create }] of Object.entries(kinds)) {
  test(`${kind}: a span of the message's trace has the sender as its parent, and the lines in it its ids`, async () => {
    const { logger: base, lines } = create();
    const logger = createLoggerWithMessageTrace(messages['an SQS message'], base, { fields: { queue: 'q' } });
    await logger.withSpan('job.process.sbom', async () => {
      await null;
      logger.info('in the job');
    });
    const [span] = tracing.getFinishedSpans();
    assert.deepEqual([span.name, span.parentSpanContext.spanId, span.spanContext().traceId], ['job.process.sbom', SPAN_ID, TRACE_ID]);
    assert.deepEqual(lines()[0].fields, { queue: 'q', trace_id: TRACE_ID, span_id: span.spanContext().spanId, parent_id: SPAN_ID });
  });
}

test('a span of the logger has the baggage of the message', () => {
  const message = { properties: { headers: { traceparent: HEADER, baggage: 'tenant=acme' } } };
  const logger = createLoggerWithMessageTrace(message, pinoBase().logger);
  logger.withSpan('job', () => assert.equal(propagation.getBaggage(context.active())?.getEntry('tenant')?.value, 'acme'));
});

test('a message that was not sampled is not sampled further', () => {
  const header = HEADER.replace(/01$/, '00');
  const logger = createLoggerWithMessageTrace({ traceContext: { traceparent: header } }, pinoBase().logger);
  logger.withSpan('job', (span) => assert.equal(span.isRecording(), false));
  assert.equal(createTraceparentFromLogger(logger), header);
  assert.deepEqual(tracing.getFinishedSpans(), []);
});

const hostile = {
  get Body() {
    throw new Error('getter');
  },
};
const BROKEN = `00-${TRACE_ID}-${'0'.repeat(16)}-01`;
const envelope = (Message, MessageAttributes) => ({ Type: 'Notification', Message, MessageAttributes });
const notified = { traceparent: { Type: 'String', Value: BROKEN } };
const without = [
  ['nothing', undefined, 'missing'],
  ['null', null, 'missing'],
  ['a number', 42, 'missing'],
  ['an empty message', {}, 'missing'],
  ['an empty text', '', 'missing'],
  ['a body that is no JSON', { Body: 'plain text' }, 'missing'],
  ['bytes that are no JSON', { content: Buffer.from([0xff, 0xfe, 0x00]), properties: { headers: {} } }, 'missing'],
  ['JSON cut off', { Body: `{"traceContext":{"traceparent":"${HEADER}"` }, 'invalid'],
  ['JSON that is no object', { Body: '[1,2]' }, 'missing'],
  ['getters that throw', hostile, 'missing'],
  ['traceContext as text', { traceContext: HEADER }, 'invalid'],
  ['traceContext as a number', { traceContext: 7 }, 'invalid'],
  ['traceContext as a list', { traceContext: [HEADER] }, 'invalid'],
  ['a traceparent that is a number', { traceContext: { traceparent: 42 } }, 'invalid'],
  ['a broken traceparent in the body', { Body: body({ traceparent: HEADER.slice(1) }) }, 'invalid'],
  ['zeros in the body', { Body: body({ traceparent: `00-${'0'.repeat(32)}-${'0'.repeat(16)}-00` }) }, 'invalid'],
  ['traceContext of the wrong type in the body', { Body: JSON.stringify({ traceContext: { traceparent: { a: 1 } } }) }, 'invalid'],
  ['a broken header', { properties: { headers: { traceparent: 'x'.repeat(65_536) } } }, 'invalid'],
  ['a broken attribute', { MessageAttributes: { traceparent: { DataType: 'Binary', BinaryValue: Buffer.from([1, 2]) } } }, 'invalid'],
  ['an attribute that is none', { MessageAttributes: { TraceParent: HEADER } }, 'invalid'],
  ['a broken header in a Map', { headers: new Map([['Traceparent', BROKEN]]) }, 'invalid'],
  ['a broken header in Headers', { headers: new Headers({ traceparent: BROKEN }) }, 'invalid'],
  ['headers that name no span', { headers: { tracestate: 'a=1', baggage: 'k=v' } }, 'missing'],
  ['a broken AWSTraceHeader', { Attributes: { AWSTraceHeader: 'Root=garbage' } }, 'invalid'],
  ['an SNS envelope', { Body: JSON.stringify(envelope('x', notified)) }, 'invalid'],
  [
    'an SNS envelope without a context, which its text speaks of',
    { Body: JSON.stringify(envelope('x', { topic: { Type: 'String', Value: 'traceparent' } })) },
    'missing',
  ],
  ['a body in an SNS envelope', { Body: JSON.stringify(envelope(body({ traceparent: BROKEN }))) }, 'invalid'],
  ["Lambda's record of SNS", { EventSource: 'aws:sns', Sns: envelope('x', notified) }, 'invalid'],
];
for (const [what, message, trace_restarted] of without) {
  test(`${what}: a new trace, and the lines say ${trace_restarted}`, () => {
    const { logger: base, lines } = pinoBase();
    const logger = createLoggerWithMessageTrace(message, base);
    logger.info('one');
    logger.info('two');
    const [one, two] = lines().map(({ fields }) => fields);
    assert.match(one.trace_id, /^[0-9a-f]{32}$/);
    assert.match(one.span_id, /^[0-9a-f]{16}$/);
    assert.deepEqual(one, { trace_restarted, trace_id: one.trace_id, span_id: one.span_id });
    assert.deepEqual(two, one);
    assert.equal(createTraceparentFromLogger(logger).slice(0, 52), `00-${one.trace_id}-${one.span_id}`);
  });
}

test('the first span of a trace that was restarted is its root', () => {
  const { logger: base, lines } = pinoBase();
  const logger = createLoggerWithMessageTrace({ Body: '{}' }, base);
  logger.info('before');
  logger.withSpan('job', () => logger.withSpan('part', () => {}));
  const [part, job] = tracing.getFinishedSpans();
  assert.equal(job.parentSpanContext, undefined);
  assert.equal(part.parentSpanContext.spanId, job.spanContext().spanId);
  assert.deepEqual([job.spanContext().traceId, part.spanContext().traceId], Array(2).fill(lines()[0].fields.trace_id));
});

test('a message without a context inside a span belongs to that span', () => {
  const { logger: base, lines } = pinoBase();
  withSpan('consume', (span) => {
    const logger = createLoggerWithMessageTrace({ Body: '{}' }, base);
    logger.info('hello');
    assert.equal(createTraceparentFromLogger(logger), formatTraceparent(span.spanContext()));
    assert.deepEqual(lines()[0].fields, { trace_restarted: 'missing', trace_id: span.spanContext().traceId, span_id: span.spanContext().spanId });
  });
});

test('inside withMessageSpan lines carry the ids of its span', async () => {
  const { logger: base, lines } = pinoBase();
  const message = messages['an SQS message'];
  await withMessageSpan(message, { destination: 'q' }, async () => {
    await null;
    createLoggerWithMessageTrace(message, base).info('hello');
  });
  const [span] = tracing.getFinishedSpans();
  assert.deepEqual(lines()[0].fields, { trace_id: TRACE_ID, span_id: span.spanContext().spanId, parent_id: SPAN_ID });
});

test('inside withBatchSpan each logger is in the trace of its own message', async () => {
  const { logger: base, lines } = pinoBase();
  const batch = [HEADER, OTHER].map((traceparent) => ({ traceContext: { traceparent } }));
  await withBatchSpan(batch, { destination: 'q' }, () =>
    Promise.all(batch.map((message) => withMessageSpan(message, {}, async () => createLoggerWithMessageTrace(message, base).info('hello')))),
  );
  assert.deepEqual(
    lines().map(({ fields }) => fields),
    [HEADER, OTHER].map((header) => ({ trace_id: header.slice(3, 35), span_id: header.slice(36, 52) })),
  );
});

test('one message after the other leaves nothing behind', () => {
  const { logger: base, lines } = pinoBase();
  for (const traceparent of [HEADER, OTHER]) createLoggerWithMessageTrace({ traceContext: { traceparent } }, base).info('hello');
  assert.deepEqual(
    lines().map(({ fields }) => fields.trace_id),
    [TRACE_ID, 'a'.repeat(32)],
  );
  assert.equal(context.active().getValue(Symbol.for('OpenTelemetry Context Key SPAN')), ROOT_CONTEXT.getValue(Symbol()));
});
