/** A service's work with its libraries, in which nothing is about tracing: what each test of this folder has done and then looks at. */
/** A service's libraries, as `load` gives them: `import`, `import()` or `require`. */
export async function librariesBy(load) {
  return {
    amqplib: await load('amqplib'),
    callbacks: await load('amqplib/callback_api'),
    sqs: await load('@aws-sdk/client-sqs'),
    mongodb: await load('mongodb'),
    mongodb7: await load('mongodb7'),
  };
}

/** A message through RabbitMQ by each kind of channel, one through SQS by each kind of client, and a document through MongoDB by each version of its driver. */
export async function work({ amqplib, callbacks, sqs, ...drivers }, { amqp, client, mongo, name }) {
  const connection = await amqplib.connect(amqp);
  await roundTrip(await connection.createChannel(), `${name}-plain`);
  await roundTrip(await connection.createConfirmChannel(), `${name}-confirm`);
  await connection.close();

  const other = await called((done) => callbacks.connect(amqp, done));
  await callbackTrip(await called((done) => other.createChannel(done)), `${name}-callback`);
  // As it is returned at once, before it is open.
  let early;
  await called((done) => {
    early = other.createConfirmChannel(done);
  });
  await callbackTrip(early, `${name}-early`);
  await called((done) => other.close(done));

  const plain = new sqs.SQSClient(client);
  const { QueueUrl } = await plain.send(new sqs.CreateQueueCommand({ QueueName: `${name}-sqs` }));
  await plain.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
  const aggregated = new sqs.SQS(client);
  const { Messages } = await aggregated.receiveMessage({ QueueUrl, WaitTimeSeconds: 2 });
  await plain.send(new sqs.DeleteMessageCommand({ QueueUrl, ReceiptHandle: Messages[0].ReceiptHandle }));
  plain.destroy();
  aggregated.destroy();

  for (const [version, { MongoClient }] of Object.entries(drivers)) {
    const database = new MongoClient(mongo);
    await database.db('work').collection(`${name}-${version}`).insertOne({ x: 1 });
    await database.close();
  }
}

/** What {@link work} makes of the libraries given: each span as `name < name of its parent`, sorted. SQS' receiving has a link instead of a parent. */
export function spansOfWork(name, libraries = ['amqplib', 'sqs', 'mongodb']) {
  const kinds = ['callback', 'confirm', 'early', 'plain'];
  const spans = {
    amqplib: kinds.flatMap((kind) => [`consume ${name}-${kind} < publish ${name}-${kind}`, `publish ${name}-${kind} < none`]),
    sqs: [`delete ${name}-sqs < send ${name}-sqs`, `receive ${name}-sqs < none`, `send ${name}-sqs < none`],
    mongodb: ['mongodb', 'mongodb7'].map((version) => `insert ${name}-${version} < none`),
  };
  return libraries.flatMap((library) => spans[library]).sort();
}

/** Spans as {@link spansOfWork} has them, of what has `name`, `id` and `parent`; without those of other calls: the making of a queue, the end of a session. */
export const asOfWork = (spans) =>
  spans
    .filter(({ name }) => !/^(POST|endSessions)/.test(name))
    .map(({ name, parent }) => `${name} < ${spans.find(({ id }) => id === parent)?.name ?? 'none'}`)
    .sort();

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
