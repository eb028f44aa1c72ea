/** What tracing does to the modules of a service: methods in place and nothing else, all of it taken back, and hands off what it does not know. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { run } from '../lifecycle/parts/service.mjs';
import { runProgram } from '../parts/program.mjs';

const program = (name) => new URL(`programs/${name}`, import.meta.url);

test('classes keep their names, their shape and their instances, and get every method back at shutdown', async () => {
  const { untraced, running, kept, same } = (await runProgram(program('places.mjs'), {})).answer;
  // An inherited method becomes the class' own.
  assert.equal(running.client.at(-1)[0], 'send');
  running.client.pop();
  assert.deepEqual(running, untraced);
  assert.deepEqual(kept, { exports: true, classes: true });
  assert.deepEqual(same, [false, true, false, true]);
});

describe('modules of another kind', () => {
  let folder;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'observability-ts-automatic-'));
    const modules = {
      'amqplib/lib/channel_model.js': `
        class Channel { open() { return 'opened'; } publish() {} consume() {} get() {} dispatchMessage() {} }
        class ConfirmChannel extends Channel { publish() {} waitForConfirms() {} }
        Object.freeze(Channel.prototype);
        module.exports = { Channel, ConfirmChannel };`,
      '@aws-sdk/client-sqs/dist-cjs/index.js': `exports.SQSClient = function () { return { send: () => 'sent' }; };`,
      'other/lib/channel_model.js': `module.exports = null;`,
      'throwing/lib/channel_model.js': `throw new Error('not today');`,
    };
    for (const [file, source] of Object.entries(modules)) {
      const path = join(folder, 'node_modules', file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, source);
    }
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const [order, code] of [
    ['before', 'OBS_LOADED_BEFORE'],
    ['after', 'OBS_LIBRARY_UNKNOWN'],
  ]) {
    test(`loaded ${order} tracing starts: one warning for each library, which works as without tracing`, async () => {
      const { warnings, results, thrown } = (await runProgram(program('unknown.cjs'), { order, folder })).answer;
      assert.deepEqual(results, ['opened', 'sent']);
      assert.equal(thrown, 'not today');
      assert.deepEqual(
        warnings.map((warning) => [warning.code, /^\S+/.exec(warning.message)[0]]),
        [
          [code, 'amqplib'],
          [code, '@aws-sdk/client-sqs'],
        ],
      );
    });
  }
});

test('nothing is loaded for a service that loads nothing', async () => {
  const { stdout, stderr } = await run(`console.log(Object.keys(require.cache).filter((path) => path.includes('node_modules')).length);`, {
    flags: ['--require', '@manifest-cyber/observability-ts/register'],
    input: 'commonjs',
    env: { OTEL_TRACES_EXPORTER: 'none' },
  });
  assert.deepEqual([stdout, stderr], ['0\n', '']);
});
