/** Tracing keeps no process alive and wakes no idle one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from './parts/service.mjs';
import { startSink } from './parts/sink.mjs';

test('a process with nothing to do ends at once, whatever waits to be sent', async () => {
  const sink = await startSink();
  // Were it kept alive, the batch's delay of a minute would hold it.
  const { code, stdout } = await run(
    `span('waits a minute');
     const idle = performance.now();
     process.on('beforeExit', () => console.log(Math.round(performance.now() - idle)));`,
    { endpoint: sink.endpoint, env: { OTEL_BSP_SCHEDULE_DELAY: '60000' } },
  );
  sink.close();
  assert.equal(code, 0);
  assert.ok(Number(stdout) < 1_000, stdout);
  assert.deepEqual(sink.names, ['waits a minute']);
});

test('nothing wakes an idle process more than once a second', { skip: process.platform !== 'linux' && 'reads /proc' }, async () => {
  const sink = await startSink();
  const { code, stdout, stderr } = await run(
    `const threads = () => threadsNamed(/^(obs-|tokio)/);
     const wakes = () => wakesOf(threads());
     span('before it is idle');
     await tracing.forceFlush();
     // The worker watches closely for a second after the last span.
     await delay(1500);
     const signals = threadsNamed(/^obs-signals/);
     const wakesBySignals = wakesOf(signals);
     const [before, began] = [wakes(), performance.now()];
     await delay(3000);
     const seconds = (performance.now() - began) / 1000;
     const rate = (wakes() - before) / seconds;
     span('after it was idle');
     console.log(JSON.stringify({ threads: threads().length, rate, signals: signals.length, wakesBySignals: wakesOf(signals) - wakesBySignals }));`,
    { endpoint: sink.endpoint },
  );
  sink.close();
  assert.deepEqual([code, stderr], [0, '']);
  const { threads, rate, signals, wakesBySignals } = JSON.parse(stdout);
  assert.ok(threads >= 2);
  assert.deepEqual([signals, wakesBySignals], [1, 0]);
  assert.ok(rate <= 1, `${rate} wakes a second`);
  assert.deepEqual(sink.names, ['before it is idle', 'after it was idle']);
});
