/** What the tests with MongoDB share: a server for a file, and a traced client with a collection for each test. */
import { createRequire } from 'node:module';
import { after, afterEach, before, beforeEach } from 'node:test';
import { createTestTracing, instrumentMongo } from '@manifest-cyber/observability-ts';
import { until } from '../../scripts/parts/until.mjs';
import { startMongo } from '../parts/mongo.mjs';

/** The versions of the driver, by the names that they are installed under here. */
export const DRIVERS = ['mongodb', 'mongodb7'];

/** The oldest one, whose commands are seen by what it tells, and go on in callbacks. */
export const OLDEST = 'mongodb60';

/** A version of the driver. */
export const driver = createRequire(import.meta.url);

/** Called inside `describe`: hooks that make what the returned object holds while a test runs. */
export function useMongo(name) {
  let count = 0;
  let clients = [];
  const { MongoClient } = driver(name);
  const used = {
    server: undefined,
    tracing: undefined,
    client: undefined,
    /** The collection's name. */
    name: undefined,
    collection: undefined,
    spans: () => used.tracing.getFinishedSpans(),
    named: (spanName) => used.spans().filter((span) => span.name === spanName),
    /** The spans of an operation on the collection. */
    of: (operation) => used.named(`${operation} ${used.name}`),
    /** The first span of a name, once there is one. */
    spanNamed: (spanName) => until(`the span ${spanName}`, () => used.named(spanName)[0]),
    /** A client that is not traced, of the server or of another; closed after the test. */
    bareClient(options, url = used.server.url) {
      const client = new MongoClient(url, options);
      clients.push(client);
      return client;
    },
    /** One that is. */
    tracedClient: (options, ours, url) => instrumentMongo(used.bareClient(options, url), ours),
    /** The test's collection by way of a client. */
    by: (client) => client.db('test').collection(used.name),
  };
  before(async () => {
    used.server = await startMongo();
  });
  after(() => used.server?.close());
  beforeEach(() => {
    used.tracing = createTestTracing({ libraries: false });
    used.client = used.tracedClient();
    used.name = `things${++count}`;
    used.collection = used.by(used.client);
  });
  afterEach(async () => {
    await Promise.all(clients.map((client) => client.close()));
    clients = [];
    await used.tracing?.shutdown();
  });
  return used;
}

/** The id of a span. */
export const idOf = (span) => span.spanContext().spanId;

/** The id of a span's parent. */
export const parentOf = (span) => span.parentSpanContext?.spanId;
