/** Other formats than W3C's in messages of SQS: each by itself goes from one traced client to the other, and takes no place in vain. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { createTestTracing, injectMessage, withMessageSpan, withSpan } from '@manifest-cyber/observability-ts';
import { context, propagation } from '@opentelemetry/api';
import { elasticmqMissing } from '../parts/elasticmq.mjs';
import { idOf } from './paths.mjs';
import { useSqs } from './sqs-support.mjs';

const FORMATS = {
  tracecontext: ['traceparent'],
  xray: ['x-amzn-trace-id'],
  datadog: ['_datadog'],
  b3: ['b3'],
  b3multi: ['x-b3-sampled', 'x-b3-spanid', 'x-b3-traceid'],
};
const text = (value) => ({ DataType: 'String', StringValue: value });
const attributes = (count) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`own${i}`, text(String(i))]));
const addedTo = (message) => Object.keys(message.MessageAttributes ?? {}).filter((name) => !name.startsWith('own'));

describe('formats in SQS', { skip: elasticmqMissing }, () => {
  const used = useSqs();
  const use = async (...propagators) => {
    await used.tracing.shutdown();
    used.tracing = createTestTracing({ http: false, libraries: false, propagators });
  };

  for (const [format, names] of Object.entries(FORMATS)) {
    test(`${format}: one trace, and the receiver sees nothing of it`, async () => {
      await use(format);
      await used.client.send(new SendMessageCommand({ QueueUrl: used.url, MessageBody: 'x', MessageAttributes: attributes(1) }));
      const bare = new SQSClient(used.server.client);
      const all = new ReceiveMessageCommand({ QueueUrl: used.url, MessageAttributeNames: ['All'], VisibilityTimeout: 0, WaitTimeSeconds: 1 });
      const untraced = (await bare.send(all)).Messages[0];
      bare.destroy();
      assert.deepEqual(addedTo(untraced).sort(), names);
      const [message] = await used.receive(used.url, { MessageAttributeNames: ['own0'] });
      assert.deepEqual(Object.keys(message.MessageAttributes), ['own0']);
      withMessageSpan(message, {}, () => {});
      const [sent, handled] = ['send', 'process'].map((name) => used.named(`${name} ${used.queue}`)[0]);
      assert.equal(handled.parentSpanContext?.spanId, idOf(sent));
    });
  }
});

describe('formats where little room is left', () => {
  for (const [format, names] of Object.entries(FORMATS)) {
    for (const own of [7, 8, 9, 10]) {
      test(`${format} beside ${own} attributes of the user's own`, async () => {
        const tracing = createTestTracing({ http: false, libraries: false, propagators: [format] });
        const message = withSpan('sender', () => injectMessage({ MessageBody: 'x', MessageAttributes: attributes(own) }));
        const fits = own + names.length <= 10;
        assert.deepEqual(addedTo(message).sort(), fits ? names : []);
        assert.equal(message.MessageSystemAttributes?.AWSTraceHeader === undefined, fits);
        withMessageSpan(message, {}, () => {});
        const [sender, handled] = tracing.getFinishedSpans();
        await tracing.shutdown();
        assert.equal(handled.parentSpanContext?.spanId, idOf(sender));
      });
    }
  }

  test('a free place that is too small for the span still takes the baggage', async () => {
    const tracing = createTestTracing({ http: false, libraries: false, propagators: ['baggage', 'b3multi'] });
    const message = context.with(propagation.setBaggage(context.active(), propagation.createBaggage({ tenant: { value: 'acme' } })), () =>
      withSpan('sender', () => injectMessage({ MessageBody: 'x', MessageAttributes: attributes(9) })),
    );
    await tracing.shutdown();
    assert.deepEqual([addedTo(message), Object.keys(message.MessageSystemAttributes)], [['baggage'], ['AWSTraceHeader']]);
  });

  test("Datadog's attribute is what its tracers read: its headers as JSON", async () => {
    const tracing = createTestTracing({ http: false, libraries: false, propagators: ['datadog', 'tracecontext'] });
    const message = withSpan('sender', () => injectMessage({ MessageBody: 'x' }));
    const [sender] = tracing.getFinishedSpans();
    await tracing.shutdown();
    assert.deepEqual(addedTo(message).sort(), ['_datadog', 'traceparent']);
    const { traceId } = sender.spanContext();
    assert.deepEqual(JSON.parse(message.MessageAttributes._datadog.StringValue), {
      'x-datadog-trace-id': String(BigInt(`0x${traceId.slice(16)}`)),
      'x-datadog-parent-id': String(BigInt(`0x${idOf(sender)}`)),
      'x-datadog-sampling-priority': '1',
      'x-datadog-tags': `_dd.p.tid=${traceId.slice(0, 16)}`,
    });
  });

  test("Datadog's attribute is binary for SNS, whose filters would read the JSON", async () => {
    const tracing = createTestTracing({ http: false, libraries: false, propagators: ['datadog'] });
    const { MessageAttributes } = withSpan('sender', () => injectMessage({ TopicArn: 'arn', Message: 'x' }));
    withMessageSpan({ ReceiptHandle: 'r', Body: 'x', MessageAttributes }, {}, () => {});
    const [sender, handled] = tracing.getFinishedSpans();
    await tracing.shutdown();
    assert.deepEqual([Object.keys(MessageAttributes), MessageAttributes._datadog.DataType], [['_datadog'], 'Binary']);
    assert.equal(handled.parentSpanContext?.spanId, idOf(sender));
  });
});
