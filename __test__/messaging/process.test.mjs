/** Spans around the processing of messages: whose child they are, what they say, and that the handler runs once. */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { createTestTracing, initTracing, withBatchSpan, withMessageSpan, withSpan } from '@manifest-cyber/observability-ts';
import { propagation, trace } from '@opentelemetry/api';
import { runProgram } from '../parts/program.mjs';
import { idOf } from './paths.mjs';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';
const traceparent = `00-${TRACE}-${SPAN}-01`;
const message = { sbomId: 7, traceContext: { traceparent } };
const record = {
  messageId: 'm-1',
  receiptHandle: 'r',
  body: JSON.stringify(message),
  eventSourceARN: 'arn:aws:sqs:eu-west-1:123:sbom-process',
  attributes: { ApproximateReceiveCount: '3', SentTimestamp: String(Date.now() - 5_000) },
  messageAttributes: {},
};
const amqp = (headers, fields = {}) => ({
  content: Buffer.from('{}'),
  fields: { deliveryTag: 1, redelivered: false, exchange: '', routingKey: 'work', ...fields },
  properties: { headers, messageId: 'm-2', correlationId: 'c-2' },
});

describe('message spans', () => {
  let tracing;
  before(() => {
    tracing = createTestTracing();
  });
  after(() => tracing.shutdown());
  afterEach(() => tracing.reset());
  const last = () => tracing.getFinishedSpans().at(-1);
  const named = (name) => tracing.getFinishedSpans().filter((span) => span.name === name);
  const parentOf = (span) => span.parentSpanContext?.spanId;

  test('a message continues its trace, and what is done inside belongs to it', () => {
    const result = withMessageSpan(message, { destination: 'sbom-process', name: 'job.process.sbom', attributes: { tenant: 'acme' } }, (span) => {
      assert.equal(trace.getActiveSpan(), span);
      withSpan('inner', () => {});
      return 42;
    });
    const [inner, handled] = tracing.getFinishedSpans();
    assert.deepEqual([result, handled.name, handled.kind], [42, 'job.process.sbom', 4]);
    assert.deepEqual([handled.spanContext().traceId, parentOf(handled), handled.parentSpanContext.isRemote], [TRACE, SPAN, true]);
    assert.equal(parentOf(inner), idOf(handled));
    assert.deepEqual(handled.attributes, {
      'messaging.operation.name': 'process',
      'messaging.operation.type': 'process',
      'messaging.destination.name': 'sbom-process',
      tenant: 'acme',
    });
  });

  test('a record of Lambda tells its queue, its attempt and how long it waited', () => {
    withMessageSpan(record, {}, () => {});
    const { 'messaging.message.queue_time_ms': waited, ...rest } = last().attributes;
    assert.equal(last().name, 'process sbom-process');
    assert.ok(waited >= 5_000 && waited < 60_000);
    assert.deepEqual(rest, {
      'messaging.system': 'aws_sqs',
      'messaging.operation.name': 'process',
      'messaging.operation.type': 'process',
      'messaging.destination.name': 'sbom-process',
      'messaging.message.id': 'm-1',
      'messaging.message.delivery_attempt': 3,
    });
  });

  const ATTEMPTS = [
    { attempt: 1, headers: {}, fields: {}, why: 'the first' },
    { attempt: 2, headers: {}, fields: { redelivered: true }, why: 'delivered again' },
    { attempt: 5, headers: { 'x-delivery-count': 4 }, fields: { redelivered: true }, why: 'a quorum queue counts' },
    {
      attempt: 3,
      headers: {
        'x-death': [
          { count: 2, reason: 'expired' },
          { count: 2, reason: 'rejected' },
        ],
      },
      fields: {},
      why: 'two rounds',
    },
    { attempt: 1, headers: { 'x-death': 'nonsense', 'x-delivery-count': 'many' }, fields: {}, why: 'headers of the wrong type' },
    { attempt: 1, headers: { 'x-death': [null, 7, { count: 'x' }] }, fields: {}, why: 'deaths of the wrong type' },
  ];
  for (const { attempt, headers, fields, why } of ATTEMPTS) {
    test(`attempt ${attempt} of an AMQP message: ${why}`, () => {
      withMessageSpan(amqp(headers, fields), {}, () => {});
      assert.equal(last().attributes['messaging.message.delivery_attempt'], attempt);
      assert.deepEqual([last().name, last().attributes['messaging.system']], ['process work', 'rabbitmq']);
    });
  }

  const TIMES = [
    { sent: { headers: { 'x-sent-ms': Date.now() - 3_000 + 0.5 } }, waited: 3, why: 'our header in milliseconds' },
    { sent: { headers: { timestamp_in_ms: Date.now() - 3_000 } }, waited: 3, why: "RabbitMQ's header in milliseconds" },
    { sent: { timestamp: Math.floor(Date.now() / 1000) - 3 }, waited: 3, why: 'the property, in seconds' },
    { sent: { timestamp: Date.now() - 3_000 }, waited: 3, why: 'the property, in milliseconds' },
    { sent: { timestamp: Date.now() + 60_000 }, waited: undefined, why: 'a sender whose clock is ahead' },
    { sent: { timestamp: Number.NaN }, waited: undefined, why: 'no number' },
    { sent: {}, waited: undefined, why: 'none' },
  ];
  for (const { sent, waited, why } of TIMES) {
    test(`time in the queue by ${why}`, () => {
      withMessageSpan({ ...amqp({}), properties: sent }, {}, () => {});
      const millis = last().attributes['messaging.message.queue_time_ms'];
      if (waited === undefined) assert.equal(millis, undefined);
      else assert.ok(millis >= waited * 1000 && millis < waited * 1000 + 5_000, String(millis));
    });
  }

  test('without a context: a new trace, or the active one', () => {
    withMessageSpan({ body: 'no json' }, {}, () => {});
    assert.equal(parentOf(last()), undefined);
    withSpan('around', () => withMessageSpan('', {}, () => {}));
    assert.equal(parentOf(named('process')[1]), idOf(named('around')[0]));
  });

  test('an active span becomes a link, or the parent where that is asked for', () => {
    withSpan('around', () => {
      withMessageSpan(message, {}, () => {});
      withMessageSpan(message, { parent: 'active' }, () => {});
    });
    const [first, second] = named('process');
    const [around] = named('around');
    assert.deepEqual([parentOf(first), first.links[0].context.spanId], [SPAN, idOf(around)]);
    assert.deepEqual([parentOf(second), second.links[0].context.spanId], [idOf(around), SPAN]);
  });

  test('baggage that a message brings is there', () => {
    const given = amqp({ traceparent, baggage: 'tenant=acme' });
    const tenant = (options) => withMessageSpan(given, options, () => propagation.getActiveBaggage()?.getEntry('tenant').value);
    assert.equal(tenant({}), 'acme');
    assert.equal(
      withSpan('around', () => tenant({ parent: 'active' })),
      'acme',
    );
  });

  test('a batch: one span with a link to each message, and a child span for each', async () => {
    const records = Array.from({ length: 10 }, (_, i) => ({
      ...record,
      messageId: `m-${i}`,
      body: JSON.stringify({ traceContext: { traceparent: `00-${TRACE}-${String(i + 1).padStart(16, '0')}-01` } }),
    }));
    const results = await withBatchSpan(records, {}, (batch) => {
      assert.equal(trace.getActiveSpan(), batch);
      return Promise.all(records.map((one) => withMessageSpan(one, {}, async () => one.messageId)));
    });
    assert.equal(results.length, 10);
    const batch = last();
    assert.deepEqual(
      [batch.name, batch.kind, batch.attributes['messaging.batch.message_count'], parentOf(batch)],
      ['process sbom-process', 4, 10, undefined],
    );
    assert.deepEqual(
      batch.links.map((link) => [link.context.spanId, link.attributes['messaging.message.id']]),
      records.map(({ messageId }, i) => [String(i + 1).padStart(16, '0'), messageId]),
    );
    const children = named('process sbom-process').slice(0, 10);
    for (const [i, child] of children.entries()) {
      assert.deepEqual([parentOf(child), child.links[0].context.spanId], [idOf(batch), String(i + 1).padStart(16, '0')]);
    }
  });

  test('a batch of bodies: what the batch says holds for each message', () => {
    const options = { destination: 'work', system: 'rabbitmq' };
    withBatchSpan([message], options, () => withMessageSpan(message, {}, () => {}));
    for (const span of named('process work')) assert.equal(span.attributes['messaging.system'], 'rabbitmq');
    assert.equal(named('process work').length, 2);
  });

  for (const messages of [[], undefined, 'messages', null]) {
    test(`a batch of ${JSON.stringify(messages)}: no span, and the handler runs once`, () => {
      let calls = 0;
      assert.equal(
        withBatchSpan(messages, {}, () => ++calls),
        1,
      );
      assert.deepEqual(tracing.getFinishedSpans(), []);
    });
  }

  test('the same message twice is two spans below one', () => {
    for (let i = 0; i < 2; i++) withMessageSpan(message, {}, () => {});
    assert.deepEqual(named('process').map(parentOf), [SPAN, SPAN]);
    withBatchSpan([message, message], {}, () => {});
    assert.equal(last().links.length, 2);
  });

  const hostile = new Proxy({}, { get: () => assert.fail('read'), ownKeys: () => assert.fail('read') });
  for (const [what, given] of Object.entries({ 'a hostile message': hostile, 'no message': undefined, bytes: Buffer.from([0xff]), 'a number': 7 })) {
    test(`${what}: the handler runs once, inside a span`, () => {
      let calls = 0;
      withMessageSpan(given, {}, () => {
        calls++;
      });
      withBatchSpan([given], {}, () => {
        calls++;
      });
      assert.deepEqual([calls, tracing.getFinishedSpans().length], [2, 2]);
    });
  }
  for (const options of [undefined, null, hostile, 7]) {
    test(`options that are ${typeof options}: the handler runs once`, () => {
      let calls = 0;
      for (const run of [withMessageSpan, withBatchSpan]) run([message], options, () => ++calls);
      assert.equal(calls, 2);
    });
  }

  const unreadable = Object.defineProperty(new Error('mine'), 'code', { get: () => assert.fail('read') });
  const FAILURES = { 'an error': new TypeError('no'), 'a text': 'no', nothing: undefined, 'an error that cannot be read': unreadable };
  for (const [what, thrown] of Object.entries(FAILURES)) {
    for (const how of ['throws', 'rejects']) {
      test(`a handler that ${how} with ${what}: that, and a span that failed`, async () => {
        let calls = 0;
        const handler = () => {
          calls++;
          if (how === 'throws') throw thrown;
          return Promise.reject(thrown);
        };
        const outcome = await new Promise((resolve) => {
          try {
            withMessageSpan(message, {}, handler).then(resolve, (error) => resolve({ error }));
          } catch (error) {
            resolve({ error });
          }
        });
        assert.deepEqual([calls, outcome], [1, { error: thrown }]);
        assert.equal(last().status.code, 2);
        assert.equal(last().attributes['error.type'], thrown instanceof TypeError ? 'TypeError' : '_OTHER');
      });
    }
  }
});

test('messages that are taken up where the one before has ended: their contexts are no chain', async () => {
  // The usual stack would hold a chain of 46,000.
  const run = await runProgram(new URL('programs/endless-queue.mjs', import.meta.url), { messages: 20_000 }, { flags: ['--stack-size=200'] });
  assert.equal(run.answer, 20_000);
});

test('without tracing the handler runs once, with the message as it is', async () => {
  const tracing = await initTracing({ exporter: { type: 'none' }, sampling: { rate: 0 } });
  await tracing.shutdown();
  let calls = 0;
  assert.equal(
    withMessageSpan(message, {}, () => ++calls),
    1,
  );
  assert.equal(
    withBatchSpan([message], {}, () => ++calls),
    2,
  );
});
