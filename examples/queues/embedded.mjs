/** The demo's own queue, of which tracing knows nothing: the context travels in the body, as on any way that has no instrumentation. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { injectMessage, withMessageSpan, withSpan } from '@manifest-cyber/observability-ts';
import { SpanKind } from '@opentelemetry/api';
import { onLine, writeLine } from '../demo/brokers/lines.mjs';

const { QUEUE_PORT, QUEUE } = process.env;

const PLACE = { destination: QUEUE, system: 'embedded' };
const SENDING = {
  kind: SpanKind.PRODUCER,
  attributes: {
    'messaging.system': PLACE.system,
    'messaging.destination.name': QUEUE,
    'messaging.operation.name': 'send',
    'messaging.operation.type': 'send',
  },
};

export async function open() {
  const socket = connect(Number(QUEUE_PORT), '127.0.0.1');
  await once(socket, 'connect');
  const sending = [];
  let handle;
  let running;
  const work = async (message) => {
    const ack = await withMessageSpan(message, PLACE, () => handle(message.body, message.attempt)).then(
      () => true,
      () => false,
    );
    writeLine(socket, { ack });
  };
  onLine(socket, (answer) => {
    if (answer.sent) sending.shift()();
    else running = work(answer.deliver);
  });
  return {
    send: (body) =>
      withSpan(
        `send ${QUEUE}`,
        () => {
          writeLine(socket, { send: QUEUE, body: injectMessage({ ...body }) });
          return new Promise((resolve) => sending.push(resolve));
        },
        SENDING,
      ),
    async receive(handler) {
      handle = handler;
      writeLine(socket, { receive: QUEUE });
    },
    async close() {
      await running;
      socket.end();
    },
  };
}
