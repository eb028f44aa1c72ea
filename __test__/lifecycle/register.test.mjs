/** Started from the command line alone, in either module system, in children too; and not at all when the environment says so. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { run } from './parts/service.mjs';
import { startSink } from './parts/sink.mjs';

const REGISTER = '@manifest-cyber/observability-ts/register';
const folder = mkdtempSync(join(tmpdir(), 'observability-ts-register-'));

let sink;
before(async () => {
  sink = await startSink();
});
after(() => {
  sink.close();
  rmSync(folder, { recursive: true, force: true });
});

const ESM = `span(NAME);`;
const CJS = `const { trace } = require('@opentelemetry/api'); trace.getTracer('service').startSpan(NAME).end();`;

for (const flag of ['--import', '--require']) {
  for (const input of ['module', 'commonjs']) {
    test(`${flag} with a service in ${input === 'module' ? 'ESM' : 'CommonJS'}`, async () => {
      const name = `${flag} ${input}`;
      const program = `const NAME = ${JSON.stringify(name)};\n${input === 'module' ? ESM : CJS}`;
      const { code, stderr } = await run(program, { endpoint: sink.endpoint, flags: [flag, REGISTER], input, init: false });
      assert.deepEqual([code, stderr], [0, '']);
      assert.deepEqual(
        sink.names.filter((other) => other === name),
        [name],
      );
    });
  }
}

test('initTracing after register gives what register started', async () => {
  const { stdout, stderr } = await run(
    `const before = process.listenerCount('exit');
     const tracing = await initTracing({ serviceName: 'in code' });
     span('registered, then asked for');
     console.log(tracing.stats().started, process.listenerCount('exit') - before);`,
    { endpoint: sink.endpoint, flags: ['--import', REGISTER], init: false },
  );
  assert.deepEqual([stdout, stderr], ['1 0\n', '']);
});

test('an http server of a registered service is traced, whatever it imports first', async () => {
  const { code, stderr } = await run(
    `import { createServer } from 'node:http';
     const server = createServer((request, response) => response.end('ok')).listen(0, '127.0.0.1', async () => {
       await (await fetch('http://127.0.0.1:' + server.address().port + '/registered')).text();
       server.close();
     });`,
    { endpoint: sink.endpoint, flags: ['--import', REGISTER], init: false },
  );
  assert.deepEqual([code, stderr], [0, '']);
  // One server and one client span, and none of the export itself.
  assert.equal(sink.names.filter((name) => name === 'GET').length, 2);
});

test('forked children and cluster workers are traced, each by itself', async () => {
  const child = join(folder, 'child.cjs');
  writeFileSync(
    child,
    `const { trace } = require(${JSON.stringify(createRequire(import.meta.url).resolve('@opentelemetry/api'))}); trace.getTracer('child').startSpan('in ' + process.argv[2]).end(); process.disconnect?.();`,
  );
  const program = `
    import { fork } from 'node:child_process';
    import cluster from 'node:cluster';
    import { once } from 'node:events';
    // Given, not inherited: this program is itself one of Node's flags.
    const execArgv = ['--import', ${JSON.stringify(REGISTER)}];
    const forked = fork(${JSON.stringify(child)}, ['fork'], { execArgv });
    cluster.setupPrimary({ exec: ${JSON.stringify(child)}, args: ['cluster worker'], execArgv });
    const worker = cluster.fork();
    const ends = await Promise.all([once(forked, 'exit'), once(worker, 'exit')]);
    span('in the parent');
    console.log(JSON.stringify(ends));`;
  const { stdout, stderr } = await run(program, { endpoint: sink.endpoint, flags: ['--import', REGISTER], init: false });
  assert.equal(stderr, '');
  assert.deepEqual(JSON.parse(stdout), [
    [0, null],
    [0, null],
  ]);
  for (const name of ['in fork', 'in cluster worker', 'in the parent']) {
    assert.equal(sink.names.filter((other) => other === name).length, 1, name);
  }
});

test('OTEL_SDK_DISABLED records nothing, starts no thread, and passes context on', async () => {
  const { code, stdout, stderr } = await run(
    `import { context } from '@opentelemetry/api';
     span('disabled');
     const carrier = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
     const passed = context.with(observability.extractTraceContext(carrier), () => observability.injectTraceContext({}));
     const threads = threadsNamed(/^obs-/);
     console.log(passed.traceparent === carrier.traceparent, threads.length, process.listenerCount('SIGTERM'), (await initTracing()).stats().started);`,
    { endpoint: sink.endpoint, flags: ['--import', REGISTER], init: false, env: { OTEL_SDK_DISABLED: 'true' } },
  );
  assert.deepEqual([code, stderr, stdout], [0, '', 'true 0 0 0\n']);
  assert.ok(!sink.names.includes('disabled'));
});
