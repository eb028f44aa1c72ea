/** Amazon SQS: `instrumentSqs` for what is sent and received, `withMessageSpan` around the work on a message. */
import { ChangeMessageVisibilityCommand, DeleteMessageCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { instrumentSqs, withMessageSpan } from '@manifest-cyber/observability-ts';

const QueueUrl = process.env.QUEUE_URL;

/** The longest that a poll waits. Short, so that the job ends soon when it is told to; a service takes 20. */
const WaitTimeSeconds = 1;

export async function open() {
  const sqs = instrumentSqs(new SQSClient({}));
  let closing = false;
  let polling;
  const poll = async (handler) => {
    while (!closing) {
      const asked = { QueueUrl, WaitTimeSeconds, MessageSystemAttributeNames: ['ApproximateReceiveCount'] };
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(asked));
      for (const message of Messages) {
        // The span says what failed. SQS delivers the message again, or puts it with the dead letters.
        await withMessageSpan(message, {}, () => settle(message, handler)).catch(() => {});
      }
    }
  };
  const settle = async (message, handler) => {
    const { Body, ReceiptHandle, Attributes } = message;
    try {
      await handler(JSON.parse(Body), Number(Attributes.ApproximateReceiveCount));
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    } catch (error) {
      await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
      throw error;
    }
  };
  return {
    send: (body) => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(body) })),
    async receive(handler) {
      polling = poll(handler);
    },
    async close() {
      closing = true;
      await polling;
      sqs.destroy();
    },
  };
}
