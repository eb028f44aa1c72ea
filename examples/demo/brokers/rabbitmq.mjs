/** RabbitMQ for the demo: Debian's server, or one that runs. */
import amqplib from 'amqplib';
import { startRabbitmq } from '../../../scripts/parts/rabbitmq.mjs';

export { PROGRAMS } from '../../../scripts/parts/rabbitmq.mjs';

export const about = {
  title: 'RabbitMQ',
  install: 'Debian has it: `apt-get install rabbitmq-server`',
  example: 'amqp://guest:guest@localhost:5672',
  protocols: ['amqp:', 'amqps:'],
};

/** Starts a server where no `url` is given, and makes the queues, as a deployment would. */
export async function start({ queue, maxAttempts, url }) {
  const server = url === undefined ? await startRabbitmq() : undefined;
  const RABBITMQ_URL = url ?? server.url;
  const connection = await amqplib.connect(RABBITMQ_URL, { timeout: 5_000 }).catch(async (error) => {
    await server?.close();
    throw error;
  });
  connection.on('error', () => {});
  const channel = await connection.createChannel();
  const dead = `${queue}-dead`;
  await channel.assertQueue(dead);
  // A quorum queue counts deliveries, which others do not.
  await channel.assertQueue(queue, {
    arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': maxAttempts - 1, 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': dead },
  });
  const deadLetter = new Promise((resolve) => {
    channel.consume(dead, resolve, { noAck: true });
  });
  return {
    place: new URL(RABBITMQ_URL).host,
    environment: { RABBITMQ_URL, QUEUE: queue },
    deadLetter: () => deadLetter,
    async close() {
      try {
        await channel.deleteQueue(queue);
        await channel.deleteQueue(dead);
        await connection.close();
      } catch {
        // A broker that went away by itself took the connection along.
      } finally {
        await server?.close();
      }
    },
  };
}
