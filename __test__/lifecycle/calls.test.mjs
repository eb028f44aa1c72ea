/** Calls in any order are quiet and safe. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { run } from './parts/service.mjs';
import { startSink } from './parts/sink.mjs';

let sink;
before(async () => {
  sink = await startSink();
});
after(() => sink.close());

/** Runs a program that prints one JSON value, warns of nothing and ends well. */
async function answer(source, options) {
  const { code, stdout, stderr } = await run(source, { endpoint: sink.endpoint, ...options });
  assert.equal(stderr, '');
  assert.equal(code, 0);
  return JSON.parse(stdout);
}

test('initTracing twice gives the same', async () => {
  const same = await answer(`
    const [second, third] = await Promise.all([initTracing({ serviceName: 'other' }), initTracing()]);
    console.log(second === tracing && third === tracing);`);
  assert.equal(same, true);
});

test('shutdown twice settles with the first', async () => {
  const results = await answer(`
    span('shut down twice');
    const [first, second] = [tracing.shutdown(), tracing.shutdown(1)];
    console.log(JSON.stringify([first === second, await first, await second, await tracing.shutdown(), await tracing.forceFlush()]));`);
  assert.deepEqual(results, [true, true, true, true, true]);
  assert.ok(sink.names.includes('shut down twice'));
});

test('use before initTracing records nothing; what was made then works afterwards', async () => {
  const recording = await answer(
    `
    const tracer = getTracer('early');
    const early = tracer.startSpan('too early');
    const ran = withSpan('too early as well', () => 'ran');
    const tracing = await initTracing();
    const later = tracer.startSpan('in time');
    const recording = later.isRecording();
    later.end();
    early.end();
    console.log(JSON.stringify([early.isRecording(), ran, recording]));`,
    { init: false },
  );
  assert.deepEqual(recording, [false, 'ran', true]);
  assert.ok(sink.names.includes('in time'));
  assert.ok(!sink.names.some((name) => name.startsWith('too early')));
});

test('use after shutdown does nothing, and spans that end late are counted', async () => {
  const result = await answer(`
    const open = getTracer().startSpan('ends after shutdown');
    await tracing.shutdown();
    open.setAttribute('late', true);
    open.end();
    const late = getTracer().startSpan('starts after shutdown');
    late.end();
    const ran = withSpan('after shutdown', () => 'ran');
    const { started, exported, dropped } = tracing.stats();
    console.log(JSON.stringify([late.isRecording(), ran, started, exported, dropped.shutdown]));`);
  assert.deepEqual(result, [false, 'ran', 1, 0, 1]);
  assert.ok(!sink.names.some((name) => name.includes('after shutdown')));
});

test('initTracing after shutdown starts anew', async () => {
  const result = await answer(`
    span('first life');
    await tracing.shutdown();
    const again = await initTracing();
    span('second life');
    console.log(JSON.stringify([again === tracing, again.stats().started]));`);
  assert.deepEqual(result, [false, 1]);
  assert.ok(sink.names.includes('first life') && sink.names.includes('second life'));
});

test("OpenTelemetry's instrumentations that are given again after shutdown work again", async () => {
  const lives = await answer(
    `
    import { once } from 'node:events';
    import { createRequire } from 'node:module';
    const require = createRequire(import.meta.url);
    const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');
    const instrumentations = [new HttpInstrumentation()];
    const http = require('node:http');
    const life = async () => {
      const scopes = [];
      const processor = { onStart() {}, onEnd: (span) => scopes.push(span.instrumentationScope.name), forceFlush: async () => {}, shutdown: async () => {} };
      const tracing = await initTracing({ exporter: { type: 'none' }, instrumentations, spanProcessors: [processor] });
      const server = http.createServer((_, response) => response.end()).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const [response] = await once(http.get({ host: '127.0.0.1', port: server.address().port, agent: false }), 'response');
      await once(response.resume(), 'end');
      while (scopes.length < 2 && instrumentations[0].isEnabled()) await delay(5);
      server.close();
      await tracing.shutdown();
      return scopes;
    };
    console.log(JSON.stringify([await life(), await life(), instrumentations[0].isEnabled()]));`,
    { init: false },
  );
  const both = Array(2).fill('@opentelemetry/instrumentation-http');
  assert.deepEqual(lives, [both, both, false]);
});

