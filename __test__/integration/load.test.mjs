import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { initTracing } from '@manifest-cyber/observability-ts';
import { trace } from '@opentelemetry/api';
import { until } from '../../scripts/parts/until.mjs';
import { startCollector } from '../parts/collector.mjs';
import { assertAddsUp, total } from './outage.mjs';

/** Enough for many batches of the default size, and for the ring to be used more than once. */
const SPANS = 50_000;

/** Spans between two turns of the event loop, as a busy service has them. */
const BURST = 500;

/** Half of what the ring holds. On a machine whose other processes keep the worker from its start for 100 ms, this loop would fill it, and drop spans as it should. */
const WAITING = 8_000;

test('every span of a busy service arrives once, and the ledger adds up meanwhile', async () => {
  const collector = await startCollector();
  after(() => collector.close());
  const tracing = await initTracing({ serviceName: 'load', exporter: { type: 'otlp-grpc', endpoint: `http://127.0.0.1:${collector.grpcPort}` } });
  const tracer = trace.getTracer('load');
  for (let number = 0; number < SPANS; number += 1) {
    const attributes = { number, 'http.request.method': 'GET', 'url.path': `/items/${number % 100}`, text: `unique ${number}` };
    tracer.startSpan(`name ${number % 20}`, { attributes }).end();
    if (number % BURST === 0) {
      assertAddsUp(tracing.stats());
      await new Promise(setImmediate);
      await until('the worker', () => tracing.stats().queued.ring < WAITING);
    }
  }
  assert.equal(await tracing.forceFlush(30_000), true);
  const spans = await collector.waitForSpans(SPANS);
  assert.equal(spans.length, SPANS);
  const numbers = new Set();
  for (const { attributes, name } of spans) {
    const number = Number(attributes.number);
    numbers.add(number);
    assert.equal(name, `name ${number % 20}`);
    assert.equal(attributes['url.path'], `/items/${number % 100}`);
    assert.equal(attributes.text, `unique ${number}`);
  }
  assert.equal(numbers.size, SPANS);
  await tracing.shutdown();
  const stats = tracing.stats();
  assertAddsUp(stats);
  assert.deepEqual([stats.exported, total(stats.dropped)], [SPANS, 0]);
});
