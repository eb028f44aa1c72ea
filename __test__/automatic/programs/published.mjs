/** Libraries that OpenTelemetry's own instrumentations trace on our provider: given to it, or made by hand before or after it. */
import { createRequire } from 'node:module';
import { createTestTracing, instrumentAmqp, instrumentSqs } from '@manifest-cyber/observability-ts';
import { AmqplibInstrumentation } from '@opentelemetry/instrumentation-amqplib';
import { AwsInstrumentation } from '@opentelemetry/instrumentation-aws-sdk';
import { programInput } from '../../parts/program.mjs';
import { report } from './report.mjs';
import { work } from './work.mjs';

const { order, explicit, ...input } = programInput();
const published = () => [new AmqplibInstrumentation(), new AwsInstrumentation()];
if (order === 'before') published();
const tracing = createTestTracing({ http: false, ...(order === 'given' && { instrumentations: published() }) });
if (order === 'after') published();
// By `require`, which they watch.
const require = createRequire(import.meta.url);
const modules = { amqplib: require('amqplib'), callbacks: require('amqplib/callback_api'), sqs: require('@aws-sdk/client-sqs') };
await work(modules, input);
if (explicit) {
  const connection = await modules.amqplib.connect(input.url);
  instrumentAmqp(await connection.createChannel());
  await connection.close();
  instrumentSqs(new modules.sqs.SQSClient(input.client)).destroy();
}
await report(tracing);
