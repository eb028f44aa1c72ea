// What the cases with RabbitMQ share: the broker, which runs for all samples of a case, and a traced channel beside one that is not.
import { randomUUID } from 'node:crypto';
import { rabbitmqMissing, startRabbitmq } from '../../../__test__/parts/rabbitmq.mjs';

/** Starts the broker; what the samples need of it, and how to end it. */
export async function prepareBroker() {
  if (rabbitmqMissing) throw new Error(`RabbitMQ is ${rabbitmqMissing}`);
  const broker = await startRabbitmq();
  return { options: { broker: broker.url }, end: () => broker.close() };
}

/** A traced channel and a bare one on connections of their own, and a queue. */
export async function openChannels(started, url) {
  const { amqplib, instrument } = started.amqp();
  const open = async () => {
    const connection = await amqplib.connect(url);
    return { connection, channel: await connection.createChannel() };
  };
  const [one, other] = [await open(), await open()];
  const channel = instrument(one.channel);
  const queue = `bench-${randomUUID()}`;
  await channel.assertQueue(queue, { durable: false });
  return {
    channel,
    bare: other.channel,
    queue,
    async close() {
      await channel.deleteQueue(queue);
      await one.connection.close();
      await other.connection.close();
    },
  };
}

/** The body of every message: some JSON, as jobs get it. */
export const BODY = Buffer.from(
  JSON.stringify({ sbomId: '64f1c0ffee', organizationId: 'acme', components: Array.from({ length: 8 }, (_, i) => `pkg:npm/lib-${i}@1.0.${i}`) }),
);
