/** Messages of SQS that are deleted or given another visibility, on ElasticMQ: the spans of that, and where in a trace they are. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, test } from 'node:test';
import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQS,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { injectTraceContext, instrumentSqs, withBatchSpan, withMessageSpan, withSpan } from '@manifest-cyber/observability-ts';
import { elasticmqMissing } from '../parts/elasticmq.mjs';
import { idOf } from './paths.mjs';
import { useSqs } from './sqs-support.mjs';

const traceOf = (span) => span.spanContext().traceId;

describe('messages of SQS that are settled', { skip: elasticmqMissing }, () => {
  const used = useSqs({ http: true });

  // The requests that made the queue.
  beforeEach(() => used.tracing.reset());

  const only = (name) => {
    const named = used.named(name);
    assert.equal(named.length, 1, name);
    return named[0];
  };
  /** The one message of the queue, sent inside a span `request`. */
  const received = async () => {
    await withSpan('request', () => used.send(used.url, 'x'));
    return (await used.receive(used.url, { WaitTimeSeconds: 2 }))[0];
  };
  const several = async (count) => {
    for (let i = 0; i < count; i++) await withSpan(`request ${i}`, () => used.send(used.url, String(i)));
    const messages = await used.receive(used.url, { WaitTimeSeconds: 2 });
    assert.equal(messages.length, count);
    return messages;
  };
  const entriesOf = (messages, more) => messages.map(({ ReceiptHandle }, i) => ({ Id: `id-${i}`, ReceiptHandle, ...more }));
  const remove = ({ ReceiptHandle }, client = used.client) => client.send(new DeleteMessageCommand({ QueueUrl: used.url, ReceiptHandle }));
  const common = (name) => ({
    'messaging.system': 'aws_sqs',
    'messaging.destination.name': used.queue,
    'messaging.operation.name': name,
    'messaging.operation.type': 'settle',
    'aws.sqs.queue.url': used.url,
    'server.address': '127.0.0.1',
    'server.port': Number(new URL(used.url).port),
  });
  /** The links of a batch: what sent each message, with the message's id. */
  const linksTo = (messages) => {
    const sends = new Map(used.named(`send ${used.queue}`).map((span) => [span.attributes['messaging.message.id'], idOf(span)]));
    return messages.map(({ MessageId }) => [sends.get(MessageId), { 'messaging.message.id': MessageId }]);
  };
  const linksOf = ({ links }) => links.map(({ context, attributes }) => [context.spanId, attributes]);

  test('where a message is deleted in its processing, that is below it; the request has no span of its own', async () => {
    const message = await received();
    await withMessageSpan(message, {}, () => remove(message));
    const [deleted, handled] = [only(`delete ${used.queue}`), only(`process ${used.queue}`)];
    assert.deepEqual([deleted.kind, deleted.parentSpanContext.spanId, deleted.status.code, deleted.links], [2, idOf(handled), 0, []]);
    assert.deepEqual(deleted.attributes, { ...common('delete'), 'messaging.message.id': message.MessageId });
    assert.deepEqual(
      used.spans().map(({ name }) => name),
      [`send ${used.queue}`, 'request', `receive ${used.queue}`, `delete ${used.queue}`, `process ${used.queue}`],
    );
  });

  test('a message that is given back says when it comes again', async () => {
    const message = await received();
    const failing = withMessageSpan(message, {}, async () => {
      const input = { QueueUrl: used.url, ReceiptHandle: message.ReceiptHandle, VisibilityTimeout: 0 };
      await used.client.send(new ChangeMessageVisibilityCommand(input));
      throw new RangeError('not now');
    });
    await assert.rejects(failing, { message: 'not now' });
    const changed = only(`change_visibility ${used.queue}`);
    assert.deepEqual([changed.kind, changed.parentSpanContext.spanId, changed.status.code], [2, idOf(only(`process ${used.queue}`)), 0]);
    const own = { 'messaging.message.id': message.MessageId, 'messaging.aws_sqs.message.visibility_timeout': 0 };
    assert.deepEqual(changed.attributes, { ...common('change_visibility'), ...own });
    const [again] = await used.receive(used.url, { WaitTimeSeconds: 2 });
    assert.equal(again.MessageId, message.MessageId);
  });

  test('outside of every span it is below what sent the message', async () => {
    await remove(await received());
    const [deleted, sent] = [only(`delete ${used.queue}`), only(`send ${used.queue}`)];
    assert.deepEqual([deleted.parentSpanContext.spanId, traceOf(deleted), deleted.links], [idOf(sent), traceOf(sent), []]);
  });

  test('inside a span of another trace it is below that, with a link to what sent the message', async () => {
    const message = await received();
    await withSpan('cleaning', () => remove(message));
    const deleted = only(`delete ${used.queue}`);
    assert.equal(deleted.parentSpanContext.spanId, idOf(only('cleaning')));
    assert.deepEqual(linksOf(deleted), [[idOf(only(`send ${used.queue}`)), {}]]);
  });

  for (const [Command, operation, more] of [
    [DeleteMessageBatchCommand, 'delete', {}],
    [ChangeMessageVisibilityBatchCommand, 'change_visibility', { VisibilityTimeout: 600 }],
  ]) {
    test(`${Command.name}: one span with a link to what sent each message`, async () => {
      const messages = await several(3);
      const Entries = entriesOf(messages, more);
      const { Successful } = await withBatchSpan(messages, {}, () => used.client.send(new Command({ QueueUrl: used.url, Entries })));
      assert.equal(Successful.length, 3);
      const settled = only(`${operation} ${used.queue}`);
      assert.deepEqual([settled.kind, settled.parentSpanContext.spanId, settled.status.code], [2, idOf(only(`process ${used.queue}`)), 0]);
      assert.deepEqual(settled.attributes, { ...common(operation), 'messaging.batch.message_count': 3 });
      assert.deepEqual(linksOf(settled), linksTo(messages));
      assert.equal(used.named('POST').length, 0);
    });
  }

  test('a batch of which some are refused says how many', async () => {
    const messages = [...(await several(2)), { ReceiptHandle: 'of no message' }];
    const { Failed } = await used.client.send(new DeleteMessageBatchCommand({ QueueUrl: used.url, Entries: entriesOf(messages) }));
    assert.deepEqual(
      Failed.map(({ Id }) => Id),
      ['id-2'],
    );
    const deleted = only(`delete ${used.queue}`);
    assert.deepEqual([deleted.parentSpanContext, deleted.status], [undefined, { code: 2, message: '1 of 3 messages were refused' }]);
    assert.deepEqual([deleted.attributes['messaging.batch.message_count'], deleted.attributes['error.type']], [3, Failed[0].Code]);
    assert.deepEqual(linksOf(deleted), linksTo(messages.slice(0, 2)));
  });

  test('what the server refuses is an error of the span, and the SDK throws as without us', async () => {
    const message = await received();
    const elsewhere = { QueueUrl: `${used.url}-none`, ReceiptHandle: message.ReceiptHandle };
    const bare = new SQSClient(used.server.client);
    const { name } = await bare.send(new DeleteMessageCommand(elsewhere)).then(assert.ifError, (error) => error);
    bare.destroy();
    await assert.rejects(used.client.send(new DeleteMessageCommand(elsewhere)), { name });
    const refused = only(`delete ${used.queue}-none`);
    assert.deepEqual([refused.status.code, refused.attributes['error.type']], [2, name]);
    // It is not deleted by that.
    await remove(message);
    assert.equal(only(`delete ${used.queue}`).attributes['messaging.message.id'], message.MessageId);
  });

  test('a message that another client received is settled in a trace of its own', async () => {
    await withSpan('request', () => used.send(used.url, 'x'));
    const bare = new SQS(used.server.client);
    const { Messages } = await bare.receiveMessage({ QueueUrl: used.url, WaitTimeSeconds: 2 });
    bare.destroy();
    const older = instrumentSqs(new SQS(used.server.client));
    await older.deleteMessage({ QueueUrl: used.url, ReceiptHandle: Messages[0].ReceiptHandle });
    older.destroy();
    const deleted = only(`delete ${used.queue}`);
    assert.deepEqual([deleted.parentSpanContext, deleted.links, deleted.attributes], [undefined, [], common('delete')]);
  });

  test('a trace that is not recorded has no span of it', async () => {
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-00`;
    const MessageAttributes = { traceparent: { DataType: 'String', StringValue: traceparent } };
    await used.client.send(new SendMessageCommand({ QueueUrl: used.url, MessageBody: 'x', MessageAttributes }));
    const [message] = await used.receive(used.url, { WaitTimeSeconds: 2 });
    let within;
    await withMessageSpan(message, {}, async () => {
      within = injectTraceContext({}).traceparent;
      await remove(message);
    });
    assert.match(within, /^00-a{32}-.*-00$/);
    assert.deepEqual([...used.named(`delete ${used.queue}`), ...used.named('POST')], []);
    assert.deepEqual(await used.receive(used.url, { WaitTimeSeconds: 0 }), []);
  });

  describe('what is known of messages', () => {
    const body = 'x';
    const MD5OfBody = createHash('md5').update(body).digest('hex');
    let client;
    let count = 0;

    /** A client whose server has messages without end, and refuses the second entry of a batch. */
    beforeEach(() => {
      count = 0;
      const messages = () => Array.from({ length: 10 }, () => ({ MessageId: `m-${count}`, ReceiptHandle: `h-${count++}`, Body: body, MD5OfBody }));
      const answers = {
        ReceiveMessageCommand: () => ({ Messages: messages() }),
        DeleteMessageBatchCommand: () => ({ Failed: [{ Id: 'id-1', Code: 'InternalError' }] }),
      };
      client = instrumentSqs(new SQSClient(used.server.client));
      const answer =
        (_next, { commandName }) =>
        async () => ({ output: answers[commandName]?.() ?? {} });
      client.middlewareStack.add(answer, { step: 'initialize', priority: 'low' });
    });
    afterEach(() => client.destroy());

    const receive = () => client.send(new ReceiveMessageCommand({ QueueUrl: used.url }));
    /** The ids that spans of deletions have found. */
    const foundBy = async (...handles) => {
      used.tracing.reset();
      for (const ReceiptHandle of handles) await remove({ ReceiptHandle }, client);
      return used.named(`delete ${used.queue}`).map(({ attributes }) => attributes['messaging.message.id']);
    };

    test('one that was deleted is forgotten, alone and in a batch; one that was refused is not', async () => {
      await receive();
      assert.deepEqual(await foundBy('h-0', 'h-0'), ['m-0', undefined]);
      await client.send(
        new DeleteMessageBatchCommand({ QueueUrl: used.url, Entries: entriesOf([{ ReceiptHandle: 'h-1' }, { ReceiptHandle: 'h-2' }]) }),
      );
      assert.deepEqual(await foundBy('h-1', 'h-2'), [undefined, 'm-2']);
    });

    test('of those that are never settled, the last ones are known and no others', async () => {
      while (count < 2_000) await receive();
      assert.deepEqual(await foundBy('h-10', 'h-900', 'h-1500', 'h-1999'), [undefined, undefined, 'm-1500', 'm-1999']);
    });
  });
});
