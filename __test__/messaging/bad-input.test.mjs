/** Bad input for channels and clients: what happens with us is what happens without us. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { instrumentAmqp, instrumentSqs } from '@manifest-cyber/observability-ts';
import { until } from '../../scripts/parts/until.mjs';
import { elasticmqMissing } from '../parts/elasticmq.mjs';
import { rabbitmqMissing } from '../parts/rabbitmq.mjs';
import { useBroker } from './amqp-support.mjs';
import { useSqs } from './sqs-support.mjs';

const told = (error) => `${error.name}: ${error.message}`;

describe('amqplib', { skip: rabbitmqMissing }, () => {
  const used = useBroker();
  const circle = {};
  circle.circle = circle;
  const body = Buffer.from('x');

  /** Arguments after the queue's name. */
  const CONTENTS = {
    'a text as content': ['text'],
    'no content': [],
    'an object as content': [{ a: 1 }],
    'null as options': [body, null],
    'a number as options': [body, 7],
    'a text as options': [body, 'options'],
    'a text as headers': [body, { headers: 'traceparent' }],
    'a number as headers': [body, { headers: 7 }],
    'a list as headers': [body, { headers: [1, 2] }],
    'headers of a class': [body, { headers: new Map([['a', 1]]) }],
    'a function in headers': [body, { headers: { a: () => {} } }],
    'a symbol in headers': [body, { headers: { a: Symbol('s') } }],
    'bytes in headers': [body, { headers: { a: Buffer.from([0, 255]) } }],
    'a circle in headers': [body, { headers: circle }],
    'a property of the wrong type': [body, { correlationId: { a: 1 } }],
    'options with a getter that throws': [
      body,
      {
        get persistent() {
          throw new RangeError('read');
        },
      },
    ],
  };
  for (const [what, args] of Object.entries(CONTENTS)) {
    for (const method of ['sendToQueue', 'publish']) {
      test(`${method} with ${what}`, async () => {
        const bare = await used.connection.createChannel();
        const outcome = async (channel, queue) => {
          await bare.assertQueue(queue);
          const place = method === 'publish' ? ['', queue] : [queue];
          let result;
          try {
            result = channel[method](...place, ...args);
          } catch (error) {
            result = told(error);
          }
          // What was written before is there when the broker answers this.
          await channel.checkQueue(queue);
          const message = await until('the answer', () => bare.get(queue, { noAck: true }).then((got) => got || 'none'));
          const { traceparent, ...headers } = message.properties?.headers ?? {};
          return { result, arrived: message !== 'none', headers, content: message.content?.toString() };
        };
        const without = await outcome(await used.connection.createChannel(), `${used.queue}-bare`);
        assert.deepEqual(await outcome(used.channel, used.queue), without);
        const [span] = used.named(`publish ${used.queue}`);
        assert.equal(span.status.code, typeof without.result === 'string' ? 2 : 0);
      });
    }
  }

  test('what is no channel is given back', () => {
    for (const value of [undefined, null, 7, 'channel', {}, { publish: 1 }]) assert.equal(instrumentAmqp(value), value);
  });
});

describe('the AWS SDK', { skip: elasticmqMissing }, () => {
  const used = useSqs();
  const text = (StringValue) => ({ DataType: 'String', StringValue });

  const outcomeOf = async (client, make) => {
    try {
      const { Messages, MD5OfMessageBody } = await client.send(make());
      return { Messages: Messages?.length, MD5OfMessageBody };
    } catch (error) {
      return error.name;
    }
  };

  const INPUTS = {
    'no input': () => undefined,
    'an empty input': () => ({}),
    'a URL of the wrong type': () => ({ QueueUrl: 7, MessageBody: 'x' }),
    'a URL that is none': () => ({ QueueUrl: 'queue', MessageBody: 'x' }),
    'a queue that is not there': () => ({ QueueUrl: `${used.url}-none`, MessageBody: 'x', Entries: [{ Id: '1', MessageBody: 'x' }] }),
    'a body of the wrong type': () => ({ QueueUrl: used.url, MessageBody: 7 }),
    'attributes of the wrong type': () => ({ QueueUrl: used.url, MessageBody: 'x', MessageAttributes: 'traceparent' }),
    'system attributes of the wrong type': () => ({ QueueUrl: used.url, MessageBody: 'x', MessageSystemAttributes: 'AWSTraceHeader' }),
    'a batch whose attributes are of the wrong type': () => ({
      QueueUrl: used.url,
      MessageBody: 'x',
      Entries: [{ Id: '1', MessageBody: 'x', MessageAttributes: ['own'] }],
    }),
    'an attribute that is null': () => ({ QueueUrl: used.url, MessageBody: 'x', MessageAttributes: { own: null } }),
    'an attribute without a type': () => ({ QueueUrl: used.url, MessageBody: 'x', MessageAttributes: { own: { StringValue: '1' } } }),
    'a handle of the wrong type': () => ({
      QueueUrl: used.url,
      MessageBody: 'x',
      ReceiptHandle: { a: 1 },
      VisibilityTimeout: 'soon',
      Entries: [{ Id: '1', MessageBody: 'x', ReceiptHandle: 7, VisibilityTimeout: 'soon' }],
    }),
    'names of the wrong type': () => ({ QueueUrl: used.url, MessageAttributeNames: 7, AttributeNames: 'All', MessageBody: 'x' }),
  };
  const COMMANDS = [
    SendMessageCommand,
    SendMessageBatchCommand,
    ReceiveMessageCommand,
    DeleteMessageCommand,
    DeleteMessageBatchCommand,
    ChangeMessageVisibilityCommand,
    ChangeMessageVisibilityBatchCommand,
  ];
  for (const [what, input] of Object.entries(INPUTS)) {
    for (const Command of COMMANDS) {
      test(`${Command.name} with ${what}`, async () => {
        const options = { ...used.server.client, maxAttempts: 1 };
        const bare = new SQSClient(options);
        const traced = instrumentSqs(new SQSClient(options));
        const without = await outcomeOf(bare, () => new Command(input()));
        assert.deepEqual(await outcomeOf(traced, () => new Command(input())), without);
        for (const client of [bare, traced]) client.destroy();
      });
    }
  }

  test('a client that was closed sends and receives as it does without us', async () => {
    const closed = async (client) => {
      client.destroy();
      return [
        await outcomeOf(client, () => new SendMessageCommand({ QueueUrl: used.url, MessageBody: 'x' })),
        await outcomeOf(client, () => new ReceiveMessageCommand({ QueueUrl: used.url })),
      ];
    };
    assert.deepEqual(await closed(instrumentSqs(new SQSClient(used.server.client))), await closed(new SQSClient(used.server.client)));
  });

  test('binary attributes arrive as they were, beside the context', async () => {
    const MessageAttributes = { own: { DataType: 'Binary', BinaryValue: Uint8Array.of(0, 255, 254, 1) }, other: text('1') };
    await used.client.send(new SendMessageCommand({ QueueUrl: used.url, MessageBody: 'x', MessageAttributes }));
    const [message] = await used.receive(used.url, { MessageAttributeNames: ['All'] });
    const { own, other, traceparent } = message.MessageAttributes;
    assert.deepEqual([[...own.BinaryValue], other.StringValue], [[0, 255, 254, 1], '1']);
    const { traceId, spanId } = used.named(`send ${used.queue}`)[0].spanContext();
    assert.ok(traceparent.StringValue.startsWith(`00-${traceId}-${spanId}-`));
  });
});
