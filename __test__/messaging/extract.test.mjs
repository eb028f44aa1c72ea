/** What context a message brings, for every kind of message that brings one. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createTestTracing, extractMessage, injectTraceContext } from '@manifest-cyber/observability-ts';
import { propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';
const traceparent = `00-${TRACE}-${SPAN}-01`;
const other = '00-11111111111111111111111111111111-2222222222222222-01';
const xray = `Root=1-${TRACE.slice(0, 8)}-${TRACE.slice(8)};Parent=${SPAN};Sampled=1`;
const sqs = (value) => ({ DataType: 'String', StringValue: value });
const envelope = (fields) => JSON.stringify({ Type: 'Notification', MessageId: 'n', TopicArn: 'arn:aws:sns:eu-west-1:1:t', ...fields });
const body = (context) => JSON.stringify({ sbomId: 7, traceContext: { traceparent: context } });

/** Messages that carry the context, by what they are. */
const CARRYING = {
  'an SQS message': { MessageId: 'm', Body: '{}', MessageAttributes: { traceparent: sqs(traceparent) } },
  'an SQS message whose attribute is in another case': { Body: '{}', MessageAttributes: { TraceParent: sqs(traceparent) } },
  'an SQS message with a binary attribute': {
    Body: '{}',
    MessageAttributes: { traceparent: { DataType: 'Binary', BinaryValue: Buffer.from(traceparent) } },
  },
  'an SQS message with AWSTraceHeader alone': { Body: '{}', Attributes: { AWSTraceHeader: xray } },
  'a batch entry': { Id: '1', MessageBody: '{}', MessageAttributes: { traceparent: sqs(traceparent) } },
  'a batch entry with AWSTraceHeader alone': { Id: '1', MessageBody: '{}', MessageSystemAttributes: { AWSTraceHeader: sqs(xray) } },
  'a Lambda record': { messageId: 'm', body: '{}', messageAttributes: { traceparent: { dataType: 'String', stringValue: traceparent } } },
  'a Lambda record with a binary attribute': {
    messageId: 'm',
    body: '{}',
    messageAttributes: { traceparent: { dataType: 'Binary', binaryValue: Buffer.from(traceparent).toString('base64') } },
  },
  'a Lambda record with AWSTraceHeader alone': { messageId: 'm', body: '{}', attributes: { AWSTraceHeader: xray } },
  'an SNS envelope in SQS': { Body: envelope({ Message: 'hello', MessageAttributes: { traceparent: { Type: 'String', Value: traceparent } } }) },
  'an SNS envelope in a Lambda record': {
    body: envelope({ Message: 'hello', MessageAttributes: { traceparent: { Type: 'String', Value: traceparent } } }),
  },
  'an SNS envelope around a body': { Body: envelope({ Message: body(traceparent) }) },
  'an SNS record of Lambda': {
    Sns: { Type: 'Notification', Message: 'hello', MessageAttributes: { traceparent: { Type: 'String', Value: traceparent } } },
  },
  'an AMQP message': { content: Buffer.from('{}'), fields: {}, properties: { headers: { traceparent } } },
  'an AMQP message with headers of bytes': { content: Buffer.alloc(0), properties: { headers: { traceparent: Buffer.from(traceparent) } } },
  'anything with headers': { value: 'x', headers: { Traceparent: [traceparent] } },
  'an SQS body': { Body: body(traceparent) },
  'an AMQP body': { content: Buffer.from(body(traceparent)), properties: { headers: {} } },
  'a body that was parsed': { sbomId: 7, traceContext: { traceparent } },
  'a message whose body was parsed': { id: 1, body: { traceContext: { traceparent } } },
  'a body as text': body(traceparent),
  'a body as bytes': new TextEncoder().encode(body(traceparent)),
};

