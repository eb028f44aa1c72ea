/** Overwrites the shared memory under the reader's eyes, and answers with the ledger. */
import { createRequire } from 'node:module';
import { addonPath } from '../../parts/addon.mjs';
import { programInput } from '../../parts/program.mjs';

const addon = createRequire(import.meta.url)(addonPath());
const { attach } = addon;
let memory;
addon.attach = (now) => {
  const attachment = attach(now);
  memory = attachment.memory;
  return attachment;
};
const { initTracing } = await import('@manifest-cyber/observability-ts');
const { from, to, fill } = programInput();
const tracing = await initTracing({ http: false, exporter: { type: 'memory' } });
const tracer = tracing.provider.getTracer('service');
for (let round = 0; round < 20; round++) {
  for (let i = 0; i < 50; i++) tracer.startSpan(`span ${i}`, { attributes: { i, text: `value ${round}` } }).end();
  const bytes = new Uint8Array(memory, from, to - from);
  if (fill === 'random') for (let i = 0; i < bytes.length; i++) bytes[i] = Math.random() * 256;
  else bytes.fill(fill);
  await tracing.forceFlush(2_000);
}
const stats = tracing.stats();
await tracing.shutdown(2_000);
console.log(JSON.stringify({ stats, length: memory.byteLength }));
