/**
 * A message queue of one file, so that the demo needs no other service: each message is delivered until it is acknowledged, at most `maxAttempts`
 * times, then it is a dead letter. It knows nothing of tracing.
 */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { onLine, writeLine } from './lines.mjs';

/** Starts the queue on a free port of 127.0.0.1. */
export async function start({ queue, maxAttempts }) {
  const waiting = [];
  const consumers = [];
  let died;
  const deadLetter = new Promise((resolve) => {
    died = resolve;
  });

  const deliver = () => {
    for (const consumer of consumers) {
      const index = consumer.busy ? -1 : waiting.findIndex((message) => message.queue === consumer.queue);
      if (index === -1) continue;
      [consumer.busy] = waiting.splice(index, 1);
      consumer.busy.attempt += 1;
      writeLine(consumer.socket, { deliver: consumer.busy });
    }
  };
  const settle = (consumer, done) => {
    const message = consumer.busy;
    consumer.busy = undefined;
    if (done) return;
    if (message.attempt < maxAttempts) waiting.push(message);
    else died(message);
  };

  const server = createServer((socket) => {
    const consumer = { socket, queue: undefined, busy: undefined };
    socket.on('error', () => socket.destroy());
    onLine(socket, (request) => {
      if (request.receive) {
        consumer.queue = request.receive;
        consumers.push(consumer);
      } else if (request.send) {
        waiting.push({ queue: request.send, attempt: 0, body: request.body });
        writeLine(socket, { sent: true });
      } else settle(consumer, request.ack);
      deliver();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  return {
    place: `127.0.0.1:${port}`,
    environment: { QUEUE_PORT: String(port), QUEUE: queue },
    deadLetter: () => deadLetter,
    close: () => server.close(),
  };
}