/** Messages that carry nothing of use, by what is wrong with them. */
const EMPTY = {
  nothing: undefined,
  null: null,
  'a number': 7,
  'a list': [1, 2],
  'no fields': {},
  'a body that is no JSON': { Body: `not json, though it says traceparent: ${traceparent}` },
  'a body of broken JSON': { Body: `{"traceContext":{"traceparent":"${traceparent}"` },
  'a body that is JSON and no object': { Body: '["traceparent"]' },
  'traceContext a list': { Body: JSON.stringify({ traceContext: [traceparent] }) },
  'traceContext a text': { Body: JSON.stringify({ traceContext: traceparent }) },
  'traceContext a number': { Body: '{"traceContext":7,"traceparent":1}' },
  'traceContext null': { Body: '{"traceContext":null,"traceparent":1}' },
  'traceparent a number': { traceContext: { traceparent: 7 } },
  'traceparent a list': { traceContext: { traceparent: [traceparent] } },
  'traceparent broken': { traceContext: { traceparent: traceparent.slice(0, 54) } },
  'traceparent of zeros': { traceContext: { traceparent: `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01` } },
  'attributes of the wrong type': { MessageAttributes: 'traceparent', Body: '{}' },
  'an attribute of the wrong type': { MessageAttributes: { traceparent }, Body: '{}' },
  'an attribute that is null': { MessageAttributes: { traceparent: null }, Body: '{}' },
  'binary that is no header': { MessageAttributes: { traceparent: { BinaryValue: Buffer.from([0, 255, 254, 1]) } }, Body: '{}' },
  'headers of the wrong type': { properties: { headers: 'traceparent' }, content: Buffer.from('{}') },
  'no headers': { properties: { headers: null }, content: Buffer.alloc(0) },
  'headers of 64 KB': { properties: { headers: { traceparent: 'a'.repeat(65_536), tracestate: 'b'.repeat(65_536) } }, content: Buffer.alloc(0) },
  'an attribute of 64 KB': { MessageAttributes: { traceparent: sqs('0'.repeat(65_536)) }, Body: '{}' },
  'AWSTraceHeader without a parent': { Attributes: { AWSTraceHeader: `Root=1-${TRACE.slice(0, 8)}-${TRACE.slice(8)}` } },
  'AWSTraceHeader of nonsense': { Attributes: { AWSTraceHeader: `${';='.repeat(200)}` } },
  'AWSTraceHeader of 64 KB': { Attributes: { AWSTraceHeader: `${xray};${'x'.repeat(65_536)}` } },
  'AWSTraceHeader a number': { Attributes: { AWSTraceHeader: 7 } },
  'an envelope in an envelope': { Body: envelope({ Message: envelope({ Message: body(traceparent) }) }) },
  'a getter that throws': Object.defineProperty({}, 'properties', { get: () => assert.fail('read'), enumerable: true }),
  'a proxy that throws': new Proxy({}, { get: () => assert.fail('read') }),
  'a body of more than 1 MiB': { Body: JSON.stringify({ traceContext: { traceparent }, filler: 'x'.repeat(1024 * 1024) }) },
};

describe('extractMessage', () => {
  let tracing;
  before(() => {
    tracing = createTestTracing();
  });
  after(() => tracing.shutdown());

  for (const [name, message] of Object.entries(CARRYING)) {
    test(`finds the context of ${name}`, () => {
      const found = trace.getSpanContext(extractMessage(message));
      assert.deepEqual({ ...found }, { traceId: TRACE, spanId: SPAN, traceFlags: 1, isRemote: true });
    });
  }

  for (const [name, message] of Object.entries(EMPTY)) {
    test(`gives the context back that it was given: ${name}`, () => {
      const base = ROOT_CONTEXT.setValue(Symbol('base'), 1);
      assert.equal(extractMessage(message, base), base);
      assert.equal(trace.getSpanContext(extractMessage(message)), undefined);
    });
  }

  const PRECEDENCE = {
    'attributes over AWSTraceHeader and body': {
      Body: body(other),
      Attributes: { AWSTraceHeader: xray.replace(SPAN, '1'.repeat(16)) },
      MessageAttributes: { traceparent: sqs(traceparent) },
    },
    'AWSTraceHeader over the body': { Body: body(other), Attributes: { AWSTraceHeader: xray } },
    'AWSTraceHeader where the attribute is broken': { Attributes: { AWSTraceHeader: xray }, MessageAttributes: { traceparent: sqs('broken') } },
    'the body where the attribute is broken': { Body: body(traceparent), MessageAttributes: { traceparent: sqs('broken') } },
    'headers over the body': { content: Buffer.from(body(other)), properties: { headers: { traceparent } } },
    'the attributes of an envelope over the body in it': {
      Body: envelope({ Message: body(other), MessageAttributes: { traceparent: { Type: 'String', Value: traceparent } } }),
    },
  };
  for (const [name, message] of Object.entries(PRECEDENCE)) {
    test(name, () => assert.equal(trace.getSpanContext(extractMessage(message)).spanId, SPAN));
  }

  test('a context without a flag, and one that X-Ray has not decided about, are not sampled', () => {
    for (const sampled of ['0', '?']) {
      const found = trace.getSpanContext(extractMessage({ Attributes: { AWSTraceHeader: xray.replace('Sampled=1', `Sampled=${sampled}`) } }));
      assert.equal(found.traceFlags, 0);
    }
  });

  test('tracestate comes along, from attributes and from the body', () => {
    for (const message of [
      { MessageAttributes: { traceparent: sqs(traceparent), tracestate: sqs('a=1,b=2') } },
      { Body: JSON.stringify({ traceContext: { traceparent, tracestate: 'a=1,b=2' } }) },
    ]) {
      assert.equal(trace.getSpanContext(extractMessage(message)).traceState.serialize(), 'a=1,b=2');
    }
  });

  test('baggage comes along, also beside a context that is in the body', () => {
    const context = extractMessage({ Body: body(traceparent), MessageAttributes: { baggage: sqs('tenant=acme') } });
    assert.equal(propagation.getBaggage(context).getEntry('tenant').value, 'acme');
    assert.equal(trace.getSpanContext(context).spanId, SPAN);
  });

  test('the same message gives the same context each time, and stays as it was', () => {
    const message = Object.freeze({ Body: body(traceparent), MessageAttributes: Object.freeze({ n: Object.freeze(sqs('1')) }) });
    const copy = structuredClone(message);
    for (let i = 0; i < 2; i++) assert.equal(injectTraceContext({}, extractMessage(message)).traceparent, traceparent);
    assert.deepEqual(message, copy);
  });
});
