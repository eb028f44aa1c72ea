/** A service's work with its libraries, in which nothing is about tracing: what each test of this folder has done and then looks at. */
/** A message through RabbitMQ by each kind of channel, and one through SQS by each kind of client: whichever libraries and servers are given. */
export async function work({ amqplib, callbacks, sqs }, { url, client, name }) {
  if (amqplib && url) {
    const connection = await amqplib.connect(url);
    await roundTrip(await connection.createChannel(), `${name}-plain`);
    await roundTrip(await connection.createConfirmChannel(), `${name}-confirm`);
    await connection.close();
  }
  if (callbacks && url) {
    const connection = await called((done) => callbacks.connect(url, done));
    await callbackTrip(await called((done) => connection.createChannel(done)), `${name}-callback`);
    // As it is returned at once, before it is open.
    let early;
    await called((done) => {
      early = connection.createConfirmChannel(done);
    });
    await callbackTrip(early, `${name}-early`);
    await called((done) => connection.close(done));
  }
  if (sqs && client) {
    const plain = new sqs.SQSClient(client);
    const QueueName = `${name}-sqs`;
    const { QueueUrl } = await plain.send(new sqs.CreateQueueCommand({ QueueName }));
    await plain.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    const aggregated = new sqs.SQS(client);
    await aggregated.receiveMessage({ QueueUrl, WaitTimeSeconds: 2 });
    plain.destroy();
    aggregated.destroy();
  }
}

/** What {@link work} makes: each span as `name < name of its parent`, sorted. The receiving of SQS is a span of its own, with a link. */
export const spansOfWork = (name, { amqp = true, sqs = true } = {}) => [
  ...(amqp ? ['callback', 'confirm', 'early', 'plain'].map((kind) => `consume ${name}-${kind} < publish ${name}-${kind}`) : []),
  ...(sqs ? [`POST < none`] : []),
  ...(amqp ? ['callback', 'confirm', 'early', 'plain'].map((kind) => `publish ${name}-${kind} < none`) : []),
  ...(sqs ? [`receive ${name}-sqs < none`, `send ${name}-sqs < none`] : []),
].sort();

/** Spans as {@link spansOfWork} has them, of what has `name`, `id` and `parent`. */
export const asOfWork = (spans) => spans.map(({ name, parent }) => `${name} < ${spans.find(({ id }) => id === parent)?.name ?? 'none'}`).sort();

async function roundTrip(channel, queue) {
  await channel.assertQueue(queue);
  channel.sendToQueue(queue, Buffer.from('x'));
  await new Promise((resolve, reject) => {
    const handle = (message) => {
      channel.ack(message);
      resolve();
    };
    channel.consume(queue, handle).catch(reject);
  });
  await channel.close();
}

async function callbackTrip(channel, queue) {
  await called((done) => channel.assertQueue(queue, {}, done));
  channel.sendToQueue(queue, Buffer.from('x'));
  await new Promise((resolve) => {
    const handle = (message) => {
      channel.ack(message);
      resolve();
    };
    channel.consume(queue, handle);
  });
  await called((done) => channel.close(done));
}

/** A function that calls back, as a promise. */
function called(call) {
  return new Promise((resolve, reject) => {
    call((error, value) => (error ? reject(error) : resolve(value)));
  });
}
