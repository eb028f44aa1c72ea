/** Starts tracing with the options it is given, makes three spans as a service would, and answers with the ledger. */
import { initTracing } from '@manifest-cyber/observability-ts';
import { trace } from '@opentelemetry/api';
import { programInput } from '../../parts/program.mjs';

const tracing = await initTracing({ http: false, ...programInput() });
const values = [1, 2, 3].map((value) =>
  trace.getTracer('service').startActiveSpan('work', (span) => {
    span.end();
    return value;
  }),
);
await tracing.shutdown(500);
console.log(JSON.stringify({ values, stats: tracing.stats() }));
