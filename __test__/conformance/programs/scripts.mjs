/** Makes the calls of the rows it is given on both providers: ours writes a file, OpenTelemetry's answer is its exporters' own JSON. */
import { initTracing } from '@manifest-cyber/observability-ts';
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { programInput } from '../../parts/program.mjs';
import { theirLimits } from '../both.mjs';
import { scripts } from '../scripts.mjs';

const { rows, limits, file } = programInput();
const tracing = await initTracing({ http: false, exporter: { type: 'file', endpoint: file }, limits });
const exporter = new InMemorySpanExporter();
const theirs = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)], spanLimits: theirLimits(limits) });
for (const row of rows) {
  const [, script] = scripts[row];
  for (const provider of [tracing.provider, theirs]) {
    script(provider.getTracer(`row ${row}`, '1.0.0'));
  }
}
await tracing.forceFlush();
const stats = tracing.stats();
await tracing.shutdown();
console.log(JSON.stringify({ theirs: Buffer.from(JsonTraceSerializer.serializeRequest(exporter.getFinishedSpans())).toString(), stats }));
