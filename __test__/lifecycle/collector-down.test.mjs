/** A collector that is down, hangs or is busy costs little, and what it loses is counted and said. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freePorts } from '../../scripts/parts/ports.mjs';
import { codesIn, run } from './parts/service.mjs';
import { startSink } from './parts/sink.mjs';

/** What the exit of an otherwise idle process may cost where it need not wait for anybody, in milliseconds; the bound itself is 1,000. */
const CHEAP_MILLIS = 500;

/** Prints how long listeners of `exit` between these two took: ours is the only one there. */
const MEASURE = {
  before: `let began; process.on('exit', () => { began = performance.now(); });`,
  after: `process.on('exit', () => { console.log('exit ' + Math.round(performance.now() - began)); });`,
};
/** Resolves when a warning with that code came; waiting for one keeps the process alive. */
const WARNED = `const warned = (code) => {
  const alive = setInterval(() => {}, 1000);
  return new Promise((resolve) => process.on('warning', (warning) => { if (warning.code === code) resolve(clearInterval(alive)); }));
};`;

async function measure(source, options) {
  const result = await run(MEASURE.after + WARNED + source, { before: MEASURE.before, ...options });
  return { ...result, exitMillis: Number(/exit (\d+)/.exec(result.stdout)?.[1]) };
}

const nobody = async () => `http://127.0.0.1:${(await freePorts(1))[0]}`;

test('refused connections: a short job loses its spans, not its time', async () => {
  const { code, stderr, exitMillis } = await measure(`for (let i = 0; i < 10; i++) span('lost'); process.exitCode = 3;`, {
    endpoint: await nobody(),
  });
  assert.equal(code, 3);
  assert.ok(exitMillis < CHEAP_MILLIS, `exit took ${exitMillis} ms`);
  assert.deepEqual(codesIn(stderr), ['OBS_SPANS_LOST']);
  assert.match(stderr, /10 of 10 spans were lost: 10 were not delivered before the process ended/);
});

test('refused connections over gRPC cost as little', async () => {
  const { stderr, exitMillis } = await measure(`span('lost');`, { endpoint: await nobody(), env: { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' } });
  assert.ok(exitMillis < CHEAP_MILLIS, `exit took ${exitMillis} ms`);
  assert.deepEqual(codesIn(stderr), ['OBS_SPANS_LOST']);
});

test('a collector known to be down: the end is cheap with many batches waiting', async () => {
  const source = `const down = warned('OBS_EXPORT_FAILING');
    for (let i = 0; i < 1000; i++) span('lost');
    await down;
    for (let i = 0; i < 1000; i++) span('lost');`;
  const env = { OTEL_BSP_SCHEDULE_DELAY: '20', OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '50' };
  const { code, stderr, exitMillis } = await measure(source, { endpoint: await nobody(), env });
  assert.equal(code, 0);
  assert.ok(exitMillis < CHEAP_MILLIS, `exit took ${exitMillis} ms`);
  assert.deepEqual(codesIn(stderr), ['OBS_EXPORT_FAILING', 'OBS_SPANS_LOST']);
  assert.match(stderr, /2000 of 2000 spans were lost/);
});

test('a collector that hangs costs the exit timeout, and no more', async () => {
  const sink = await startSink('hang');
  const { code, stderr, exitMillis } = await measure(`span('lost');`, { endpoint: sink.endpoint, env: { OBS_EXIT_TIMEOUT: '400' } });
  sink.close();
  assert.equal(code, 0);
  assert.ok(exitMillis >= 390 && exitMillis < 1_400, `exit took ${exitMillis} ms`);
  assert.deepEqual(codesIn(stderr), ['OBS_SPANS_LOST']);
});

test('a collector known to hang costs less than the exit timeout', async () => {
  const sink = await startSink('hang');
  const source = `const down = warned('OBS_EXPORT_FAILING'); span('lost'); await down;`;
  const env = { OTEL_BSP_SCHEDULE_DELAY: '20', OTEL_EXPORTER_OTLP_TIMEOUT: '50', OBS_EXIT_TIMEOUT: '5000' };
  const { code, exitMillis } = await measure(source, { endpoint: sink.endpoint, env });
  sink.close();
  assert.equal(code, 0);
  assert.ok(exitMillis < 1_500, `exit took ${exitMillis} ms`);
});

test('a busy collector gets each batch once more, then the process ends', async () => {
  const sink = await startSink('busy');
  const { stderr, exitMillis } = await measure(`span('lost');`, { endpoint: sink.endpoint });
  sink.close();
  // The attempt of the exit, and perhaps the one that a process would go on with that did not end.
  assert.ok([1, 2].includes(sink.requests()), `${sink.requests()} requests`);
  assert.ok(exitMillis < CHEAP_MILLIS, `exit took ${exitMillis} ms`);
  assert.match(stderr, /1 of 1 spans were lost/);
});

test('an exit timeout of 0 leaves at once', async () => {
  const sink = await startSink('hang');
  const { exitMillis } = await measure(`span('lost');`, { endpoint: sink.endpoint, env: { OBS_EXIT_TIMEOUT: '0' } });
  sink.close();
  assert.ok(exitMillis < 200, `exit took ${exitMillis} ms`);
});

test('a service whose collector is down says so once', async () => {
  const source = `const end = performance.now() + 3000;
    while (performance.now() < end) { span('waits'); await delay(5); }
    const { started, exported, queued, dropped } = tracing.stats();
    console.log(JSON.stringify({ started, exported, waiting: Object.values(queued).reduce((a, b) => a + b), dropped: Object.values(dropped).reduce((a, b) => a + b) }));
    process.removeAllListeners('exit');`;
  const { stdout, stderr } = await run(source, { endpoint: await nobody(), env: { OTEL_BSP_SCHEDULE_DELAY: '20' } });
  assert.deepEqual(codesIn(stderr), ['OBS_EXPORT_FAILING']);
  const { started, exported, waiting, dropped } = JSON.parse(stdout);
  assert.ok(started > 10);
  assert.deepEqual([exported, waiting, dropped], [0, started, 0]);
});

test('the log level silences what is lost', async () => {
  const { stderr } = await run(`span('lost');`, { endpoint: await nobody(), env: { OTEL_LOG_LEVEL: 'none' } });
  assert.equal(stderr, '');
});

test('shutdown counts what it could not deliver', async () => {
  const source = `for (let i = 0; i < 7; i++) span('lost');
    const settled = await tracing.shutdown();
    const { dropped, queued } = tracing.stats();
    console.log(JSON.stringify({ settled, dropped: dropped.shutdown, queued }));`;
  const { stdout } = await run(source, { endpoint: await nobody() });
  assert.deepEqual(JSON.parse(stdout), { settled: false, dropped: 7, queued: { ring: 0, batch: 0, queue: 0, inFlight: 0 } });
});
