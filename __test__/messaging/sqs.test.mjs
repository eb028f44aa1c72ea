/** Clients of the AWS SDK v3 on ElasticMQ: what is sent, received and hidden. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQS,
  SQSClient,
} from '@aws-sdk/client-sqs';
import {
  createLoggerWithMessageTrace,
  createTestTracing,
  extractMessage,
  injectTraceContext,
  instrumentSqs,
  withMessageSpan,
  withSpan,
} from '@manifest-cyber/observability-ts';
import { context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { until } from '../../scripts/parts/until.mjs';
import { elasticmqMissing, startElasticmq } from '../parts/elasticmq.mjs';
import { runProgram } from '../parts/program.mjs';
import { idOf } from './paths.mjs';

const text = (value) => ({ DataType: 'String', StringValue: value });
const attributes = (count) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`own${i}`, text(String(i))]));

describe('instrumentSqs', { skip: elasticmqMissing }, () => {
  let server;
  let tracing;
  let bare;
  let client;
  let QueueUrl;
  let queue;
  let count = 0;

  before(async () => {
    server = await startElasticmq();
    bare = new SQSClient(server.client);
  });
  after(async () => {
    bare?.destroy();
    await server?.close();
  });
  beforeEach(async () => {
    queue = `queue-${++count}`;
    ({ QueueUrl } = await bare.send(new CreateQueueCommand({ QueueName: queue, Attributes: { VisibilityTimeout: '30' } })));
    tracing = createTestTracing({ libraries: false });
    client = instrumentSqs(new SQSClient(server.client));
  });
  afterEach(async () => {
    client.destroy();
    await tracing.shutdown();
  });

  const spans = () => tracing.getFinishedSpans();
  const named = (name) => spans().filter((span) => span.name === name);
  const carriedBy = (message) => trace.getSpanContext(extractMessage(message))?.spanId;
  const send = (input) => client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x', ...input }));
  const sendBatch = (Entries) => client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  const receive = async (input, on = client) => (await on.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 2, ...input }))).Messages ?? [];
  const received = async (input, on) => (await receive(input, on))[0];
  /** What is in the queue, all of it, as a client that is not traced sees it. */
  const inQueue = () => received({ MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All'] }, bare);

  /** A client whose server gives this answer. */
  const answerWith = (on, output) => on.middlewareStack.add(() => async () => ({ output }), { step: 'initialize', priority: 'low' });

  test('one trace from the sender to the handler, with the conventions of both sides', async () => {
    await withSpan('request', () => send());
    const message = await received();
    const handler = await withMessageSpan(message, {}, (span) => span);
    const [sent] = named(`send ${queue}`);
    const [asked] = named(`receive ${queue}`);
    const [handled] = named(`process ${queue}`);
    const [request] = named('request');
    assert.equal(handler.spanContext().spanId, idOf(handled));
    // And none for the requests below them.
    assert.equal(spans().length, 4);
    assert.deepEqual([sent.kind, asked.kind, handled.kind], [3, 2, 4]);
    assert.equal(sent.parentSpanContext.spanId, idOf(request));
    assert.equal(handled.parentSpanContext.spanId, idOf(sent));
    assert.equal(asked.parentSpanContext, undefined);
    assert.deepEqual([asked.links[0].context.spanId, asked.links[0].attributes], [idOf(sent), { 'messaging.message.id': message.MessageId }]);
    const both = { 'messaging.system': 'aws_sqs', 'messaging.destination.name': queue };
    const server_ = { 'aws.sqs.queue.url': QueueUrl, 'server.address': '127.0.0.1', 'server.port': Number(new URL(server.endpoint).port) };
    const operation = (name) => ({ 'messaging.operation.name': name, 'messaging.operation.type': name });
    const { 'messaging.message.queue_time_ms': waited, ...ofHandled } = handled.attributes;
    assert.ok(waited >= 0 && waited < 60_000);
    assert.deepEqual(sent.attributes, { ...both, ...server_, ...operation('send'), 'messaging.message.id': message.MessageId });
    assert.deepEqual(asked.attributes, { ...both, ...server_, ...operation('receive'), 'messaging.batch.message_count': 1 });
    assert.deepEqual(ofHandled, {
      ...both,
      ...operation('process'),
      'messaging.message.id': message.MessageId,
      'messaging.message.delivery_attempt': 1,
    });
  });

  const ASKED = [
    { asked: {}, shown: [], system: [], why: 'nothing' },
    { asked: { MessageAttributeNames: ['own0'] }, shown: ['own0'], system: [], why: 'one attribute' },
    { asked: { MessageAttributeNames: ['All'] }, shown: ['own0', 'own1', 'traceparent'], system: [], why: 'all attributes' },
    { asked: { MessageSystemAttributeNames: ['SentTimestamp'] }, shown: [], system: ['SentTimestamp'], why: 'a system attribute' },
    { asked: { AttributeNames: ['SentTimestamp'] }, shown: [], system: ['SentTimestamp'], why: 'a system attribute by its old name' },
  ];
  for (const { asked, shown, system, why } of ASKED) {
    test(`a receiver that asks for ${why} sees that, as without us, and its context is there`, async () => {
      await send({ MessageAttributes: attributes(2) });
      const input = Object.freeze({ VisibilityTimeout: 0, ...asked });
      const message = await received(input);
      const untraced = await received(input, bare);
      assert.deepEqual(Object.keys(message.MessageAttributes ?? {}).sort(), shown);
      assert.deepEqual(Object.keys(message.Attributes ?? {}), system);
      for (const key of ['Body', 'MessageAttributes', 'Attributes', 'MD5OfMessageAttributes']) assert.deepEqual(message[key], untraced[key], key);
      assert.equal(carriedBy(message), idOf(named(`send ${queue}`)[0]));
    });
  }

  test('a receiver that asks by the beginning of a name, or for what none has', async () => {
    // ElasticMQ does not know this way of asking; the checksums are those of the attributes that are shown, as SQS answers them.
    const MessageAttributes = { 'own.a': text('1'), 'own.b': { DataType: 'Binary', BinaryValue: Buffer.from('2') }, traceparent: text('broken') };
    const MD5OfBody = createHash('md5').update('x').digest('hex');
    for (const [names, shown, md5] of [
      [['own.*'], ['own.a', 'own.b'], '39d213a13c73bcc7b160645af06c7a41'],
      [['none'], undefined, undefined],
    ]) {
      const answering = instrumentSqs(new SQSClient(server.client));
      answerWith(answering, { Messages: [{ MessageId: 'm', Body: 'x', MD5OfBody, MD5OfMessageAttributes: 'of all', MessageAttributes }] });
      const [message] = await receive({ MessageAttributeNames: names }, answering);
      assert.deepEqual(message.MessageAttributes && Object.keys(message.MessageAttributes), shown);
      assert.equal(message.MD5OfMessageAttributes, md5);
      answering.destroy();
    }
  });

  test('a poll without messages makes no span, nor does its request', async () => {
    assert.deepEqual(await receive({ WaitTimeSeconds: 0 }), []);
    await send();
    assert.deepEqual(
      spans().map((span) => span.name),
      [`send ${queue}`],
    );
  });

  test('nor does one that was aborted', async () => {
    const abort = new AbortController();
    const poll = client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }), { abortSignal: abort.signal });
    setTimeout(() => abort.abort(), 100);
    await assert.rejects(poll, { name: 'AbortError' });
    assert.deepEqual(spans(), []);
  });

  test('a logger for a message tells a broken context that was taken out of it from none', async () => {
    const restarted = async (MessageAttributes) => {
      await bare.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x', MessageAttributes }));
      const lines = [];
      createLoggerWithMessageTrace(await received(), { info: (_, fields) => lines.push(fields) }).info('hello');
      return lines[0].trace_restarted;
    };
    assert.deepEqual([await restarted({ traceparent: text('broken') }), await restarted(undefined)], ['invalid', 'missing']);
  });

  test('versions of the SDK that know the old name of a list alone: a message without a free attribute keeps its trace', async () => {
    const older = instrumentSqs(new SQSClient(server.client));
    const forget = (next) => (args) => {
      const { MessageSystemAttributeNames: _, ...input } = args.input;
      return next({ ...args, input });
    };
    older.middlewareStack.add(forget, { step: 'initialize', priority: 'low' });
    await send({ MessageAttributes: attributes(10) });
    const message = await received({}, older);
    older.destroy();
    assert.equal(message.Attributes, undefined);
    withMessageSpan(message, {}, () => {});
    const [handled] = named(`process ${queue}`);
    assert.equal(handled.parentSpanContext?.spanId, idOf(named(`send ${queue}`)[0]));
    assert.equal(handled.attributes['messaging.message.delivery_attempt'], 1);
  });

  test('each delivery of a message that failed says which it is', async () => {
    await send();
    for (let attempt = 1; attempt <= 3; attempt++) {
      const message = await received({ VisibilityTimeout: 0 });
      await assert.rejects(
        withMessageSpan(message, {}, async () => {
          throw new TypeError('poison');
        }),
        { message: 'poison' },
      );
    }
    const tries = named(`process ${queue}`);
    assert.deepEqual(
      tries.map((span) => span.attributes['messaging.message.delivery_attempt']),
      [1, 2, 3],
    );
    for (const { status, attributes: of } of tries) assert.deepEqual([status, of['error.type']], [{ code: 2, message: 'poison' }, 'TypeError']);
    assert.equal(new Set(tries.map((span) => span.spanContext().traceId)).size, 1);
  });

  for (const own of [0, 7, 8, 9, 10]) {
    test(`with ${own} attributes of the user's own a message is accepted, and carries its context`, async () => {
      const baggage = propagation.setBaggage(ROOT_CONTEXT, propagation.createBaggage({ tenant: { value: 'acme' } }));
      await context.with(baggage, () => send({ MessageAttributes: attributes(own) }));
      const message = await inQueue();
      assert.deepEqual(
        Object.keys(message.MessageAttributes)
          .filter((name) => name.startsWith('own'))
          .sort(),
        Object.keys(attributes(own)),
      );
      assert.equal(carriedBy(message), idOf(named(`send ${queue}`)[0]));
      assert.equal(message.MessageAttributes.baggage !== undefined, own <= 8);
      assert.equal(message.Attributes.AWSTraceHeader !== undefined, own === 10);
    });
  }

  test('eleven attributes are refused by the server, as without us, and the span has failed', async () => {
    await assert.rejects(send({ MessageAttributes: attributes(11) }));
    const [sent] = named(`send ${queue}`);
    assert.equal(sent.status.code, 2);
    assert.ok(sent.attributes['error.type']);
  });

  test('inputs are not written to, and may be used again', async () => {
    const command = new SendMessageCommand({ QueueUrl, MessageBody: 'x', MessageAttributes: attributes(1) });
    const before_ = structuredClone(command.input);
    await client.send(command);
    await client.send(command);
    assert.deepEqual(command.input, before_);
    const carried = new Set([carriedBy(await received()), carriedBy(await received())]);
    assert.deepEqual(carried, new Set(named(`send ${queue}`).map(idOf)));
  });

  test('a batch: one span, and one below it for each message, whose context the message carries', async () => {
    await withSpan('request', () => sendBatch(Array.from({ length: 10 }, (_, i) => ({ Id: `id-${i}`, MessageBody: String(i) }))));
    const [sent] = named(`send ${queue}`);
    const created = named(`create ${queue}`);
    assert.deepEqual([sent.kind, sent.attributes['messaging.batch.message_count'], created.length], [2, 10, 10]);
    assert.deepEqual(new Set(created.map((span) => span.parentSpanContext.spanId)), new Set([idOf(sent)]));
    assert.deepEqual(
      sent.links.map((link) => link.context.spanId),
      created.map(idOf),
    );
    const messages = await receive({ MaxNumberOfMessages: 10 });
    const byMessage = new Map(created.map((span) => [span.attributes['messaging.message.id'], idOf(span)]));
    assert.equal(byMessage.size, 10);
    for (const message of messages) assert.equal(carriedBy(message), byMessage.get(message.MessageId));
    const [asked] = named(`receive ${queue}`);
    assert.equal(asked.attributes['messaging.batch.message_count'], messages.length);
    assert.deepEqual(new Set(asked.links.map((link) => link.context.spanId)), new Set(messages.map(carriedBy)));
  });

  test('a batch of which some are refused: those have failed, and the batch says how many', async () => {
    const refusing = instrumentSqs(new SQSClient(server.client));
    // ElasticMQ refuses whole batches where SQS answers for each message: this is such an answer.
    const Successful = [{ Id: 'a', MessageId: 'm-a', MD5OfMessageBody: createHash('md5').update('1').digest('hex') }];
    const Failed = [{ Id: 'b', Code: 'InternalError', Message: 'try again' }];
    answerWith(refusing, { Successful, Failed, $metadata: { requestId: 'r-1' } });
    const Entries = ['a', 'b'].map((Id, i) => ({ Id, MessageBody: String(i + 1) }));
    assert.equal((await refusing.send(new SendMessageBatchCommand({ QueueUrl, Entries }))).Failed.length, 1);
    refusing.destroy();
    const created = named(`create ${queue}`);
    assert.deepEqual(
      created.map((span) => [span.attributes['messaging.message.id'], span.attributes['error.type'], span.status.code]),
      [
        ['m-a', undefined, 0],
        [undefined, 'InternalError', 2],
      ],
    );
    const [sent] = named(`send ${queue}`);
    assert.deepEqual(sent.status, { code: 2, message: '1 of 2 messages were refused' });
    assert.equal(sent.attributes['aws.request_id'], 'r-1');
  });

  for (const Entries of [[], undefined, 'entries', [null, 7]]) {
    test(`a batch of ${JSON.stringify(Entries)} ends as without us`, async () => {
      const outcome = async (by) => {
        try {
          await by.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
          return 'sent';
        } catch (error) {
          return error.name;
        }
      };
      const bareOutcome = await outcome(bare);
      assert.equal(await outcome(client), bareOutcome);
      assert.equal(named(`send ${queue}`)[0].status.code, bareOutcome === 'sent' ? 0 : 2);
    });
  }

  test('a batch is not taken over the size that all its messages may have together', async () => {
    const entries = Array.from({ length: 4 }, (_, i) => ({ Id: String(i), MessageBody: 'b'.repeat(65_536 - 40) }));
    await sendBatch(entries);
    const messages = await receive({ MaxNumberOfMessages: 10, MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['AWSTraceHeader'] });
    const withAttribute = messages.filter((message) => message.MessageAttributes?.traceparent !== undefined);
    const withHeader = messages.filter((message) => message.Attributes?.AWSTraceHeader !== undefined);
    // 160 bytes are left for four messages, and a context takes 72.
    assert.deepEqual([withAttribute.length, withHeader.length], [2, 2]);
    assert.deepEqual(new Set(messages.map(carriedBy)), new Set(named(`create ${queue}`).map(idOf)));
  });

  test("a context that the user gave is the message's only one: in attributes, and in the body where it is of the same trace", async () => {
    await withSpan('request', async (request) => {
      const { traceparent } = injectTraceContext({});
      await send({ MessageAttributes: { traceparent: text(traceparent) } });
      await send({ MessageBody: JSON.stringify({ traceContext: { traceparent } }) });
      const foreign = traceparent.replace(request.spanContext().traceId, '4'.repeat(32));
      await send({ MessageBody: JSON.stringify({ traceContext: { traceparent: foreign } }) });
    });
    const [request] = named('request');
    const sent = named(`send ${queue}`);
    const messages = await until('three messages', async () => {
      const some = await receive({ MaxNumberOfMessages: 10, VisibilityTimeout: 0, MessageAttributeNames: ['All'] });
      return some.length === 3 ? some : undefined;
    });
    const transport = messages.map((message) => message.MessageAttributes.traceparent.StringValue.split('-')[2]);
    assert.deepEqual(transport, [idOf(request), idOf(request), idOf(sent[2])]);
  });

  test('a client that was instrumented twice, and the older kind of client', async () => {
    const older = new SQS(server.client);
    assert.equal(instrumentSqs(instrumentSqs(older)), older);
    await older.sendMessage({ QueueUrl, MessageBody: 'x' });
    assert.equal(spans().length, 1);
    older.destroy();
  });

  test('other commands pass', async () => {
    await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
    assert.deepEqual(
      spans().map((span) => span.name),
      ['POST'],
    );
  });

  test('what is no client is given back', () => {
    for (const value of [undefined, null, 7, {}, { middlewareStack: {} }]) assert.equal(instrumentSqs(value), value);
  });

  test('a server that is gone: the error of the SDK, and failed spans', async () => {
    const dead = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => dead.once('listening', resolve));
    const endpoint = `http://127.0.0.1:${dead.address().port}`;
    await new Promise((resolve) => dead.close(resolve));
    const lost = instrumentSqs(new SQSClient({ ...server.client, endpoint, maxAttempts: 1 }));
    const QueueUrl_ = `${endpoint}/000000000000/lost`;
    await assert.rejects(lost.send(new SendMessageCommand({ QueueUrl: QueueUrl_, MessageBody: 'x' })), { code: 'ECONNREFUSED' });
    await assert.rejects(lost.send(new ReceiveMessageCommand({ QueueUrl: QueueUrl_ })), { code: 'ECONNREFUSED' });
    lost.destroy();
    for (const name of ['send lost', 'receive lost']) {
      assert.deepEqual([named(name)[0].status.code, named(name)[0].attributes['error.type']], [2, 'ECONNREFUSED']);
    }
  });

  test("OpenTelemetry's AWS instrumentation works on our provider, ours leaves its clients alone, and message spans go on from its own", async () => {
    const program = new URL('./programs/published-sqs.mjs', import.meta.url);
    const { spans, warnings } = (await runProgram(program, { client: server.client, QueueUrl })).answer;
    assert.ok(warnings.includes('OBS_SQS_TRACED_ALREADY'));
    assert.equal(spans.length, 4);
    const [sent, asked, handled] = ['send', 'receive', 'process'].map((word) => spans.find(({ name }) => name.includes(word)));
    const request = spans.find(({ name }) => name === 'request');
    assert.deepEqual([sent.kind, sent.parent, handled.parent, asked.links], [3, request.id, sent.id, [sent.id]]);
    assert.deepEqual([request.parent, new Set([request, sent, handled].map(({ trace }) => trace)).size], [undefined, 1]);
  });
});
