/** Sends one span and answers with the ledger after the flush and after the shutdown. */
import { initTracing } from '@manifest-cyber/observability-ts';
import { trace } from '@opentelemetry/api';
import { programInput } from '../../parts/program.mjs';

const { flushMillis, ...options } = programInput();
const tracing = await initTracing(options);
trace.getTracer('one-span').startSpan('one span').end();
await tracing.forceFlush(flushMillis);
const flushed = tracing.stats();
await tracing.shutdown(flushMillis);
console.log(JSON.stringify({ flushed, ended: tracing.stats() }));
