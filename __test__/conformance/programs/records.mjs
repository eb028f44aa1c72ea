/** Makes the spans of one kind of record; they go to a file. */
import { initTracing } from '@manifest-cyber/observability-ts';
import { programInput } from '../../parts/program.mjs';
import { kinds } from '../records.mjs';

/** The ring holds more than this: nothing is dropped for want of room. */
const FLUSH_BYTES = 1_000_000;

const { kind, seed, file } = programInput();
const tracing = await initTracing({ http: false, exporter: { type: 'file', endpoint: file }, limits: { attributeCount: 1000 } });
const ids = [];
let bytes = 0;
for (const { name, renamed, scope = 'records', pairs, events = 0 } of kinds[kind](seed)) {
  const span = tracing.provider.getTracer(scope).startSpan(name);
  for (const [i, [key, value]] of pairs.entries()) {
    span.setAttribute(key, value);
    if (i === 0 && renamed !== undefined) span.updateName(renamed);
    bytes += 100 + (typeof value === 'string' ? value.length * 3 : 0);
  }
  for (let i = 0; i < events; i++) {
    span.addEvent(`event ${i}`, { text: 'z'.repeat(200), i });
    span.addLink({ context: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 }, attributes: { i } });
  }
  span.end();
  ids.push(span.spanContext().spanId);
  bytes += 100;
  if (bytes > FLUSH_BYTES) {
    bytes = 0;
    await tracing.forceFlush();
  }
}
await tracing.forceFlush();
const stats = tracing.stats();
await tracing.shutdown();
console.log(JSON.stringify({ ids, stats }));
