/** The AWS SDK traced by OpenTelemetry's own instrumentation on our provider. */
import { createRequire } from 'node:module';
import { createTestTracing, instrumentSqs, withMessageSpan, withSpan } from '@manifest-cyber/observability-ts';
import { AwsInstrumentation } from '@opentelemetry/instrumentation-aws-sdk';
import { programInput } from '../../parts/program.mjs';

const { client, QueueUrl } = programInput();
const warnings = [];
process.on('warning', ({ code }) => warnings.push(code));
const tracing = createTestTracing({ http: false, instrumentations: [new AwsInstrumentation()] });
// By `require`, which the instrumentation watches.
const { ReceiveMessageCommand, SendMessageCommand, SQSClient } = createRequire(import.meta.url)('@aws-sdk/client-sqs');
const sqs = instrumentSqs(new SQSClient(client));
await withSpan('request', () => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' })));
const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 2 }));
withMessageSpan(Messages[0], { destination: 'published' }, () => {});
sqs.destroy();
const plain = tracing.getFinishedSpans().map((span) => ({
  name: span.name,
  kind: span.kind,
  id: span.spanContext().spanId,
  trace: span.spanContext().traceId,
  parent: span.parentSpanContext?.spanId,
  links: span.links.map((link) => link.context.spanId),
}));
console.log(JSON.stringify({ spans: plain, warnings }));
