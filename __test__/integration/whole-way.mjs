/** The whole way of a request: its parts, each real and in a process of its own, and what came out of the Collector as a tree. */
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import amqplib from 'amqplib';
import { accepts, freePorts } from '../../scripts/parts/ports.mjs';
import { startProcess } from '../../scripts/parts/service.mjs';
import { startCollector } from '../parts/collector.mjs';
import { elasticmqMissing, startElasticmq } from '../parts/elasticmq.mjs';
import { mongoMissing, startMongo } from '../parts/mongo.mjs';
import { rabbitmqMissing, startRabbitmq } from '../parts/rabbitmq.mjs';

const { version } = createRequire(import.meta.url)('../../package.json');

/** The `skip` option of tests of the whole way. */
export const partsMissing = rabbitmqMissing || elasticmqMissing || mongoMissing;

/** Deliveries until a message is with the dead letters, on both brokers. */
const MAX_ATTEMPTS = 2;

const REGISTER = ['--import', '@manifest-cyber/observability-ts/register'];
const program = (name) => fileURLToPath(new URL(`programs/whole-way/${name}.mjs`, import.meta.url));

/** Starts what is on the way but the services. */
export async function startParts() {
  const parts = {};
  const close = () => Promise.all(Object.values(parts).map((part) => part.close()));
  try {
    parts.collector = await startCollector();
    parts.rabbitmq = await startRabbitmq();
    parts.sqs = await startElasticmq();
    parts.mongo = await startMongo();
  } catch (error) {
    // Nobody else knows of those that run.
    await close();
    throw error;
  }
  return { ...parts, close };
}

/**
 * Makes queues of this name on both brokers, each with one of dead letters. RabbitMQ's is a quorum queue, which counts deliveries, or `classic`: what a kill
 * leaves of that can be told from its files.
 */
export async function makeQueues(parts, queue, type) {
  const dead = `${queue}-dead`;
  await makeRabbitmqQueues(parts.rabbitmq.url, queue, dead, type);
  return { queue, dead, ...(await makeSqsQueues(parts.sqs.client, queue, dead)) };
}

async function makeRabbitmqQueues(url, queue, dead, type) {
  const connection = await amqplib.connect(url);
  try {
    // Without a listener, amqplib throws a lost connection's error before it clears its timer, which then keeps the process for ever.
    connection.on('error', () => {});
    const channel = await connection.createChannel();
    await channel.assertQueue(dead);
    const deadLetters = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': dead };
    const counted = type === 'quorum' ? { 'x-delivery-limit': MAX_ATTEMPTS - 1 } : {};
    await channel.assertQueue(queue, { arguments: { 'x-queue-type': type, ...counted, ...deadLetters } });
  } finally {
    await connection.close();
  }
}

async function makeSqsQueues(options, queue, dead) {
  const client = new SQSClient(options);
  try {
    const create = async (QueueName, Attributes) => (await client.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl;
    const deadUrl = await create(dead);
    const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl: deadUrl, AttributeNames: ['QueueArn'] }));
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: Attributes.QueueArn, maxReceiveCount: MAX_ATTEMPTS });
    return { queueUrl: await create(queue, { RedrivePolicy }), deadUrl };
  } finally {
    client.destroy();
  }
}

