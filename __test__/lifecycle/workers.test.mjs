/** Worker threads: what ended in one arrives, however it ends, and one that is gone leaves nothing behind. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { run } from './parts/service.mjs';
import { startSink } from './parts/sink.mjs';

let sink;
before(async () => {
  sink = await startSink();
});
after(() => sink.close());

/** `inWorker(source)` runs a program in a worker that traces and resolves when it is gone; `spawnWorker` gives the worker. */
const WORKERS = `
  import { once } from 'node:events';
  import { createRequire } from 'node:module';
  import { Worker } from 'node:worker_threads';
  const file = createRequire(process.cwd() + '/x.js').resolve('@manifest-cyber/observability-ts');
  const spawnWorker = (source) => new Worker(
    \`const { parentPort } = require('node:worker_threads');
     const observability = require(\${JSON.stringify(file)});
     const span = (name) => observability.getTracer().startSpan(name).end();
     observability.initTracing().then(async (tracing) => { \${source} });\`, { eval: true, execArgv: [] });
  const inWorker = (source) => new Promise((resolve) => spawnWorker(source).on('error', () => {}).on('exit', resolve));
`;

const ENDS = {
  'ends by itself': `await inWorker("span(NAME)");`,
  'calls process.exit()': `await inWorker("span(NAME); process.exit(3)");`,
  throws: `await inWorker("span(NAME); setImmediate(() => { throw new Error('in the worker') })");`,
  'is terminated': `const worker = spawnWorker("span(NAME); parentPort.postMessage(0); setInterval(() => {}, 1000)"); await once(worker, 'message'); await worker.terminate();`,
  'runs while the main thread exits': `const worker = spawnWorker("span(NAME); parentPort.postMessage(0); setInterval(() => {}, 1000)"); await once(worker, 'message'); process.exit(0);`,
  'shuts its tracing down': `await inWorker("span(NAME); await tracing.shutdown()"); span(NAME + ' and main goes on');`,
};

for (const [title, source] of Object.entries(ENDS)) {
  test(`spans of a worker that ${title} arrive`, async () => {
    const program = `${WORKERS}\n${source}`.replaceAll('span(NAME)', `span('${title}')`).replaceAll('NAME', `'${title}'`);
    const { code, stderr } = await run(program, { endpoint: sink.endpoint });
    assert.deepEqual([code, stderr], [0, '']);
    assert.equal(sink.names.filter((name) => name === title).length, 1);
    if (title === 'shuts its tracing down') assert.ok(sink.names.includes(`${title} and main goes on`));
  });
}

test('spans of a worker arrive where the main thread does not trace', async () => {
  const { code, stderr } = await run(`${WORKERS}\nawait inWorker("span('alone')");`, { endpoint: sink.endpoint, init: false });
  assert.deepEqual([code, stderr], [0, '']);
  assert.equal(sink.names.filter((name) => name === 'alone').length, 1);
});

test('many workers leave nothing behind, and every span is accounted for', async () => {
  // Each writes some megabytes: a ring that is not freed shows.
  const source = `${WORKERS}
    const spans = 20_000;
    const round = () => inWorker('for (let i = 0; i < ' + spans + '; i++) { span("of a worker"); if (i % 2000 === 0) await new Promise(setImmediate); } await tracing.forceFlush();');
    for (let i = 0; i < 3; i++) await round();
    globalThis.gc();
    const before = process.memoryUsage.rss();
    for (let i = 0; i < 12; i++) await round();
    globalThis.gc();
    await tracing.forceFlush();
    const { started, exported, dropped, open, queued } = tracing.stats();
    const lost = Object.values(dropped).reduce((a, b) => a + b);
    const waiting = Object.values(queued).reduce((a, b) => a + b);
    console.log(JSON.stringify({ started, accounted: exported + lost + open + waiting, grown: process.memoryUsage.rss() - before, spans }));`;
  const { code, stdout, stderr } = await run(source, { flags: ['--expose-gc'], env: { OTEL_TRACES_EXPORTER: 'none' } });
  assert.equal(code, 0, stderr);
  const { started, accounted, grown, spans } = JSON.parse(stdout);
  assert.equal(started, 15 * spans);
  assert.equal(accounted, started);
  assert.ok(grown < 24 * 2 ** 20, `${(grown / 2 ** 20).toFixed(1)} MiB more`);
});