test('initTracing during shutdown waits for it, and starts anew', async () => {
  const result = await answer(`
    span('before the overlap');
    const shutdown = tracing.shutdown();
    const again = await initTracing();
    span('after the overlap');
    console.log(JSON.stringify([again === tracing, await shutdown, (await initTracing()) === again]));`);
  assert.deepEqual(result, [false, true, true]);
  assert.ok(sink.names.includes('before the overlap') && sink.names.includes('after the overlap'));
});

test('process.exit() right after shutdown() was called delivers', async () => {
  const { code, stderr } = await run(`span('shut down and exit'); tracing.shutdown(); process.exit(0);`, { endpoint: sink.endpoint });
  assert.deepEqual([code, stderr], [0, '']);
  assert.ok(sink.names.includes('shut down and exit'));
});

test('every promise is settled, also when the collector hangs', async () => {
  const hanging = await startSink('hang');
  const { code, stdout } = await run(
    `span('waits');
     const flushes = [tracing.forceFlush(30_000), tracing.forceFlush(50), tracing.forceFlush(30_000)];
     const began = performance.now();
     const results = await Promise.all([...flushes, tracing.shutdown(200)]);
     console.log(JSON.stringify([results, performance.now() - began < 5_000]));`,
    { endpoint: hanging.endpoint },
  );
  hanging.close();
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(stdout), [[false, false, false, false], true]);
});

test('many starts and shutdowns leave no worker and no listener behind', async () => {
  const result = await answer(`
    const state = () => ({
      workers: threadsNamed(/^obs-worker/).length,
      // The one that waits for signals stays.
      others: threadsNamed(/^obs-(?!worker)/).length,
      listeners: ['exit', 'SIGTERM', 'SIGINT', 'removeListener', 'warning'].map((event) => process.listenerCount(event)),
    });
    await tracing.shutdown();
    const before = state();
    for (let i = 0; i < 20; i++) {
      const next = await initTracing();
      span('one of many');
      await next.shutdown();
    }
    // A thread that has answered is gone a moment later.
    while (state().workers > 0) await delay(5);
    console.log(JSON.stringify([before, state()]));`);
  const [before, after] = result.map(({ workers, ...rest }) => rest);
  assert.deepEqual(after, before);
  assert.equal(sink.names.filter((name) => name === 'one of many').length, 20);
});

test('many starts and shutdowns leave no memory behind', async () => {
  // Each life fills its ring and keeps some megabytes of spans: what is held on to shows.
  const grown = await answer(
    `
    const life = async () => {
      const tracing = await initTracing({ exporter: { type: 'memory' } });
      for (let i = 0; i < 20_000; i++) {
        span('kept until the next life'.repeat(10));
        if (i % 2000 === 0) await tracing.forceFlush();
      }
      await tracing.shutdown();
      globalThis.gc();
      await delay(1);
    };
    for (let i = 0; i < 3; i++) await life();
    const before = process.memoryUsage.rss();
    for (let i = 0; i < 12; i++) await life();
    console.log(process.memoryUsage.rss() - before);`,
    { init: false, flags: ['--expose-gc'] },
  );
  assert.ok(grown < 24 * 2 ** 20, `${(grown / 2 ** 20).toFixed(1)} MiB more`);
});

test('a flush at the wrong moments resolves', async () => {
  const results = await answer(`
    const results = [await tracing.forceFlush(), await tracing.forceFlush(0), await tracing.forceFlush(-5), await tracing.forceFlush(Number.NaN)];
    await tracing.shutdown();
    console.log(JSON.stringify([...results.map((result) => typeof result), await tracing.forceFlush()]));`);
  assert.deepEqual(results, ['boolean', 'boolean', 'boolean', 'boolean', true]);
});