/** Starts services of the way, by name; each has `lines()`, what it has logged. `stop()` ends them as a deployment does. */
export async function serviceStarter(parts, queues) {
  const [port] = await freePorts(1);
  const api = `http://127.0.0.1:${port}`;
  const { collector, rabbitmq, sqs, mongo } = parts;
  const input = {
    ...queues,
    port,
    api,
    rabbitmq: rabbitmq.url,
    sqs: sqs.client,
    mongo: mongo.url,
    collector: `http://127.0.0.1:${collector.grpcPort}`,
  };
  const start = async (name, flags, env, ready) => {
    const args = [...flags, program(name), JSON.stringify(input)];
    const running = await startProcess(process.execPath, args, {
      env: { ...process.env, ...env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
      ready,
    });
    return { pid: running.pid, lines: () => linesOf(running.output()), stop: () => running.stop() };
  };
  const registered = (service) => ({
    OTEL_SERVICE_NAME: service,
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.httpPort}`,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
  });
  return {
    port,
    api: () => start('api', [], {}, () => accepts(port)),
    jobRabbitmq: () => start('job-rabbitmq', REGISTER, registered('way-job-rabbitmq'), () => true),
    jobSqs: () => start('job-sqs', REGISTER, registered('way-job-sqs'), () => true),
  };
}

/** What a service logged, whichever logger wrote it. A line that is no JSON is a fault, and shows. */
const linesOf = (output) =>
  output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      try {
        return JSON.parse(line);
      } catch {
        return { msg: line };
      }
    });

/** Posts an order as a client in another system does; resolves with the response's status and headers. */
export function postOrder(port, id, body, headers) {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path: `/orders/${id}`, method: 'POST', headers: { 'content-type': 'application/json', ...headers } };
    const sent = request(options, (response) => response.resume().once('end', () => resolve(response)));
    sent.once('error', reject).end(JSON.stringify(body));
  });
}

/**
 * The spans below `parent` as rows, each before those below it: `[depth, service, kind, name, attributes, log lines]`, and what failed where something did.
 * Log lines are with the span whose ids they carry. What is no row's is asserted here: ids, flags, trace state and scope of each span.
 */
export function rowsOf(spans, lines, parent, { traceId, traceState }) {
  const of = (id) => spans.filter(({ parentSpanId }) => parentSpanId === id).sort((a, b) => Number(a.startUnixNanos - b.startUnixNanos));
  const rows = [];
  const visit = (span, depth, above) => {
    const service = span.resource['service.name'];
    const isRemote = above === undefined || above.resource['service.instance.id'] !== span.resource['service.instance.id'];
    assert.deepEqual(
      [span.traceId, span.traceState, span.flags, span.scope, span.droppedAttributesCount + span.droppedEventsCount + span.droppedLinksCount],
      [traceId, traceState, isRemote ? REMOTE | FLAGS : FLAGS, SCOPE, 0],
      span.name,
    );
    const row = [depth, service, KINDS[span.kind], span.name, { ...span.attributes }, logged(lines, span, depth === 0 ? parent : above.spanId)];
    const failure = failureOf(span);
    rows.push(failure === undefined ? row : [...row, failure]);
    for (const child of of(span.spanId)) visit(child, depth + 1, span);
  };
  for (const root of of(parent)) visit(root, 0, undefined);
  return rows;
}

/** OTLP's numbers of kinds. */
const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];

/** Sampled and random (W3C level 2), and OTLP's bits: known whether the parent is remote, and it is. */
const FLAGS = 0x103;
const REMOTE = 0x200;

const SCOPE = { name: '@manifest-cyber/observability-ts', version, attributes: {}, schemaUrl: '' };

/** The lines that carry the ids of a span, as text with the fields that the service gave; `parent_id` is there where the logger knows it. */
function logged(lines, span, parentSpanId) {
  return lines
    .filter(({ line }) => line.span_id === span.spanId)
    .map(({ service, line }) => {
      assert.equal(line.trace_id, span.traceId);
      assert.ok([parentSpanId, undefined].includes(line.parent_id), `${service}: ${JSON.stringify(line)}`);
      const fields = ['tenant', 'attempt'].filter((name) => name in line).map((name) => ` ${name}=${line[name]}`);
      const error = line.err === undefined ? '' : ` ${line.err.type}: ${line.err.message}`;
      return `${service}: ${line.msg ?? line.message}${fields.join('')}${error}`;
    });
}

/** The status of a span that failed, with what was recorded. */
function failureOf({ status, events }) {
  if (status.code === 0 && events.length === 0) return undefined;
  const exceptions = events.map(({ name, attributes: { 'exception.type': type, 'exception.message': message, 'exception.stacktrace': stack } }) => {
    assert.deepEqual([name, stack.startsWith(`${type}: ${message}\n    at `)], ['exception', true]);
    return `${type}: ${message}`;
  });
  return { status: status.code, message: status.message, exceptions };
}
