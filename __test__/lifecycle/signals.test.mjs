/** SIGTERM and SIGINT: what had ended arrives, and the process ends as it would have without us. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { codesIn, run, start } from './parts/service.mjs';
import { startSink } from './parts/sink.mjs';

let sink;
before(async () => {
  sink = await startSink();
});
after(() => sink.close());

/** What keeps a service running. */
const SERVES = `import { createServer } from 'node:http'; createServer().listen(0, '127.0.0.1', ready);`;

/** A service that has ended a span, and how it deals with the signal. */
const SERVICES = {
  'without listeners': { source: '', dies: true },
  'with a listener that exits': { source: `process.on(SIGNAL, () => process.exit(17));`, code: 17 },
  'with a listener that takes its time': {
    source: `process.on(SIGNAL, async () => { await delay(100); span(NAME + '.late'); process.exit(18); });`,
    code: 18,
    arrives: ['', '.late'],
  },
  'with a listener that is called once and lets the work run out': {
    source: `process.once(SIGNAL, () => { span(NAME + '.late'); process.exitCode = 19; clearInterval(work); });`,
    serves: `const work = setInterval(() => {}, 1000); ready();`,
    code: 19,
    arrives: ['', '.late'],
  },
  'with a listener that cleans up and sends the signal again': {
    source: `process.once(SIGNAL, async () => { await delay(20); span(NAME + '.late'); process.kill(process.pid, SIGNAL); });`,
    dies: true,
    arrives: ['', '.late'],
  },
  'with a listener that was taken out again': {
    source: `const listener = () => process.exit(1); process.on(SIGNAL, listener); process.removeListener(SIGNAL, listener);`,
    dies: true,
  },
  'whose listeners are all taken out': {
    source: `process.on(SIGNAL, () => process.exit(1)); process.on(SIGNAL, () => process.exit(2)); process.removeAllListeners();`,
    dies: true,
  },
  'that has shut tracing down and started it again': {
    source: `await tracing?.shutdown(); if (tracing) await initTracing();`,
    dies: true,
  },
  'with a listener that was there before tracing': {
    prelude: `process.once(SIGNAL, () => { process.exit(20); });`,
    code: 20,
  },
  'with a listener that shuts tracing down': {
    source: `process.once(SIGNAL, async () => { span(NAME + '.late'); await tracing?.shutdown(); process.kill(process.pid, SIGNAL); });`,
    dies: true,
    arrives: ['', '.late'],
  },
  'with listeners of signal-exit': {
    // What that package does at a signal, as its versions 3 and 4 do it.
    source: `
      const emitter = (globalThis[Symbol.for('signal-exit emitter')] = { count: 1 });
      const listener = () => {
        if (process.listeners(SIGNAL).length !== emitter.count) return;
        process.removeListener(SIGNAL, listener);
        emitter.count -= 1;
        console.log('cleaned up');
        process.kill(process.pid, SIGNAL);
      };
      process.on(SIGNAL, listener);`,
    dies: true,
  },
  'with a second copy of this package': {
    source: `
      import { createRequire } from 'node:module';
      const require = createRequire(process.cwd() + '/x.js');
      if (!process.env.UNTRACED) {
        for (const file of Object.keys(require.cache)) if (file.endsWith('index.cjs')) delete require.cache[file];
        await require('@manifest-cyber/observability-ts').initTracing();
      }`,
    dies: true,
    warns: true,
  },
};

for (const signal of ['SIGTERM', 'SIGINT']) {
  for (const [title, { prelude = '', source = '', serves = SERVES, code = null, dies = false, arrives = [''], warns = false }] of Object.entries(
    SERVICES,
  )) {
    test(`${signal} to a service ${title}`, async () => {
      const name = `${signal}-${title.replaceAll(' ', '-')}`;
      const program = `${source}\nspan(NAME);\n${serves}`;
      const constants = `const SIGNAL = '${signal}', NAME = '${name}';`;
      const end = async (options) => {
        const service = start(program, { ...options, before: constants + prelude });
        await service.printed('ready');
        service.kill(signal);
        return service.ended;
      };
      const [traced, untraced] = await Promise.all([end({ endpoint: sink.endpoint }), end({ untraced: true })]);
      assert.deepEqual([traced.code, traced.signal], [untraced.code, untraced.signal], traced.stderr);
      assert.deepEqual([traced.code, traced.signal], dies ? [null, signal] : [code, null]);
      assert.equal(traced.stdout, untraced.stdout);
      if (!warns) assert.deepEqual(codesIn(traced.stderr), []);
      const came = sink.names.filter((other) => other === name || other.startsWith(`${name}.`));
      assert.deepEqual(
        came,
        arrives.map((suffix) => name + suffix),
      );
    });
  }
}

test('a listener runs at once, not after a flush', async () => {
  const hanging = await startSink('hang');
  const service = start(
    `process.on('SIGTERM', () => { process.stdout.write('heard ' + Math.round(performance.now() - sent) + '\\n', () => process.exit()); });
     span('waiting');
     let sent;
     process.once('message', () => { sent = performance.now(); process.kill(process.pid, 'SIGTERM'); });
     setInterval(() => {}, 1000);
     ready();`,
    { endpoint: hanging.endpoint, env: { OBS_EXIT_TIMEOUT: '2000' } },
  );
  await service.printed('ready');
  service.send('go');
  const { stdout, code } = await service.ended;
  hanging.close();
  assert.equal(code, 0);
  assert.ok(Number(/heard (\d+)/.exec(stdout)[1]) < 1000, stdout);
});

test('signals: false leaves signals alone', async () => {
  const service = start(`await initTracing({ signals: false }); span('not flushed'); ready(); setInterval(() => {}, 1000);`, {
    init: false,
    endpoint: sink.endpoint,
  });
  await service.printed('ready');
  service.kill('SIGTERM');
  assert.equal((await service.ended).signal, 'SIGTERM');
  assert.ok(!sink.names.includes('not flushed'));
});

test('nobody sees that we deal with signals', async () => {
  const { stdout } = await run(
    `const counts = () => console.log(['SIGTERM', 'SIGINT'].map((signal) => process.listenerCount(signal)).join());
     counts();
     const listener = () => {};
     process.on('SIGTERM', listener).on('SIGINT', listener);
     counts();
     process.removeListener('SIGTERM', listener).removeListener('SIGINT', listener);
     counts();
     await tracing.shutdown();
     counts();`,
    { endpoint: sink.endpoint },
  );
  assert.equal(stdout, '0,0\n1,1\n0,0\n0,0\n');
});
