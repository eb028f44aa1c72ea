/**
 * A message queue of one file, so that the demo needs no other service: JSON lines over TCP, each message delivered until it is acknowledged, at
 * most `maxAttempts` times, then put with the dead letters. It stands for SQS or RabbitMQ and knows nothing of tracing: context travels in bodies.
 */
import { EventEmitter, once } from 'node:events';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';

const write = (socket, message) => socket.write(`${JSON.stringify(message)}\n`);
const onLine = (socket, listener) => createInterface({ input: socket }).on('line', (line) => listener(JSON.parse(line)));

/** Starts the queue on a free port of 127.0.0.1. Emits `finished` and `dead` with each message that comes to its end. */
export async function startQueue({ maxAttempts = 2 } = {}) {
  const queue = new EventEmitter();
  const waiting = [];
  const consumers = [];
  let nextId = 1;

  const deliver = () => {
    for (const consumer of consumers) {
      const index = consumer.busy ? -1 : waiting.findIndex((message) => message.queue === consumer.queue);
      if (index === -1) continue;
      [consumer.busy] = waiting.splice(index, 1);
      consumer.busy.attempt += 1;
      write(consumer.socket, { deliver: consumer.busy });
    }
  };
  const settle = (consumer, done) => {
    const message = consumer.busy;
    consumer.busy = undefined;
    if (done) queue.emit('finished', message);
    else if (message.attempt < maxAttempts) waiting.push(message);
    else queue.emit('dead', message);
    deliver();
  };

  const server = createServer((socket) => {
    const consumer = { socket, queue: undefined, busy: undefined };
    socket.on('error', () => socket.destroy());
    onLine(socket, (request) => {
      if (request.receive) {
        consumer.queue = request.receive;
        consumers.push(consumer);
      } else if (request.send) {
        waiting.push({ id: nextId++, queue: request.send, attempt: 0, body: request.body });
        write(socket, { sent: true });
      } else settle(consumer, request.ack);
      deliver();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(queue, { port: server.address().port, close: () => server.close() });
}

/** Connects to the queue. */
export async function connectQueue(port) {
  const socket = connect(Number(port), '127.0.0.1');
  await once(socket, 'connect');
  const sending = [];
  let handle;
  onLine(socket, async (answer) => {
    if (answer.sent) return sending.shift()();
    // What the handler throws is its own to report; the queue only learns that the message is not done.
    const ack = await Promise.resolve(answer.deliver)
      .then(handle)
      .then(
        () => true,
        () => false,
      );
    write(socket, { ack });
  });
  return {
    /** Resolves once the queue has the message. */
    send(queue, body) {
      write(socket, { send: queue, body });
      return new Promise((resolve) => sending.push(resolve));
    },
    /** Calls `handler` with one message at a time; it is acknowledged when the handler's promise resolves. */
    receive(queue, handler) {
      handle = handler;
      write(socket, { receive: queue });
    },
  };
}
