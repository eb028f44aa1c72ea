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
  const run = (program, flags, env) =>
    runProgram(new URL(`programs/${program}`, import.meta.url), servers.input(`q${++count}`), { flags, env: receiver.env(env) });

  for (const flag of ['--import', '--require']) {
    for (const [way, program] of Object.entries(PROGRAMS)) {
      test(`${flag}, libraries loaded by ${way}`, async () => {
        const { code, stderr } = await run(program, [flag, REGISTER]);
        // The SDK has warnings of its own.
        assert.deepEqual([code, codesIn(stderr)], [0, []], stderr);
        assert.deepEqual(asOfWork(receiver.take()), spansOfWork(`q${count}`));
      });
    }
  }
});
