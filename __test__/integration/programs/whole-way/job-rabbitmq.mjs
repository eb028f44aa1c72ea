/** A job of RabbitMQ's queue and of its dead letters. Tracing is set up by `--import …/register` and the environment. */
import { instrumentAmqp, OtelLogger, withSpan } from '@manifest-cyber/observability-ts';
import amqplib from 'amqplib';
import winston from 'winston';
import { programInput } from '../../../parts/program.mjs';
import { fulfil, ordersAt } from './orders.mjs';

const { rabbitmq, queue, dead, mongo, api } = programInput();
const base = winston.createLogger({ transports: [new winston.transports.Console()] });
const logger = OtelLogger.create(base, { autoTrace: true });
const work = { api, orders: ordersAt(mongo), logger };
const connection = await amqplib.connect(rabbitmq);
const channel = instrumentAmqp(await connection.createChannel());

await channel.consume(queue, async (message) => {
  const { id } = JSON.parse(message.content);
  const attempt = (message.properties.headers['x-delivery-count'] ?? 0) + 1;
  try {
    await withSpan('job.ship', () => fulfil(work, id, 'shipped', attempt));
    channel.ack(message);
  } catch (error) {
    logger.error(error, 'not shipped');
    channel.nack(message);
  }
});
await channel.consume(dead, (message) => {
  logger.warn('dead letter');
  channel.ack(message);
});
