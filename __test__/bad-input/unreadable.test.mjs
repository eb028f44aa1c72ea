/** What cannot be handed on of the options is left out by its name; whatever else was given counts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runProgram } from '../parts/program.mjs';

const run = (what) => runProgram(new URL('./programs/unreadable.mjs', import.meta.url), { what });
const codesIn = (stderr) => stderr.match(/(?<=\[)OBS_\w+(?=\])/g) ?? [];

/** Options by what is wrong with them, and the names that are told. */
const unreadable = {
  bigint: 'batch.maxSpans',
  function: 'environment',
  symbol: 'serviceVersion',
  getter: 'environment',
  'getter of ours': 'http, libraries',
  'getter inside': 'sampling.rate',
  proxy: 'limits',
  circle: 'batch.itself',
};
for (const [what, names] of Object.entries(unreadable)) {
  test(`${what}: one warning names it`, async () => {
    const { stderr, answer } = await run(what);
    assert.ok(stderr.includes(`[OBS_OPTIONS_INVALID] ObservabilityWarning: options that could not be read were left out: ${names}. `), stderr);
    assert.equal(codesIn(stderr).filter((code) => code === 'OBS_OPTIONS_INVALID').length, 1);
    assert.deepEqual([answer.resource['service.name'], answer.resource.kept], ['sender', 'yes']);
  });
}

test('an object in the wrong place that leads anywhere takes bounded time', async () => {
  const { stderr, answer } = await run('web');
  assert.match(stderr, /OBS_OPTION_UNKNOWN.*logger/);
  assert.equal(answer.resource.kept, 'yes');
});

test('half a character becomes U+FFFD, in options and in the command line', async () => {
  const { stderr, answer } = await run('half a character');
  assert.deepEqual(codesIn(stderr), []);
  const { environment, note, kept, 'key \ufffd': key } = answer.resource;
  assert.deepEqual([environment, note, kept, key], ['cut \ufffd', 'cut \ufffd', 'yes', 'whole \u{1f600}']);
  const { resource } = (await run('half a character in argv')).answer;
  assert.equal(resource['process.command_args'].at(-1), 'cut \ufffd');
});

test('each value of `resource` that is no attribute is told as any other', async () => {
  const { stderr, answer } = await run('attributes');
  const named = [...stderr.matchAll(/OBS_RESOURCE_INVALID\] ObservabilityWarning: resource attribute "(\w+)"/g)].map(([, name]) => name);
  assert.deepEqual(named.sort(), ['bigint', 'circle', 'fn', 'getter', 'infinity', 'list', 'nan', 'nothing', 'symbol']);
  assert.deepEqual(new Set(codesIn(stderr)), new Set(['OBS_RESOURCE_INVALID']));
  const { kept, date, ...others } = answer.resource;
  assert.deepEqual([kept, date], ['yes', '1970-01-01T00:00:00.000Z']);
  assert.deepEqual(
    named.filter((name) => name in others),
    [],
  );
});

test('attributes and headers may be called as options of ours are', async () => {
  const { stderr, answer } = await run('names');
  const { http, libraries, instrumentations, spanProcessors } = answer.resource;
  assert.deepEqual([http, libraries, instrumentations, spanProcessors], ['a', 'b', 'c', 'd']);
  assert.deepEqual(answer.headers, ['a', 'b']);
  assert.deepEqual(codesIn(stderr), []);
});
