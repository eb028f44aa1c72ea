/** What nearly every service does with the addon, for scripts/order-functions.mjs: start, spans of all shapes, idling, flushing, an end by itself. */
import { createRequire } from 'node:module';
import { setTimeout } from 'node:timers/promises';
import { root } from '../lib/paths.mjs';

const { initTracing, getTracer } = createRequire(import.meta.url)(root);

/** Longer than the worker looks for more before it sleeps (`IDLE_AFTER`, src/pipeline/worker.rs). */
const IDLE_MILLIS = 1_500;
const SPANS = 5_000;
const SPANS_A_BURST = 250;

const tracing = await initTracing({ serviceName: 'training', exporter: JSON.parse(process.argv[2]) });
const tracer = getTracer('training', '1.0.0');
const link = tracer.startSpan('linked');
link.end();

function makeSpan(i) {
  const span = tracer.startSpan('GET', {
    kind: i % 5,
    attributes: { 'url.path': `/users/${i}`, 'http.request.method': 'GET', big: 2 ** 40, share: i / 3 },
  });
  span.setAttribute('list', ['a', 'b']);
  span.setAttribute('long', 'x'.repeat(100 + (i % 100)));
  if (i % 10 === 0) {
    span.addEvent('cache miss', { key: i });
    span.addLink({ context: link.spanContext() });
    span.recordException(new Error('it failed'));
    span.setStatus({ code: 2, message: 'it failed' });
  }
  span.updateName('GET /users/:id');
  tracer.startSpan('find users', {}).setAttribute('db.rows', i).end();
  span.end();
}

for (let i = 0; i < SPANS; i++) {
  makeSpan(i);
  if (i % SPANS_A_BURST === 0) await setTimeout(1);
}
await tracing.forceFlush();
await setTimeout(IDLE_MILLIS);
makeSpan(0);
tracing.stats();
