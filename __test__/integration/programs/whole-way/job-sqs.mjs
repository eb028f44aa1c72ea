/** A job of SQS's queue and of its dead letters, with a logger for each message. Tracing is set up by `--import …/register` and the environment. */
import { ChangeMessageVisibilityCommand, DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { createLoggerWithMessageTrace, instrumentSqs, withMessageSpan } from '@manifest-cyber/observability-ts';
import bunyan from 'bunyan';
import { programInput } from '../../../parts/program.mjs';
import { fulfil, ordersAt } from './orders.mjs';

const { sqs: access, queueUrl, deadUrl, mongo, api } = programInput();
const base = bunyan.createLogger({ name: 'job-sqs' });
const orders = ordersAt(mongo);
const sqs = instrumentSqs(new SQSClient(access));

async function poll(QueueUrl, handle) {
  for (;;) {
    const asked = { QueueUrl, WaitTimeSeconds: 1, MessageSystemAttributeNames: ['ApproximateReceiveCount'] };
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(asked));
    for (const message of Messages) {
      const logger = createLoggerWithMessageTrace(message, base);
      // Before and after the span the logger is in the message's trace, too.
      logger.info('message received');
      await withMessageSpan(message, {}, () => handle(message, logger)).catch(() => {});
    }
  }
}

await Promise.all([
  poll(queueUrl, async (message, logger) => {
    const { id } = JSON.parse(message.Body);
    const of = { QueueUrl: queueUrl, ReceiptHandle: message.ReceiptHandle };
    try {
      const attempt = Number(message.Attributes.ApproximateReceiveCount);
      await logger.withSpan('job.bill', (_span, within) => fulfil({ api, orders, logger: within }, id, 'billed', attempt));
      await sqs.send(new DeleteMessageCommand(of));
    } catch (error) {
      logger.error(error, 'not billed');
      await sqs.send(new ChangeMessageVisibilityCommand({ ...of, VisibilityTimeout: 0 }));
      throw error;
    }
  }),
  poll(deadUrl, async (message, logger) => {
    logger.warn('dead letter');
    await sqs.send(new DeleteMessageCommand({ QueueUrl: deadUrl, ReceiptHandle: message.ReceiptHandle }));
  }),
]);
