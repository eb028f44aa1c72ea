/** Span processors: any object with OpenTelemetry's interface, called in order, never in the way of the service. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runProgram } from '../parts/program.mjs';

const run = (scenario) => runProgram(new URL('./programs/processors.mjs', import.meta.url), { scenario });

test('processors are called in their order, start before end', async () => {
  const { calls } = (await run('order')).answer;
  assert.deepEqual(calls, ['first onStart span', 'second onStart span', 'first onEnding span', 'first onEnd span', 'second onEnd span']);
});

test('onStart gets a span that can be written, and the parent context', async () => {
  const { sent, parents } = (await run('onStart')).answer;
  assert.deepEqual(sent, [{ name: 'renamed', attributes: { given: '1', added: 'by the processor' } }]);
  assert.deepEqual(parents, ['00f067aa0ba902b7']);
});

test('onEnding gets a span that can still be written, onEnd one that can not', async () => {
  const { sent, ended } = (await run('onEnding')).answer;
  assert.deepEqual(sent, [{ name: 'span', attributes: { ending: 'yes' } }]);
  assert.deepEqual(ended, { recording: false, ended: true, hasDuration: true });
});

test('a processor that throws everywhere takes nothing away', async () => {
  const { stderr, answer } = await run('throws');
  assert.deepEqual(answer.sent, [{ name: 'span', attributes: {} }]);
  assert.deepEqual(answer.flushed, [true, true]);
  assert.deepEqual(answer.others, ['onStart', 'onEnd', 'forceFlush', 'shutdown']);
  assert.equal(stderr.match(/OBS_PROCESSOR_THREW/g).length, 1);
});

test('a processor that rejects takes nothing away', async () => {
  const { stderr, answer } = await run('rejects');
  assert.deepEqual(answer.flushed, [true, true]);
  assert.equal(stderr.match(/OBS_PROCESSOR_THREW/g).length, 1);
});

test('forceFlush and shutdown reach the processors, shutdown once', async () => {
  const { calls } = (await run('flush')).answer;
  assert.deepEqual(calls, ['forceFlush', 'forceFlush', 'shutdown']);
});

test('a processor whose promises are never settled keeps neither a flush, nor a shutdown, nor the next start', async () => {
  const { flushed, sent, startsAnew, tookMillis } = (await run('hangs')).answer;
  assert.deepEqual([flushed, startsAnew], [[false, false, false], true]);
  assert.deepEqual(sent, [{ name: 'span', attributes: {} }]);
  assert.ok(tookMillis >= 500 && tookMillis < 5_000, `${tookMillis} ms`);
});

test('a processor that is done in time is waited for, and not for longer', async () => {
  const began = performance.now();
  const { flushed, sent } = (await run('slow')).answer;
  assert.deepEqual([flushed, sent.length], [[true, true], 1]);
  assert.ok(performance.now() - began < 30_000, 'no timer keeps the process');
});

test('a processor that ends the span while it ends does not end it twice', async () => {
  const { sent, ends } = (await run('endsAgain')).answer;
  assert.deepEqual([sent.length, ends], [1, 1]);
});

test('spans that are not sampled reach no processor', async () => {
  const { calls, sent } = (await run('unsampled')).answer;
  assert.deepEqual([calls, sent], [[], []]);
});

test("what processors edit is edited for those after them and for the export, as in OpenTelemetry's SDK", async () => {
  const { exported, next, expected } = (await run('edits')).answer;
  assert.deepEqual(expected.attributes, { 'user.email': '***', kept: 2, 'at.start': 1, later: 'set, and edited', 'at.ending': true });
  assert.deepEqual(next, expected);
  assert.deepEqual(exported, expected);
});

test('attributes may be replaced as a whole', async () => {
  const { sent, seen } = (await run('replaced')).answer;
  assert.deepEqual([sent, seen], [[{ name: 'span', attributes: { all: 'new' } }], [{ all: 'new' }]]);
});

test('what a processor puts in is checked and limited as whatever else', async () => {
  const { stderr, answer } = await run('editsBadly');
  assert.deepEqual(answer, [[{ a: 'longer t', list: ['longer t'], more: 1 }, 1]]);
  assert.equal(stderr.match(/OBS_ATTRIBUTE_VALUE_INVALID/g).length, 1);
  assert.equal(stderr.match(/OBS_PROCESSOR_THREW/g).length, 1);
});

test('what a processor has frozen stays as it is, and nothing throws', async () => {
  assert.deepEqual((await run('freezes')).answer, [[{ a: 1 }, 1, ['event']]]);
});

test('a span that is read all the time keeps and drops what any other does', async () => {
  const [read, unread] = (await run('limits')).answer;
  assert.deepEqual(read, unread);
  assert.deepEqual([read.attributes, read.droppedAttributesCount, read.events], [{ a: 5, b1: 1 }, 3, ['event 3', 'event 4']]);
});

test("OpenTelemetry's own processors work", async () => {
  const { simple, batch } = (await run('published')).answer;
  const expected = [{ name: 'span', attributes: { a: 1 }, traceparent: true, scope: { name: 'test', version: '2' }, resource: 'sender' }];
  assert.deepEqual([simple, batch], [expected, expected]);
});

test('what is no processor is left out with one warning', async () => {
  const { stderr, answer } = await run('invalid');
  assert.deepEqual(answer.sent, [{ name: 'span', attributes: {} }]);
  assert.equal(stderr.match(/OBS_PROCESSOR_INVALID/g).length, 1);
});
