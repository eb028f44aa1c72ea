/** SIGTERM and SIGINT to processes that cannot hear of them in JavaScript, or that others have a say in: a shell, a terminal, the kernel. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from '../../scripts/parts/ports.mjs';
import { until } from '../../scripts/parts/until.mjs';
import { threadsNamed, waitsForPipe } from '../parts/threads.mjs';
import { FIRST_PROCESS, firstProcessMissing } from './parts/first-process.mjs';
import { codesIn, start } from './parts/service.mjs';
import { startSink } from './parts/sink.mjs';

let sink;
before(async () => {
  sink = await startSink();
});
after(() => sink.close());

/** Two signals are two when they are at least this far apart (src/signals/handler.rs). */
const ECHO_MILLIS = 100;
/** What an end may take that waits for nobody, on a busy machine. */
const CHEAP_MILLIS = 500;

/** Starts the same program with and without tracing, does the same to both, and resolves with how they ended. */
const both = (program, act, { endpoint = sink.endpoint, ...options } = {}) =>
  Promise.all(
    [{ endpoint }, { untraced: true }].map(async (tracing) => {
      const service = start(program, { ...options, ...tracing });
      await service.printed('ready');
      await act(service);
      return service.ended;
    }),
  );

const childrenOf = (pid) => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);

for (const signal of ['SIGTERM', 'SIGINT']) {
  const dies = ({ code, signal: by, stderr }) => assert.deepEqual([code, by, stderr], [null, signal, '']);

  test(`${signal} ends an endless loop at once`, async () => {
    const name = `${signal} in a loop`;
    const ends = await both(`span(${JSON.stringify(name)}); ready(); for (;;);`, ({ kill }) => kill(signal));
    ends.forEach(dies);
    assert.deepEqual(
      sink.names.filter((other) => other === name),
      [name],
    );
  });

  test(`${signal} ends a service that waits for a child process`, async () => {
    const name = `${signal} in execSync`;
    const program = `import { execSync } from 'node:child_process'; span(${JSON.stringify(name)}); ready(); execSync('exec sleep 60');`;
    const ends = await both(program, async ({ pid, kill }) => {
      const children = await until('the child process', () => childrenOf(pid)[0] && childrenOf(pid));
      kill(signal);
      await until('the end of the service', () => !isAlive(pid));
      // It is nobody's now, with tracing as without.
      for (const child of children) process.kill(child);
    });
    ends.forEach(dies);
    assert.deepEqual(
      sink.names.filter((other) => other === name),
      [name],
    );
  });
}

