/** MongoDB's driver traced by OpenTelemetry's own instrumentation on our provider, and by ours, too. */
import { createRequire } from 'node:module';
import { createTestTracing, instrumentMongo, withSpan } from '@manifest-cyber/observability-ts';
import { MongoDBInstrumentation } from '@opentelemetry/instrumentation-mongodb';
import { programInput } from '../../parts/program.mjs';

const { url, connected, name } = programInput();
const warnings = [];
process.on('warning', ({ code }) => warnings.push(code));
const tracing = createTestTracing({ http: false, instrumentations: [new MongoDBInstrumentation()] });
// By `require`, which the instrumentation watches.
const { MongoClient } = createRequire(import.meta.url)('mongodb');
const client = new MongoClient(url);
if (connected) await client.connect();
if (connected) await client.db('test').command({ ping: 1 });
instrumentMongo(client);
const things = client.db('test').collection(name);
await withSpan('request', async () => {
  await things.insertMany([{ i: 1 }, { i: 2 }, { i: 3 }]);
  for await (const _ of things.find({}, { batchSize: 2 }));
});
await client.close();
const spans = tracing.getFinishedSpans().map((span) => ({
  name: span.name,
  kind: span.kind,
  scope: span.instrumentationScope.name,
  id: span.spanContext().spanId,
  parent: span.parentSpanContext?.spanId,
}));
console.log(JSON.stringify({ spans, warnings }));
