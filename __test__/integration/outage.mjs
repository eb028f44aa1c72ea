/** A Collector that goes away and comes back: nothing is lost, nothing arrives twice, and the ledger says where every span is meanwhile. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { initTracing } from '@manifest-cyber/observability-ts';
import { trace } from '@opentelemetry/api';
import { until } from '../../scripts/parts/until.mjs';
import { startCollector } from '../parts/collector.mjs';

/** Spans that end while the Collector is away. */
const DURING_OUTAGE = 500;

/** The Collector is back within this time after the last failed attempt at the latest: the longest wait between attempts, and some. */
const RECOVERY_MILLIS = 60_000;

/** Runs the test over one protocol. Tracing is one per process, so each protocol has a test file of its own. */
export function testOutage(protocol, exporterTo) {
  test(`a Collector reached over ${protocol} that stops and starts again gets every span`, async () => {
    const collector = await startCollector();
    after(() => collector.close());
    const tracing = await initTracing({ serviceName: 'outage', exporter: exporterTo(collector) });
    const tracer = trace.getTracer('outage');

    tracer.startSpan('before').end();
    await tracing.forceFlush();
    await collector.waitForSpans(1);
    assert.equal(tracing.stats().exported, 1);

    await collector.stop();
    for (let number = 0; number < DURING_OUTAGE; number += 1) {
      tracer.startSpan(`during ${number}`).end();
    }
    await tracing.forceFlush(500);
    const away = tracing.stats();
    assertAddsUp(away);
    assert.equal(away.exported, 1);
    assert.equal(total(away.dropped), 0, 'spans wait for the Collector, they are not dropped');

    await collector.restart();
    const spans = await collector.waitForSpans(1 + DURING_OUTAGE, RECOVERY_MILLIS);
    const names = new Set(spans.map(({ name }) => name));
    assert.equal(spans.length, names.size, 'no span arrived twice');
    await until('the ledger to count them as exported', () => tracing.stats().exported === 1 + DURING_OUTAGE);

    await tracing.shutdown();
    const ended = tracing.stats();
    assertAddsUp(ended);
    assert.equal(total(ended.queued), 0);
    assert.equal(total(ended.dropped), 0);
  });
}

/** Every span that was started is somewhere. */
export function assertAddsUp(stats) {
  const places = stats.open + stats.exported + stats.notSampled + stats.filtered + total(stats.dropped) + total(stats.queued);
  assert.equal(places, stats.started, JSON.stringify(stats));
}

/** The sum of counts by reason or place. */
export const total = (counts) => Object.values(counts).reduce((sum, count) => sum + count, 0);
