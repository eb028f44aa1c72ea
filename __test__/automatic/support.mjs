/** What the tests of this folder share: the servers, and a receiver of what a service under `--import` or `--require` sends. */
import { after, before } from 'node:test';
import { startReceiver } from '@manifest-cyber/observability-ts';
import { elasticmqMissing, startElasticmq } from '../parts/elasticmq.mjs';
import { mongoMissing, startMongo } from '../parts/mongo.mjs';
import { spansOf } from '../parts/otlp-json.mjs';
import { rabbitmqMissing, startRabbitmq } from '../parts/rabbitmq.mjs';

/** The `skip` option of tests with all servers. */
export const serversMissing = rabbitmqMissing || elasticmqMissing || mongoMissing;

/** Called inside `describe`: `input(name)` is what a program of programs/ takes. */
export function useServers() {
  let broker;
  let queues;
  let database;
  // One after the other: what did start is closed, whatever becomes of the rest.
  before(async () => {
    broker = await startRabbitmq();
    queues = await startElasticmq();
    database = await startMongo();
  });
  after(async () => {
    await database?.close();
    await queues?.close();
    await broker?.close();
  });
  return {
    input: (name, more) => ({ amqp: broker.url, client: queues.client, mongo: database.url, name, ...more }),
  };
}

/** Called inside `describe`: a receiver, with what came to it since it was last asked. */
export function useReceiver() {
  let receiver;
  before(() => {
    receiver = startReceiver({ host: '127.0.0.1', grpcPort: 0, httpPort: false });
  });
  after(() => receiver?.stop());
  return {
    /** What makes a service send its spans here. */
    env: (more) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.grpcEndpoint, ...more }),
    take() {
      const spans = receiver.traces().flatMap(({ traceId }) => spansOf(JSON.parse(receiver.trace(traceId))));
      receiver.clear();
      return spans.map(({ name, kind, spanId, parentSpanId, scope }) => ({ name, kind, id: spanId, parent: parentSpanId, scope: scope.name }));
    },
  };
}
