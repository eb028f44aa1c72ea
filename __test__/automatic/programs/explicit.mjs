/** Objects that are traced by themselves, and then given to our functions as well. */
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { createTestTracing, instrumentAmqp, instrumentMongo, instrumentSqs } from '@manifest-cyber/observability-ts';
import amqplib from 'amqplib';
import { MongoClient } from 'mongodb';
import { programInput } from '../../parts/program.mjs';
import { report } from './report.mjs';

const { amqp, client, mongo, name } = programInput();
const tracing = createTestTracing({ http: false, libraries: { mongodb: { queryText: true } } });
const connection = await amqplib.connect(amqp);
const channel = await connection.createChannel();
const same = [instrumentAmqp(channel) === channel];
await channel.assertQueue(name);
channel.sendToQueue(name, Buffer.from('x'));
await channel.close();
await connection.close();
const sqs = new SQSClient(client);
const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
same.push(instrumentSqs(sqs) === sqs);
await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
sqs.destroy();
const database = await new MongoClient(mongo).connect();
same.push(instrumentMongo(database) === database);
await database.db('explicit').collection(name).insertOne({ x: 1 });
await database.close();
const texts = tracing.getFinishedSpans().map(({ attributes }) => attributes['db.query.text']);
await report(tracing, { same, texts: texts.filter((text) => text !== undefined) });
