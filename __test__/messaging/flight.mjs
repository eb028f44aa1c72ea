/** What tests of many messages in flight share, whatever the broker: consumers in worker threads, and the looks at whose span is below whose. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { until } from '../../scripts/parts/until.mjs';
import { idOf, pathsIn } from './paths.mjs';

const WORKERS = 2;

/** Of each message there is a span `end <number>` below its own `request <number>`; `pathOf(number)` is the way between, names from the end on. */
export function assertOwnPaths(spans, count, pathOf) {
  const byName = new Map(spans.map((span) => [span.name, span]));
  const actual = pathsIn(spans);
  for (let i = 0; i < count; i++) {
    const [end, request] = [byName.get(`end ${i}`), byName.get(`request ${i}`)];
    assert.deepEqual(actual(end), [end.name, ...pathOf(i), request.name]);
    assert.equal(end.spanContext().traceId, request.spanContext().traceId);
  }
  assert.equal(new Set(spans.map(idOf)).size, spans.length);
}

/** Starts consumers in worker threads, each a run of `program`, and resolves once they consume. They end with the test. */
export async function startWorkers(t, program, workerData) {
  const workers = Array.from({ length: WORKERS }, () => new Worker(new URL(program, import.meta.url), { workerData }));
  // Those that a failure leaves at work would keep this process.
  t.after(() => Promise.all(workers.map((worker) => worker.terminate())));
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  let handled = 0;
  for (const worker of workers) worker.on('message', (message) => (handled += message === 'handled' ? 1 : 0));
  return {
    /** Resolves with the spans of all workers when they have handled so many messages. What a broker says of its queue is no measure: it counts late. */
    async spansOf(count) {
      await until('every message to be handled', () => handled === count, { describe: () => `: ${handled} were` });
      const answers = await Promise.all(
        workers.map(async (worker) => {
          worker.postMessage('end');
          const [spans] = await once(worker, 'message');
          return spans;
        }),
      );
      for (const spans of answers) assert.ok(spans.length > 0, 'a worker had nothing to do');
      return answers.flat();
    },
  };
}

/**
 * Of each message there is one span `work <number>` in a worker, below a span of its handling, below what sent it, below its own `request <number>`. `theirs`
 * are the spans of the workers, `ours` those of this thread.
 */
export function assertOwnWork(theirs, ours, count) {
  const sent = new Map(ours.map((span) => [idOf(span), span]));
  const handled = new Map(theirs.map((span) => [span.id, span]));
  const requests = new Map(ours.map((span) => [span.name, span]));
  const works = theirs.filter(({ name }) => name.startsWith('work'));
  assert.deepEqual([works.length, new Set(works.map(({ name }) => name)).size], [count, count]);
  for (const { name, parent, trace } of works) {
    const request = requests.get(`request ${name.split(' ')[1]}`);
    assert.deepEqual([sent.get(handled.get(parent).parent).parentSpanContext.spanId, trace], [idOf(request), request.spanContext().traceId]);
  }
}
