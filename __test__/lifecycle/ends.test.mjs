/** However a process ends, what had ended before arrives, and the process ends as it would have without us. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { codesIn, run } from './parts/service.mjs';
import { startSink } from './parts/sink.mjs';

let sink;
before(async () => {
  sink = await startSink();
});
after(() => sink.close());

/** Each ends `NAME` and perhaps more; `arrives` lists what has to come, `how` how Node ends such a program. */
const WAYS = {
  'by itself': { source: `span(NAME);`, code: 0 },
  'by itself, a short job with asynchronous work': {
    source: `await withSpan(NAME, async () => { await delay(5); span(NAME + '.inner'); });`,
    code: 0,
    arrives: ['.inner', ''],
  },
  'by process.exit()': { source: `span(NAME); process.exit();`, code: 0 },
  'by process.exit() with a code': { source: `span(NAME); process.exit(7);`, code: 7 },
  'with process.exitCode set': { source: `span(NAME); process.exitCode = 9;`, code: 9 },
  'by process.exit() with process.exitCode set': { source: `span(NAME); process.exitCode = 9; process.exit();`, code: 9 },
  'by process.exit() inside a span, which is not ended': {
    source: `withSpan('open', () => { span(NAME); process.exit(3); });`,
    code: 3,
  },
  'by process.exit() inside a timer': { source: `setTimeout(() => { span(NAME); process.exit(4); }, 1); setInterval(() => {}, 1000);`, code: 4 },
  'by an uncaught exception': { source: `span(NAME); setImmediate(() => { throw new Error('uncaught'); });`, code: 1 },
  'by an uncaught exception inside a span, which is recorded': {
    source: `withSpan(NAME, () => { throw new TypeError('uncaught'); });`,
    code: 1,
  },
  'by an unhandled rejection': { source: `span(NAME); Promise.reject(new Error('unhandled'));`, code: 1 },
  'by a rejected top-level await': { source: `span(NAME); await Promise.reject(new Error('unhandled'));`, code: 1 },
  'by a top-level await that is never settled': { source: `span(NAME); await new Promise(() => {});`, code: 13 },
  'after an uncaughtException listener has set an exit code': {
    source: `process.on('uncaughtException', () => { span(NAME); process.exitCode = 5; }); setImmediate(() => { throw new Error('caught'); });`,
    code: 5,
  },
  'with a span that ends in an exit listener': { source: `process.on('exit', () => span(NAME));`, code: 0 },
  'with a span that ends in an exit listener of process.exit()': { source: `process.on('exit', () => span(NAME)); process.exit(6);`, code: 6 },
  'with a span that ends in a beforeExit listener that makes more work': {
    source: `let rounds = 0;
      process.on('beforeExit', (code) => { console.log('beforeExit', code, ++rounds); if (rounds === 1) setTimeout(() => span(NAME), 1); });`,
    code: 0,
  },
  'with an exit listener that throws': {
    source: `span(NAME); process.on('exit', () => { throw new Error('in exit'); });`,
    code: 7,
    codeDiffers: 'Node 20 says 7, later ones 1',
  },
  'with 20,000 spans at once': { source: `for (let i = 0; i < 20_000; i++) span(NAME);`, code: 0, arrives: Array(20_000).fill('') },
};

for (const [title, { source, code, codeDiffers, arrives = [''] }] of Object.entries(WAYS)) {
  test(`a process that ends ${title}`, async () => {
    const name = title.replaceAll(' ', '-');
    const program = `const NAME = ${JSON.stringify(name)};\n${source}`;
    const [traced, untraced] = await Promise.all([run(program, { endpoint: sink.endpoint }), run(program, { untraced: true })]);
    assert.equal(traced.code, untraced.code);
    if (!codeDiffers) assert.equal(traced.code, code, traced.stderr);
    assert.equal(traced.signal, untraced.signal);
    assert.equal(traced.stdout, untraced.stdout);
    assert.deepEqual(codesIn(traced.stderr), []);
    const came = sink.names.filter((other) => other === name || other.startsWith(`${name}.`));
    assert.deepEqual(
      came,
      arrives.map((suffix) => name + suffix),
    );
  });
}

test('what a program prints about its own failure is not changed', async () => {
  const program = `span('failing'); setImmediate(() => { throw new RangeError('as it was'); });`;
  const [traced, untraced] = await Promise.all([run(program, { endpoint: sink.endpoint }), run(program, { untraced: true })]);
  assert.match(traced.stderr, /RangeError: as it was/);
  assert.equal(traced.stderr.split('\n').length, untraced.stderr.split('\n').length);
});
