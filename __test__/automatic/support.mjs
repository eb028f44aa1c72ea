/** What the tests of this folder share: the servers, and a receiver of what a service under `--import` or `--require` sends. */
import { after, before } from 'node:test';
import { startReceiver } from '@manifest-cyber/observability-ts';
import { elasticmqMissing, startElasticmq } from '../parts/elasticmq.mjs';
import { spansOf } from '../parts/otlp-json.mjs';
import { rabbitmqMissing, startRabbitmq } from '../parts/rabbitmq.mjs';

/** The `skip` option of tests with all servers. */
export const serversMissing = rabbitmqMissing || elasticmqMissing;

/** Called inside `describe`: `input(name)` is what a program of programs/ takes. */
export function useServers() {
  let broker;
  let server;
  before(async () => {
    [broker, server] = await Promise.all([startRabbitmq(), startElasticmq()]);
  });
  after(() => Promise.all([broker?.close(), server?.close()]));
  return {
    input: (name, more) => ({ url: broker.url, client: server.client, name, ...more }),
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
