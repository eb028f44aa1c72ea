/** The API of the whole way: keeps an order, and hands it over to both queues. */
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { initTracing, instrumentAmqp, instrumentSqs, OtelLogger, tracingMiddleware, withSpan } from '@manifest-cyber/observability-ts';
import amqplib from 'amqplib';
import express from 'express';
import pino from 'pino';
import { programInput } from '../../../parts/program.mjs';
import { ordersAt, tenant } from './orders.mjs';

const { collector, port, rabbitmq, queue, sqs: access, queueUrl: QueueUrl, mongo } = programInput();
await initTracing({ serviceName: 'way-api', serviceVersion: '1.2.3', environment: 'test', exporter: { type: 'otlp-grpc', endpoint: collector } });

const logger = OtelLogger.create(pino(), { autoTrace: true });
const orders = ordersAt(mongo);
const connection = await amqplib.connect(rabbitmq);
// The broker is killed on the way; what is handed over after that is not part of it.
connection.on('error', () => {});
const channel = instrumentAmqp(await connection.createConfirmChannel());
const sqs = instrumentSqs(new SQSClient(access));

const app = express();
app.use(tracingMiddleware());
app.use(express.json());
app.post('/orders/:id', async (request, response) => {
  const { id } = request.params;
  logger.info('order taken', { tenant: tenant() });
  await orders.insertOne({ _id: id, ...request.body });
  await withSpan('order.hand-over', async () => {
    channel.sendToQueue(queue, Buffer.from(JSON.stringify({ id })), { persistent: true, messageId: `message-${id}` });
    await channel.waitForConfirms();
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify({ id }) }));
    logger.info('order handed over');
  });
  response.status(202).json({ id });
});
app.get('/orders/:id', async (request, response) => {
  logger.info('order read', { tenant: tenant() });
  response.json(await orders.findOne({ _id: request.params.id }));
});
app.listen(port, '127.0.0.1');
