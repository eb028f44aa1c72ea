/** Libraries that were not only loaded but used when tracing begins. */
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { createTestTracing } from '@manifest-cyber/observability-ts';
import amqplib from 'amqplib';
import { MongoClient } from 'mongodb';
import { programInput } from '../../parts/program.mjs';
import { report } from './report.mjs';

const { amqp, client, mongo, name } = programInput();
const connection = await amqplib.connect(amqp);
const [producer, confirming, consumer] = [
  await connection.createChannel(),
  await connection.createConfirmChannel(),
  await connection.createChannel(),
];
await producer.assertQueue(name);
let handled = 0;
await consumer.consume(name, (message) => {
  consumer.ack(message);
  handled++;
});
const sqs = new SQSClient(client);
const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
const database = new MongoClient(mongo);
const collection = database.db('used').collection(name);
await collection.insertOne({ x: 0 });

const tracing = createTestTracing({ http: false });
producer.sendToQueue(name, Buffer.from('x'));
producer.sendToQueue(name, Buffer.from('y'));
let confirmed = 0;
confirming.sendToQueue(name, Buffer.from('z'), {}, () => confirmed++);
await confirming.waitForConfirms();
await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
await collection.insertOne({ x: 1 });
await consumer.close();
const later = await connection.createChannel();
producer.sendToQueue(name, Buffer.from('for the later one'));
await new Promise((resolve, reject) => {
  later.consume(name, (message) => resolve(later.ack(message))).catch(reject);
});
await later.close();
await connection.close();
sqs.destroy();
await database.close();
await report(tracing, { handled, confirmed });
