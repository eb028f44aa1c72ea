/** Libraries that OpenTelemetry's own instrumentations trace on our provider: given to it, or made by hand before or after it. */
import { createRequire } from 'node:module';
import { createTestTracing, instrumentAmqp, instrumentSqs } from '@manifest-cyber/observability-ts';
import { AmqplibInstrumentation } from '@opentelemetry/instrumentation-amqplib';
import { AwsInstrumentation } from '@opentelemetry/instrumentation-aws-sdk';
import { MongoDBInstrumentation } from '@opentelemetry/instrumentation-mongodb';
import { programInput } from '../../parts/program.mjs';
import { report } from './report.mjs';
import { librariesBy, work } from './work.mjs';

const { order, explicit, ...input } = programInput();
const published = () => [new AmqplibInstrumentation(), new AwsInstrumentation(), new MongoDBInstrumentation({ requireParentSpan: false })];
if (order === 'before') published();
const tracing = createTestTracing({ http: false, ...(order === 'given' && { instrumentations: published() }) });
if (order === 'after') published();
// By `require`, which they watch; and a package by another name is none that they know.
const { mongodb7: _, ...modules } = await librariesBy(createRequire(import.meta.url));
await work(modules, input);
if (explicit) {
  const connection = await modules.amqplib.connect(input.amqp);
  instrumentAmqp(await connection.createChannel());
  await connection.close();
  instrumentSqs(new modules.sqs.SQSClient(input.client)).destroy();
}
await report(tracing);
