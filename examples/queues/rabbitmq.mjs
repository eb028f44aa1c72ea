/** RabbitMQ, by amqplib: `instrumentAmqp` is all there is to tracing. */
import { instrumentAmqp } from '@manifest-cyber/observability-ts';
import amqplib from 'amqplib';

const { RABBITMQ_URL, QUEUE } = process.env;

export async function open() {
  const connection = await amqplib.connect(RABBITMQ_URL);
  const channel = instrumentAmqp(await connection.createConfirmChannel());
  await channel.prefetch(1);
  let consumer;
  let running;
  return {
    async send(body) {
      channel.sendToQueue(QUEUE, Buffer.from(JSON.stringify(body)), { persistent: true });
      await channel.waitForConfirms();
    },
    async receive(handler) {
      const handle = async (message) => {
        try {
          await handler(JSON.parse(message.content), (message.properties.headers['x-delivery-count'] ?? 0) + 1);
          channel.ack(message);
        } catch {
          // The spans say what failed. The broker delivers the message again, or puts it with the dead letters.
          channel.nack(message);
        }
      };
      consumer = await channel.consume(QUEUE, (message) => {
        running = handle(message);
        return running;
      });
    },
    async close() {
      await channel.cancel(consumer.consumerTag);
      await running;
      await connection.close();
    },
  };
}
