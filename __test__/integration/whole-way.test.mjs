/**
 * One request the whole way: a client with a context of its own, an API, RabbitMQ and SQS, a job behind each, MongoDB, requests back to the API, and OTLP to
 * the Collector; each in a process of its own. What came out of the Collector is compared with the tables here.
 */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { until } from '../../scripts/parts/until.mjs';
import { makeQueues, partsMissing, postOrder, rowsOf, serviceStarter, startParts } from './whole-way.mjs';

const API = 'way-api';
const SHIP = 'way-job-rabbitmq';
const BILL = 'way-job-sqs';

/** The span of the client in another system, and the two traces that it is in. */
const CLIENT_SPAN = '00f067aa0ba902b7';
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const POISON_TRACE = '5bf92f3577b34da6a3ce929d0e0e4736';
const TRACE_STATE = 'vendor=1,other=a:b';

const clientHeaders = (traceId) => ({ traceparent: `00-${traceId}-${CLIENT_SPAN}-03`, tracestate: TRACE_STATE, baggage: 'tenant=acme;private' });

describe('the whole way', { skip: partsMissing }, () => {
  let parts;
  let queues;
  let services;
  let running = {};
  let count = 0;

  before(async () => {
    parts = await startParts();
  });
  after(() => parts?.close());
  afterEach(() => Promise.all(Object.values(running).map((service) => service.stop())));

  async function setUp(type) {
    running = {};
    queues = await makeQueues(parts, `orders-${++count}`, type);
    services = await serviceStarter(parts, queues);
  }
  const start = async (...names) => {
    for (const name of names) running[name] = await services[name]();
  };
  const lines = () =>
    Object.entries({ api: API, jobRabbitmq: SHIP, jobSqs: BILL }).flatMap(([name, service]) =>
      (running[name]?.lines() ?? []).map((line) => ({ service, line })),
    );

  /** Once there are as many spans of this test's services as expected: ends the services, and gives all there are then. */
  async function allSpans(expected) {
    const pids = Object.values(running).map(({ pid }) => BigInt(pid));
    const here = () => parts.collector.readSpans().filter(({ resource }) => pids.includes(resource['process.pid']));
    const describe = () =>
      `; these are there:\n${here()
        .map(({ name }) => name)
        .join('\n')}\n${JSON.stringify(lines())}`;
    await until(`${expected} spans`, () => here().length >= expected, { timeoutMillis: 60_000, describe });
    await Promise.all(Object.values(running).map((service) => service.stop()));
    return here();
  }

  // What the tables say in one word.
  const peer = (url) => ({ 'server.address': '127.0.0.1', 'server.port': BigInt(new URL(url).port) });
  const serverSpan = (method, id, status) => ({
    'http.request.method': method,
    'http.route': '/orders/:id',
    'http.response.status_code': status,
    'url.path': `/orders/${id}`,
    'url.scheme': 'http',
    'network.protocol.version': '1.1',
    'network.peer.address': '127.0.0.1',
    'client.address': '127.0.0.1',
    ...peer(`http://127.0.0.1:${services.port}`),
  });
  const clientSpan = (method, url) => ({
    'http.request.method': method,
    'http.response.status_code': 200n,
    'url.full': url,
    ...peer(url),
  });
  const mongo = (operation) => ({
    'db.system.name': 'mongodb',
    'db.namespace': 'way',
    'db.collection.name': 'orders',
    'db.operation.name': operation,
    ...peer(parts.mongo.url),
  });
  const operation = (system, queue, name, type) => ({
    'messaging.system': system,
    'messaging.destination.name': queue,
    'messaging.operation.name': name,
    'messaging.operation.type': type,
  });
  const rabbitmq = (queue, id, name, type) => ({
    ...operation('rabbitmq', queue, name, type),
    ...peer(parts.rabbitmq.url),
    'network.peer.address': '127.0.0.1',
    'network.peer.port': BigInt(parts.rabbitmq.port),
    'messaging.rabbitmq.destination.routing_key': queue,
    'messaging.message.id': `message-${id}`,
  });
  const consumed = (queue, id, attempt, tag, more) => ({
    ...rabbitmq(queue, id, 'consume', 'process'),
    'messaging.message.delivery_attempt': attempt,
    'messaging.message.queue_time_ms': 'millis',
    'messaging.rabbitmq.message.delivery_tag': tag,
    ...more,
  });
  const sqs = (queue, name) => ({ ...operation('aws_sqs', queue, name, name), 'messaging.message.id': 'the id that SQS gave' });
  const sqsServer = (url) => ({ 'aws.sqs.queue.url': url, ...peer(url) });
  const processed = (queue, attempt, more) => ({
    ...sqs(queue, 'process'),
    'messaging.message.delivery_attempt': attempt,
    'messaging.message.queue_time_ms': 'millis',
    ...more,
  });
  const settled = { 'messaging.rabbitmq.message.settlement': 'ack' };
  const requeued = { 'messaging.rabbitmq.message.settlement': 'requeue', 'error.type': 'requeue' };

  /** The request itself; what is below `publish` and `send` is the jobs'. */
  const request = (id, { queue, queueUrl }, shipped, billed, received) => [
    [0, API, 'server', 'POST /orders/:id', serverSpan('POST', id, 202n), ['way-api: order taken tenant=acme']],
    [1, API, 'client', 'insert orders', mongo('insert'), []],
    [1, API, 'internal', 'order.hand-over', {}, ['way-api: order handed over']],
    [2, API, 'producer', `publish ${queue}`, rabbitmq(queue, id, 'publish', 'send'), []],
    ...shipped,
    [2, API, 'producer', `send ${queue}`, { ...sqs(queue, 'send'), ...sqsServer(queueUrl) }, received],
    ...billed,
  ];
  /** A job asks the API for the order. */
  const asked = (id, service) => [
    [5, service, 'client', 'GET', clientSpan('GET', `http://127.0.0.1:${services.port}/orders/${id}`), []],
    [6, API, 'server', 'GET /orders/:id', { ...serverSpan('GET', id, 200n), 'user_agent.original': 'node' }, ['way-api: order read tenant=acme']],
    [7, API, 'client', 'find orders', mongo('find'), []],
  ];
  /** What the job tells SQS of a message. */
  const settling = (queue, url, name, more) => {
    const attributes = { ...operation('aws_sqs', queue, name, 'settle'), 'messaging.message.id': 'the id that SQS gave', ...sqsServer(url), ...more };
    return [4, BILL, 'client', `${name} ${queue}`, attributes, []];
  };
  const deleted = (queue, url) => settling(queue, url, 'delete');
  const givenBack = (queue, url) => settling(queue, url, 'change_visibility', { 'messaging.aws_sqs.message.visibility_timeout': 0n });
  const fulfilling = (service, attempt) => `${service}: fulfilling tenant=acme attempt=${attempt}`;

  const fulfilled = (id, { queue, queueUrl }, [attempt, more] = [1n]) =>
    request(
      id,
      { queue, queueUrl },
      [
        [3, SHIP, 'consumer', `consume ${queue}`, consumed(queue, id, attempt, 1n, { ...settled, ...more }), []],
        [4, SHIP, 'internal', 'job.ship', { 'order.id': id }, [fulfilling(SHIP, 1), `${SHIP}: fulfilled`]],
        ...asked(id, SHIP),
        [5, SHIP, 'client', 'update orders', mongo('update'), []],
      ],
      [
        [3, BILL, 'consumer', `process ${queue}`, processed(queue, 1n), []],
        [4, BILL, 'internal', 'job.bill', { 'order.id': id }, [fulfilling(BILL, 1), `${BILL}: fulfilled`]],
        ...asked(id, BILL),
        [5, BILL, 'client', 'update orders', mongo('update'), []],
        deleted(queue, queueUrl),
      ],
      [`${BILL}: message received`],
    );

  function poisoned(id, { queue, dead, queueUrl, deadUrl }) {
    const told = `RangeError: order ${id} cannot be fulfilled`;
    const failure = { status: 2, message: `order ${id} cannot be fulfilled`, exceptions: [told] };
    const refused = { status: 2, message: '', exceptions: [] };
    const again = { 'messaging.rabbitmq.message.redelivered': true };
    const deathOf = { 'messaging.rabbitmq.message.dead_letter_count': 1n, 'messaging.rabbitmq.message.dead_letter_reason': 'delivery_limit' };
    // The tags of the channel go on from those of the order before.
    const shipping = (attempt, more) => [
      [
        3,
        SHIP,
        'consumer',
        `consume ${queue}`,
        consumed(queue, id, attempt, attempt + 1n, { ...requeued, ...more }),
        [`${SHIP}: not shipped ${told}`],
        refused,
      ],
      [4, SHIP, 'internal', 'job.ship', { 'order.id': id }, [fulfilling(SHIP, attempt)], failure],
      ...asked(id, SHIP),
    ];
    const billing = (attempt) => [
      [3, BILL, 'consumer', `process ${queue}`, processed(queue, attempt, { 'error.type': 'RangeError' }), [`${BILL}: not billed ${told}`], failure],
      [4, BILL, 'internal', 'job.bill', { 'order.id': id }, [fulfilling(BILL, attempt)], failure],
      ...asked(id, BILL),
      givenBack(queue, queueUrl),
    ];
    return request(
      id,
      { queue, queueUrl },
      [
        ...shipping(1n),
        ...shipping(2n, again),
        // At least the second delivery: what the first queue counted is not told any more.
        [3, SHIP, 'consumer', `consume ${dead}`, consumed(dead, id, 2n, 4n, { ...settled, ...deathOf }), [`${SHIP}: dead letter`]],
      ],
      [
        ...billing(1n),
        ...billing(2n),
        [3, BILL, 'consumer', `process ${dead}`, processed(dead, 3n), [`${BILL}: dead letter`]],
        deleted(dead, deadUrl),
      ],
      Array(3).fill(`${BILL}: message received`),
    );
  }

  /** What each run has another value of, in one word: checked here. */
  function withoutChance(rows) {
    const [, , , , { 'messaging.message.id': given }] = rows.find(([, , , name]) => name.startsWith('send '));
    assert.match(given, /^[0-9a-f-]{36}$/);
    for (const [, , , name, attributes] of rows) {
      const millis = attributes['messaging.message.queue_time_ms'];
      if (millis !== undefined) {
        assert.ok(millis >= 0n && millis < 120_000n, `${name} waited ${millis} ms`);
        attributes['messaging.message.queue_time_ms'] = 'millis';
      }
      if (attributes['messaging.message.id'] === given) attributes['messaging.message.id'] = 'the id that SQS gave';
    }
    return rows;
  }

  const rowsIn = (spans, traceId) => {
    const mine = spans.filter((span) => span.traceId === traceId);
    const rows = withoutChance(rowsOf(mine, lines(), CLIENT_SPAN, { traceId, traceState: TRACE_STATE }));
    assert.equal(rows.length, mine.length, 'a span is not below the client');
    for (const { name, links } of mine) assert.deepEqual(links, [], name);
    return rows;
  };

  /** Polls of SQS: each a trace of its own, with a link to what sent the message that it brought. */
  function assertPolls(spans, expected) {
    const polls = spans.filter(({ traceId }) => traceId !== TRACE && traceId !== POISON_TRACE);
    const byId = new Map(spans.map((span) => [span.spanId, span]));
    const plain = polls.map(({ name, kind, parentSpanId, traceState, attributes, links }) => {
      const [{ traceId, spanId, traceState: linkedState, attributes: of }] = links;
      const sent = byId.get(spanId);
      assert.deepEqual([sent.traceId, sent.traceState, links.length], [traceId, linkedState, 1]);
      assert.deepEqual(of, { 'messaging.message.id': sent.attributes['messaging.message.id'] });
      return { name, kind, parentSpanId, traceState, attributes, sentBy: sent.name, traceId };
    });
    const byName = (a, b) => a.name.localeCompare(b.name) || a.traceId.localeCompare(b.traceId);
    assert.deepEqual(plain.sort(byName), expected.sort(byName));
    assert.equal(new Set(polls.map(({ traceId }) => traceId)).size, polls.length);
  }
  const poll = (queue, url, traceId) => ({
    name: `receive ${queue}`,
    kind: 3,
    parentSpanId: '',
    traceState: '',
    attributes: { ...operation('aws_sqs', queue, 'receive', 'receive'), ...sqsServer(url), 'messaging.batch.message_count': 1n },
    sentBy: `send ${queues.queue}`,
    traceId,
  });

  /** Each process has told who it is, once and the same in all its spans. */
  function assertResources(spans) {
    const versions = { api: { 'service.version': '1.2.3' } };
    for (const [name, service] of Object.entries({ api: API, jobRabbitmq: SHIP, jobSqs: BILL })) {
      const [resource, ...others] = new Set(spans.filter((span) => span.resource['service.name'] === service).map((span) => span.resource));
      for (const other of others) assert.deepEqual(other, resource);
      assert.deepEqual(
        [resource['process.pid'], resource['process.runtime.version'], resource['process.executable.path']],
        [BigInt(running[name].pid), process.versions.node, process.execPath],
      );
      const own = Object.entries(resource).filter(([key]) => !/^(process|host|os)\.|^service\.instance\.id$/.test(key));
      assert.deepEqual(Object.fromEntries(own), {
        'service.name': service,
        'deployment.environment.name': 'test',
        environment: 'test',
        'telemetry.sdk.name': '@manifest-cyber/observability-ts',
        'telemetry.sdk.language': 'nodejs',
        'telemetry.sdk.version': spans[0].scope.version,
        ...versions[name],
      });
    }
    assert.equal(new Set(spans.map(({ resource }) => resource['service.instance.id'])).size, 3);
  }

  /** No line was logged that is not with its span. */
  const assertLinesPlaced = (...tables) => {
    const placed = tables.flat().reduce((sum, [, , , , , logged]) => sum + logged.length, 0);
    assert.deepEqual([lines().length, lines().filter(({ line }) => line.trace_id === undefined)], [placed, []]);
  };

  test('an order that is fulfilled, and one that fails on both brokers until it is with the dead letters', async () => {
    await setUp('quorum');
    await start('api', 'jobRabbitmq', 'jobSqs');
    const response = await postOrder(services.port, 'o-1', {}, clientHeaders(TRACE));
    assert.equal(response.statusCode, 202);
    const tables = { [TRACE]: fulfilled('o-1', queues) };
    await until('the first order', () => lines().filter(({ line }) => (line.msg ?? line.message) === 'fulfilled').length === 2, {
      timeoutMillis: 60_000,
    });
    await postOrder(services.port, 'o-2', { poison: true }, clientHeaders(POISON_TRACE));
    tables[POISON_TRACE] = poisoned('o-2', queues);
    const polls = [
      poll(queues.queue, queues.queueUrl, TRACE),
      poll(queues.queue, queues.queueUrl, POISON_TRACE),
      poll(queues.queue, queues.queueUrl, POISON_TRACE),
      poll(queues.dead, queues.deadUrl, POISON_TRACE),
    ];
    const spans = await allSpans(tables[TRACE].length + tables[POISON_TRACE].length + polls.length);
    for (const [traceId, expected] of Object.entries(tables)) assert.deepEqual(rowsIn(spans, traceId), expected);
    assertPolls(spans, polls);
    assertResources(spans);
    assertLinesPlaced(...Object.values(tables));
    // The caller finds the trace by the header of the response, which names the server span.
    const { spanId } = spans.find(({ traceId, parentSpanId }) => traceId === TRACE && parentSpanId === CLIENT_SPAN);
    assert.equal(response.headers.traceparent, `00-${TRACE}-${spanId}-03`);
  });

  test('RabbitMQ is killed and started again while messages wait: the trace goes on', async () => {
    await setUp('classic');
    await start('api');
    await postOrder(services.port, 'o-3', {}, clientHeaders(TRACE));
    await until('the queue to be on disk', () => parts.rabbitmq.hasWritten(queues.queue));
    await parts.rabbitmq.kill();
    await parts.rabbitmq.restart();
    await start('jobRabbitmq', 'jobSqs');
    // RabbitMQ no longer knows whether it had delivered what it finds after a crash, and says that it had.
    const expected = fulfilled('o-3', queues, [2n, { 'messaging.rabbitmq.message.redelivered': true }]);
    const spans = await allSpans(expected.length + 1);
    assert.deepEqual(rowsIn(spans, TRACE), expected);
    assertPolls(spans, [poll(queues.queue, queues.queueUrl, TRACE)]);
    assertResources(spans);
    assertLinesPlaced(expected);
  });
});
