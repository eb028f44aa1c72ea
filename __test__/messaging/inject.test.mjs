/** A context put into every kind of message, and what SQS allows in one. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createTestTracing, extractMessage, injectMessage } from '@manifest-cyber/observability-ts';
import { context, createTraceState, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';

const spanContext = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };
const traceparent = `00-${spanContext.traceId}-${spanContext.spanId}-01`;
const plain = trace.setSpanContext(ROOT_CONTEXT, spanContext);
const full = propagation.setBaggage(
  trace.setSpanContext(ROOT_CONTEXT, { ...spanContext, traceState: createTraceState('vendor=1') }),
  propagation.createBaggage({ tenant: { value: 'acme' } }),
);
const text = (value) => ({ DataType: 'String', StringValue: value });
const attributes = (count) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`own${i}`, text(String(i))]));
const idsOf = (message) => trace.getSpanContext(extractMessage(message))?.spanId;

/** The size of a message as AWS counts it, written here a second time. */
const bytesOf = ({ MessageBody, MessageAttributes = {} }) =>
  Buffer.byteLength(MessageBody) +
  Object.entries(MessageAttributes).reduce(
    (sum, [name, { DataType, StringValue, BinaryValue }]) =>
      sum + Buffer.byteLength(name) + Buffer.byteLength(DataType) + (BinaryValue?.length ?? Buffer.byteLength(StringValue)),
    0,
  );

