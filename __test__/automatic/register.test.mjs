/** Services without a line about tracing, started with `--import` or `--require`: what they do with their libraries is traced, however they load them. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { codesIn } from '../lifecycle/parts/service.mjs';
import { runProgram } from '../parts/program.mjs';
import { asOfWork, spansOfWork } from './programs/work.mjs';
import { serversMissing, useReceiver, useServers } from './support.mjs';

const REGISTER = '@manifest-cyber/observability-ts/register';

/** How a service loads its libraries. */
const PROGRAMS = {
  'an ES module': 'esm.mjs',
  'import()': 'dynamic.mjs',
  createRequire: 'create-require.mjs',
  CommonJS: 'commonjs.cjs',
  'a worker thread': 'worker.mjs',
};

describe('register', { skip: serversMissing }, () => {
  const servers = useServers();
  const receiver = useReceiver();
  let count = 0;
  const run = (program, { flags, env, input } = {}) =>
    runProgram(new URL(`programs/${program}`, import.meta.url), servers.input(`q${++count}`, input), { flags, env: receiver.env(env) });

  for (const flag of ['--import', '--require']) {
    for (const [way, program] of Object.entries(PROGRAMS)) {
      test(`${flag}, libraries loaded by ${way}`, async () => {
        const { code, stderr } = await run(program, { flags: [flag, REGISTER] });
        // The SDK has warnings of its own.
        assert.deepEqual([code, codesIn(stderr)], [0, []], stderr);
        assert.deepEqual(asOfWork(receiver.take()), spansOfWork(`q${count}`));
      });
    }
  }

  for (const [env, libraries, http] of [
    [{ OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'fs, amqplib,mongodb' }, ['sqs'], true],
    [{ OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'aws-sdk,http' }, ['amqplib', 'mongodb'], false],
    [{ OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'mongodb, http' }, ['mongodb'], true],
    [{ OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'mongodb,amqplib', OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'amqplib' }, ['mongodb'], false],
    [{ OTEL_NODE_ENABLED_INSTRUMENTATIONS: ' , ', OTEL_NODE_DISABLED_INSTRUMENTATIONS: '' }, ['amqplib', 'sqs', 'mongodb'], true],
  ]) {
    const variables = Object.entries(env).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
    test(variables.join(' '), async () => {
      const { code, stderr } = await run('commonjs.cjs', { flags: ['--require', REGISTER], env });
      assert.deepEqual([code, codesIn(stderr)], [0, []], stderr);
      const spans = receiver.take();
      assert.deepEqual(asOfWork(spans), spansOfWork(`q${count}`, libraries));
      // The making of the queue is a command that only HTTP knows of.
      assert.equal(
        spans.some(({ name }) => name === 'POST'),
        http,
      );
    });
  }

  test('an option in code wins over the variables, for what it names', async () => {
    const options = { libraries: { amqplib: true, sqs: false }, http: { outgoing: true } };
    const env = { OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'aws-sdk' };
    const { code, stderr } = await run('initialised.mjs', { env, input: { options } });
    assert.deepEqual([code, codesIn(stderr)], [0, []], stderr);
    const spans = receiver.take();
    assert.deepEqual(asOfWork(spans), spansOfWork(`q${count}`, ['amqplib']));
    assert.ok(spans.some(({ name }) => name === 'POST'));
  });
});
