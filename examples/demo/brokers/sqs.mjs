/** SQS for the demo: ElasticMQ, or a server that runs. */
import { CreateQueueCommand, DeleteQueueCommand, GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { startElasticmq } from '../../../scripts/parts/elasticmq.mjs';

export { PROGRAMS } from '../../../scripts/parts/elasticmq.mjs';

export const about = {
  title: 'ElasticMQ, which speaks SQS; the first time it is fetched',
  install: 'It needs a Java runtime and Maven, which fetches it: `apt-get install default-jre-headless maven`',
  example: 'http://localhost:9324',
  protocols: ['http:', 'https:'],
};

/** Starts a server where no `url` is given, and makes the queues, as a deployment would. */
export async function start({ queue, maxAttempts, url }) {
  const server = url === undefined ? await startElasticmq() : undefined;
  const endpoint = url ?? server.endpoint;
  // Here and in the services, which inherit it, a client without options is then one of this server.
  Object.assign(process.env, accessTo(endpoint));
  const sqs = new SQSClient({ maxAttempts: 1 });
  const create = async (QueueName, Attributes) => (await sqs.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl;
  let ended = false;
  const queues = [];
  const close = async () => {
    ended = true;
    // A server that went away by itself took its queues along.
    for (const QueueUrl of queues) await sqs.send(new DeleteQueueCommand({ QueueUrl })).catch(() => {});
    sqs.destroy();
    await server?.close();
  };
  try {
    const dead = await create(`${queue}-dead`);
    queues.push(dead);
    const asked = { QueueUrl: dead, AttributeNames: ['QueueArn'] };
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand(asked));
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: Attributes.QueueArn, maxReceiveCount: maxAttempts });
    const QUEUE_URL = await create(queue, { RedrivePolicy });
    queues.push(QUEUE_URL);
    return {
      place: new URL(endpoint).host,
      environment: { QUEUE_URL },
      async deadLetter() {
        while (!ended) {
          const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: dead, WaitTimeSeconds: 1 }));
          if (Messages?.length > 0) return;
        }
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Amazon's own servers take what the environment or the profile says; others take anything, but the SDK wants something. */
function accessTo(endpoint) {
  const region = /^sqs\.([a-z0-9-]+)\.amazonaws\.com$/.exec(new URL(endpoint).hostname)?.[1];
  // What the SDK says of old versions of Node is no news of the demo's.
  const quiet = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
  if (region !== undefined) return { ...quiet, AWS_REGION: region };
  const { AWS_REGION = 'us-east-1', AWS_ACCESS_KEY_ID = 'demo', AWS_SECRET_ACCESS_KEY = 'demo' } = process.env;
  return { ...quiet, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT_URL_SQS: endpoint };
}
