/** A consumer whose handler rejects: says how often Node told it so, and what the span says. */
import { createTestTracing, instrumentAmqp } from '@manifest-cyber/observability-ts';
import amqplib from 'amqplib';
import { until } from '../../../scripts/parts/until.mjs';
import { programInput } from '../../parts/program.mjs';

const { url, queue, traced } = programInput();
const tracing = createTestTracing({ libraries: false });
const rejections = [];
process.on('unhandledRejection', (reason) => rejections.push(reason.message));
const connection = await amqplib.connect(url);
const bare = await connection.createChannel();
const channel = traced ? instrumentAmqp(bare) : bare;
let calls = 0;
await channel.consume(queue, async (message) => {
  calls++;
  channel.ack(message);
  throw new RangeError('late');
});
channel.sendToQueue(queue, Buffer.from('x'));
await until('the rejection', () => rejections.length > 0);
await channel.close();
await connection.close();
const span = tracing.getFinishedSpans().find(({ name }) => name.startsWith('consume'));
console.log(JSON.stringify({ calls, rejections, status: span?.status, type: span?.attributes['error.type'] }));
