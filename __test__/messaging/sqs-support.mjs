/** What tests with many messages of SQS share: a server for a file, and a traced client with a queue for each test. */
import { after, afterEach, before, beforeEach } from 'node:test';
import { CreateQueueCommand, GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { createTestTracing, instrumentSqs } from '@manifest-cyber/observability-ts';
import { startElasticmq } from '../parts/elasticmq.mjs';

/** Longer than a test takes, so that what was received does not come again of itself. */
const VISIBILITY_SECONDS = '600';

/** Called inside `describe`: hooks that make what the returned object holds while a test runs. `http: true` traces HTTP, too. */
export function useSqs({ http = false } = {}) {
  let count = 0;
  const used = {
    server: undefined,
    tracing: undefined,
    client: undefined,
    queue: undefined,
    url: undefined,
    spans: () => used.tracing.getFinishedSpans(),
    named: (name) => used.spans().filter((span) => span.name === name),
    /** Makes a queue; resolves with its URL. */
    async create(QueueName, Attributes = {}) {
      const input = { QueueName, Attributes: { VisibilityTimeout: VISIBILITY_SECONDS, ...Attributes } };
      return (await used.client.send(new CreateQueueCommand(input))).QueueUrl;
    },
    arnOf: async (QueueUrl) =>
      (await used.client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }))).Attributes.QueueArn,
    send: (QueueUrl, MessageBody) => used.client.send(new SendMessageCommand({ QueueUrl, MessageBody })),
    receive: async (QueueUrl, input) =>
      (await used.client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1, ...input }))).Messages ?? [],
  };
  before(async () => {
    used.server = await startElasticmq();
  });
  after(() => used.server?.close());
  beforeEach(async () => {
    // Without HTTP, the requests that make queues are no spans of the tests.
    used.tracing = createTestTracing({ http, libraries: false });
    used.client = instrumentSqs(new SQSClient(used.server.client));
    used.queue = `queue-${++count}`;
    used.url = await used.create(used.queue);
  });
  afterEach(async () => {
    used.client?.destroy();
    await used.tracing?.shutdown();
  });
  return used;
}