describe('injectMessage', () => {
  let tracing;
  before(() => {
    tracing = createTestTracing();
  });
  after(() => tracing.shutdown());

  const KINDS = {
    'an SQS message': { QueueUrl: 'u', MessageBody: 'hello' },
    'a batch entry with attributes': { Id: '1', MessageBody: 'hello', MessageAttributes: attributes(2) },
    'a batch entry without room': { Id: '1', MessageBody: 'hello', MessageAttributes: attributes(10) },
    'an SNS publish input': { TopicArn: 'arn', Message: 'hello' },
    'an SNS publish to a phone': { PhoneNumber: '+1', Message: 'hello' },
    'an entry of an SNS batch': { Id: '1', Message: 'hello', Subject: 'greeting' },
    'a body with an id and a message': { Id: '1', Message: 'hello', from: 'me' },
    'a Lambda record': { messageId: 'm', body: 'hello', messageAttributes: { own: { dataType: 'String', stringValue: '1' } } },
    'a Lambda record without room': {
      messageId: 'm',
      body: 'hello',
      messageAttributes: Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`own${i}`, { dataType: 'String', stringValue: '1' }])),
    },
    'an SNS envelope': { Type: 'Notification', Message: 'hello' },
    'an AMQP message': { content: Buffer.from('hello'), fields: {}, properties: { headers: { own: 1 } } },
    'an AMQP message without headers': { content: Buffer.from('hello'), fields: {}, properties: {} },
    'publish options': { persistent: true, headers: { own: 1 } },
    'headers of a class': { headers: new Headers({ own: '1' }) },
    'headers in a Map': { headers: new Map([['own', '1']]) },
    'a body': { sbomId: 7 },
    'a body with a context of before': { sbomId: 7, traceContext: { traceparent: 'old' } },
  };
  for (const [name, message] of Object.entries(KINDS)) {
    test(`what goes into ${name} is what comes out of it`, () => {
      const given = { ...message };
      assert.equal(injectMessage(given, plain), given);
      assert.equal(idsOf(given), spanContext.spanId);
      for (const key of Object.keys(message)) assert.ok(key in given);
    });
  }

  test('the active context is the default', () => {
    const message = context.with(plain, () => injectMessage({ sbomId: 7 }));
    assert.deepEqual(message, { sbomId: 7, traceContext: { traceparent } });
  });

  test('where nothing is active, nothing is added', () => {
    for (const message of [{ MessageBody: 'x' }, { sbomId: 7 }, { Type: 'Notification', Message: 'x' }]) {
      assert.deepEqual(
        Object.keys(injectMessage({ ...message }, ROOT_CONTEXT)).filter((key) => !(key in message) && key !== 'MessageAttributes'),
        [],
      );
    }
  });

  test('lists that several messages share are not written to', () => {
    const shared = Object.freeze(attributes(3));
    const headers = Object.freeze({ own: 1 });
    injectMessage({ MessageBody: 'x', MessageAttributes: shared }, full);
    injectMessage({ headers }, full);
    injectMessage({ properties: { headers } }, full);
    assert.deepEqual([Object.keys(shared).length, headers], [3, { own: 1 }]);
  });

  test('a frozen message is copied', () => {
    const message = Object.freeze({ MessageBody: 'x' });
    const sent = injectMessage(message, plain);
    assert.notEqual(sent, message);
    assert.equal(idsOf(sent), spanContext.spanId);
  });

  test('what is no message is given back', () => {
    for (const value of [undefined, null, 7, 'text', Buffer.from('x'), [1]]) assert.equal(injectMessage(value, plain), value);
    const throwing = new Proxy({}, { get: () => assert.fail('read') });
    assert.equal(injectMessage(throwing, plain), throwing);
  });

  const ROOM = [
    { own: 0, added: ['traceparent', 'tracestate', 'baggage'], why: 'all fit' },
    { own: 7, added: ['traceparent', 'tracestate', 'baggage'], why: 'exactly three places are left' },
    { own: 8, added: ['traceparent', 'tracestate'], why: 'two places' },
    { own: 9, added: ['traceparent'], why: 'one place' },
    { own: 10, added: [], why: 'none: AWSTraceHeader, which does not count' },
  ];
  for (const { own, added, why } of ROOM) {
    test(`${own} attributes of the user's own: ${why}`, () => {
      const message = injectMessage({ MessageBody: 'x', MessageAttributes: attributes(own) }, full);
      assert.deepEqual(Object.keys(message.MessageAttributes), [...Object.keys(attributes(own)), ...added]);
      assert.equal(message.MessageSystemAttributes?.AWSTraceHeader !== undefined, added.length === 0);
      assert.equal(idsOf(message), spanContext.spanId);
    });
  }

  test("a user's traceparent attribute is replaced, and needs no second place", () => {
    const message = injectMessage({ MessageBody: 'x', MessageAttributes: { ...attributes(9), TraceParent: text('old') } }, plain);
    assert.equal(Object.keys(message.MessageAttributes).length, 10);
    assert.equal(idsOf(message), spanContext.spanId);
  });

  test("attributes called like headers, and no context, are the user's: they stay in every case of their names, and ours are left out", () => {
    const own = { baggage: text('2 suitcases'), Baggage: text('3 suitcases'), TraceState: text('NY') };
    const message = injectMessage({ MessageBody: 'x', MessageAttributes: own }, full);
    assert.deepEqual(message.MessageAttributes, { ...own, traceparent: text(traceparent) });
    const mail = { baggage: { Type: 'String', Value: '2 suitcases' } };
    const envelope = injectMessage({ Type: 'Notification', Message: 'x', MessageAttributes: mail }, full);
    assert.deepEqual(envelope.MessageAttributes.baggage, mail.baggage);
    assert.equal(idsOf(envelope), spanContext.spanId);
  });

  test('the context of a message that is sent on goes as a whole', () => {
    const came = { TraceParent: text(`00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`), Baggage: text('tenant=old'), tracestate: text('old=1') };
    const message = injectMessage({ MessageBody: 'x', MessageAttributes: { ...came, own: text('1') } }, plain);
    assert.deepEqual(message.MessageAttributes, { own: text('1'), traceparent: text(traceparent) });
  });

  test("a user's AWSTraceHeader stays", () => {
    const MessageSystemAttributes = { AWSTraceHeader: text('theirs') };
    const message = injectMessage({ MessageBody: 'x', MessageAttributes: attributes(10), MessageSystemAttributes }, plain);
    assert.deepEqual(message.MessageSystemAttributes, MessageSystemAttributes);
  });

  for (const limit of [256 * 1024, 1024 * 1024]) {
    test(`a message is not taken over ${limit} bytes`, () => {
      const own = { note: text('ü'.repeat(10)), bytes: { DataType: 'Binary', BinaryValue: Buffer.alloc(100) } };
      const bare = bytesOf({ MessageBody: '', MessageAttributes: own });
      for (const left of [0, 1, 71, 72, 73, 90, 97, 120, 200]) {
        const message = injectMessage({ MessageBody: 'b'.repeat(limit - bare - left), MessageAttributes: own }, full);
        assert.ok(bytesOf(message) <= limit, `${left} bytes left`);
        // name 11, type 6, value 55
        assert.equal(message.MessageAttributes.traceparent !== undefined, left >= 72, `${left} bytes left`);
        assert.equal(idsOf(message), spanContext.spanId);
      }
    });
  }

  test('SNS: attributes alone, and no more than fit beside the message', () => {
    for (const to of [{ TopicArn: 'arn' }, { TargetArn: 'arn' }, { PhoneNumber: '+1' }, { Id: '1' }]) {
      const changed = (more) => Object.keys(injectMessage({ ...to, ...more }, plain)).filter((name) => !(name in to) && name !== 'Message');
      assert.deepEqual(changed({ Message: 'x' }), ['MessageAttributes']);
      const own = attributes(10);
      assert.deepEqual(injectMessage({ ...to, Message: 'x', MessageAttributes: own }, plain), { ...to, Message: 'x', MessageAttributes: own });
      assert.deepEqual(changed({ Message: 'x'.repeat(256 * 1024 - 71) }), []);
      assert.deepEqual(changed({ Message: 'x'.repeat(256 * 1024 - 72) }), ['MessageAttributes']);
    }
    const broken = { TopicArn: 'arn', Message: 'x', MessageAttributes: 'theirs to refuse' };
    assert.deepEqual(injectMessage({ ...broken }, plain), broken);
  });

  test('a message that is too large anyway gets its context all the same', () => {
    assert.equal(idsOf(injectMessage({ MessageBody: 'b'.repeat(2 * 1024 * 1024) }, plain)), spanContext.spanId);
  });
});