/** Whether a child runs; one that has ended and was not waited for yet does not. */
function isAlive(pid) {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

test('a collector that is down costs an end by a signal next to nothing, and what is lost is told', async () => {
  const [port] = await freePorts(1);
  const service = start(`for (let i = 0; i < 10; i++) span('lost'); ready(); for (;;);`, { endpoint: `http://127.0.0.1:${port}` });
  await service.printed('ready');
  const sent = performance.now();
  service.kill('SIGTERM');
  const { signal, stderr } = await service.ended;
  const millis = performance.now() - sent;
  assert.equal(signal, 'SIGTERM');
  assert.ok(millis < CHEAP_MILLIS, `the end took ${millis} ms`);
  assert.equal(
    stderr,
    '[OBS_SPANS_LOST] observability-ts: 10 of 10 spans were lost: 10 were not delivered before the process ended (does the collector run? OBS_EXIT_TIMEOUT sets the time)\n',
  );
});

test('the log level silences what a signal loses', async () => {
  const [port] = await freePorts(1);
  const service = start(`span('lost'); ready(); for (;;);`, { endpoint: `http://127.0.0.1:${port}`, env: { OTEL_LOG_LEVEL: 'none' } });
  await service.printed('ready');
  service.kill('SIGTERM');
  assert.equal((await service.ended).stderr, '');
});

test('what ends while a signal flushes is not told as lost', async () => {
  const service = start(`const busy = () => { for (let i = 0; i < 20; i++) span('busy'); setImmediate(busy); }; busy(); ready();`, {
    endpoint: sink.endpoint,
  });
  await service.printed('ready');
  service.kill('SIGTERM');
  const { signal, stderr } = await service.ended;
  assert.deepEqual([signal, stderr], ['SIGTERM', '']);
  assert.ok(sink.names.includes('busy'));
});

for (const [first, second] of [
  ['SIGTERM', 'SIGTERM'],
  ['SIGINT', 'SIGINT'],
  ['SIGINT', 'SIGTERM'],
]) {
  test(`${second} after ${first} ends a flush that hangs`, async () => {
    const hanging = await startSink('hang');
    const env = { OBS_EXIT_TIMEOUT: '60000', OTEL_EXPORTER_OTLP_TIMEOUT: '60000' };
    const service = start(`span('waits'); ready(); for (;;);`, { endpoint: hanging.endpoint, env });
    await service.printed('ready');
    service.kill(first);
    await until('the flush', () => hanging.requests() > 0);
    await delay(ECHO_MILLIS + 50);
    const sent = performance.now();
    service.kill(second);
    const { code, signal } = await service.ended;
    const millis = performance.now() - sent;
    hanging.close();
    assert.deepEqual([code, signal], [null, second]);
    assert.ok(millis < CHEAP_MILLIS, `the end took ${millis} ms`);
  });
}

test('one press of Ctrl-C that comes twice is one: npm passes on what the terminal sends to both', async () => {
  const service = start(`span('came twice'); process.kill(process.pid, 'SIGINT'); process.kill(process.pid, 'SIGINT'); for (;;);`, {
    endpoint: sink.endpoint,
  });
  const { signal, stderr } = await service.ended;
  assert.deepEqual([signal, stderr], ['SIGINT', '']);
  assert.ok(sink.names.includes('came twice'));
});

test('a listener that is added while a signal flushes gets the signal', async () => {
  const hanging = await startSink('hang');
  const service = start(
    `process.once('message', () => { process.on('SIGTERM', () => process.exit(21)); console.log('listens'); });
     span('waits'); ready(); setInterval(() => {}, 1000);`,
    { endpoint: hanging.endpoint, env: { OBS_EXIT_TIMEOUT: '2000' } },
  );
  await service.printed('ready');
  service.kill('SIGTERM');
  await until('the flush', () => hanging.requests() > 0);
  service.send('go');
  const { code, stdout } = await service.ended;
  hanging.close();
  assert.match(stdout, /listens/);
  assert.equal(code, 21);
});

test('a signal that is ignored where the service is started is what it is without us', async () => {
  // Node takes the default back when it starts. What is ignored after that stays ignored: tests/signals.rs.
  const under = ['sh', '-c', `trap '' TERM; exec "$@"`, 'sh'];
  const [traced, untraced] = await both(`span('ignored by the shell'); ready(); setInterval(() => {}, 1000);`, ({ kill }) => kill('SIGTERM'), {
    under,
  });
  assert.deepEqual([traced.code, traced.signal], [untraced.code, untraced.signal]);
  assert.ok(sink.names.includes('ignored by the shell'));
});

/** Runs its arguments at a terminal of their own, and prints the state of that and how they ended. Ctrl-C is for the shell, too: it is to survive it. */
const AT_A_TERMINAL = [
  'sh',
  '-c',
  `for last; do :; done; NODE=$1 PROGRAM=$last exec script -qc 'trap : INT; stty -g; "$NODE" --input-type=module --eval "$PROGRAM"; printf "\\nended with %s\\n" $?; stty -g' /dev/null`,
  'sh',
];

const TERMINALS = {
  'Ctrl-C at a terminal': { source: `ready(); setInterval(() => {}, 1000);`, act: ({ type }) => type('\x03'), status: 130 },
  'Ctrl-C at a terminal in an endless loop': { source: `ready(); for (;;);`, act: ({ type }) => type('\x03'), status: 130 },
  'SIGTERM at a terminal in raw mode': {
    source: `process.stdin.setRawMode(true); console.log('raw'); process.kill(process.pid, 'SIGTERM'); for (;;);`,
    act: () => {},
    ready: 'raw',
    status: 143,
  },
};

for (const [title, { source, act, ready = 'ready', status }] of Object.entries(TERMINALS)) {
  test(`${title}: the terminal is as it was`, async () => {
    const [traced, untraced] = await Promise.all(
      [{ endpoint: sink.endpoint }, { untraced: true }].map(async (tracing) => {
        const service = start(`span(${JSON.stringify(title)}); ${source}`, { under: AT_A_TERMINAL, ...tracing });
        await service.printed(ready);
        act(service);
        return service.ended;
      }),
    );
    assert.equal(traced.stdout, untraced.stdout);
    const [before, ...lines] = traced.stdout.trimEnd().split('\r\n');
    assert.deepEqual(lines.slice(-2), [`ended with ${status}`, before]);
    assert.ok(sink.names.includes(title));
  });
}

/** Starts a program as process 1 of a namespace; `pid` is what it is outside. */
async function startFirst(program, options) {
  const service = start(program, { under: FIRST_PROCESS, ...options });
  await service.printed('ready 1');
  const [pid] = childrenOf(service.pid);
  return { ...service, pid, kill: (signal) => process.kill(pid, signal) };
}

const SURVIVES = `process.on('message', (name) => { span(name); console.log('got ' + name); }); console.log('ready ' + process.pid);`;

test('process 1 of a container survives its signal, and each one flushes', { skip: firstProcessMissing }, async () => {
  const untraced = await startFirst(SURVIVES, { untraced: true });
  untraced.kill('SIGTERM');
  const service = await startFirst(SURVIVES, { endpoint: sink.endpoint, env: { OTEL_BSP_SCHEDULE_DELAY: '60000' } });
  for (const name of ['one', 'two', 'three']) {
    service.send(name);
    await service.printed(`got ${name}`);
    service.kill(name === 'two' ? 'SIGINT' : 'SIGTERM');
    await sink.waitFor(name);
    await until('the thread to wait for the next signal', () =>
      threadsNamed(/^obs-signals/, service.pid).some((id) => waitsForPipe(id, service.pid)),
    );
  }
  untraced.send('still there');
  await untraced.printed('got still there');
  service.send('still there');
  await service.printed('got still there');
  for (const each of [service, untraced]) each.kill('SIGKILL');
  assert.deepEqual(codesIn((await service.ended).stderr), []);
  await untraced.ended;
});

test('process 1 of a container that survives its signal traces on', { skip: firstProcessMissing }, async () => {
  const busy = await startSink('busy');
  const service = await startFirst(`span('before the signal'); ${SURVIVES}`, { endpoint: busy.endpoint, env: { OTEL_BSP_SCHEDULE_DELAY: '50' } });
  service.kill('SIGTERM');
  await until('the flush', () => busy.requests() > 0);
  busy.mood = 'accept';
  service.send('after the signal');
  await busy.waitFor('after the signal');
  await busy.waitFor('before the signal');
  service.kill('SIGKILL');
  await service.ended;
  busy.close();
});
