/** amqplib traced by OpenTelemetry's own instrumentation on our provider, and a channel that is given to ours as well. */
import { createRequire } from 'node:module';
import { createTestTracing, instrumentAmqp, withSpan } from '@manifest-cyber/observability-ts';
import { AmqplibInstrumentation } from '@opentelemetry/instrumentation-amqplib';
import { until } from '../../../scripts/parts/until.mjs';
import { programInput } from '../../parts/program.mjs';

const { url, queue } = programInput();
const warnings = [];
process.on('warning', ({ code }) => warnings.push(code));
const tracing = createTestTracing({ instrumentations: [new AmqplibInstrumentation()] });
// By `require`, which the instrumentation watches.
const amqplib = createRequire(import.meta.url)('amqplib');
const connection = await amqplib.connect(url);
const channel = instrumentAmqp(await connection.createChannel());
await channel.consume(queue, (message) => channel.ack(message));
withSpan('request', () => channel.sendToQueue(queue, Buffer.from('x')));
const spans = await until('three spans', () => (tracing.getFinishedSpans().length === 3 ? tracing.getFinishedSpans() : undefined));
await channel.close();
await connection.close();
const plain = spans.map((span) => ({
  name: span.name,
  kind: span.kind,
  id: span.spanContext().spanId,
  trace: span.spanContext().traceId,
  parent: span.parentSpanContext?.spanId,
  scope: span.instrumentationScope.name,
}));
console.log(JSON.stringify({ spans: plain, warnings }));
