/** Tracing that is started in code: libraries loaded before it, after it, and used before it; those that are turned off; and the same beside others' hooks. */
import assert from 'node:assert/strict';
import * as nodeModule from 'node:module';
import { describe, test } from 'node:test';
import { runProgram } from '../parts/program.mjs';
import { asOfWork, spansOfWork } from './programs/work.mjs';
import { serversMissing, useServers } from './support.mjs';

const program = (name) => new URL(`programs/${name}`, import.meta.url);

/** A module, as `--import` takes it, that registers hooks of loading, in the ways that Node has. */
const dataUrl = (source) => `data:text/javascript,${encodeURIComponent(source)}`;
const passing =
  'export const load = (url, context, next) => next(url, context); export const resolve = (name, context, next) => next(name, context);';
const HOOKS = {
  "import-in-the-middle's, as OpenTelemetry registers them": `import { register } from 'node:module'; register('@opentelemetry/instrumentation/hook.mjs', ${JSON.stringify(import.meta.url)});`,
  "a loader's in a thread": `import { register } from 'node:module'; register(${JSON.stringify(dataUrl(passing))});`,
  ...('registerHooks' in nodeModule && {
    "a loader's in this thread": `import { registerHooks } from 'node:module'; ${passing.replaceAll('export ', '')} registerHooks({ load, resolve });`,
  }),
};

describe('tracing started in code', { skip: serversMissing }, () => {
  const servers = useServers();
  let count = 0;
  const run = async (name, more, options) => {
    const input = servers.input(`q${++count}`, more);
    return { name: input.name, ...(await runProgram(program(name), input, options)).answer };
  };

  for (const order of ['loaded before', 'loaded after']) {
    test(`libraries ${order} it`, async () => {
      const { name, spans, warnings } = await run('in-code.mjs', { order });
      assert.deepEqual(asOfWork(spans), spansOfWork(name));
      assert.deepEqual(warnings, []);
    });
  }

  for (const [whose, source] of Object.entries(HOOKS)) {
    test(`beside hooks of loading: ${whose}`, async () => {
      const { name, spans, warnings } = await run('in-code.mjs', {}, { flags: ['--import', dataUrl(source)] });
      assert.deepEqual(asOfWork(spans), spansOfWork(name));
      assert.deepEqual(warnings, []);
    });
  }

  test('libraries that were used before it: what can be is traced, and one warning names the one that was busy', async () => {
    const { name, spans, warnings, handled, confirmed } = await run('used.mjs');
    assert.deepEqual([handled, confirmed], [3, 1]);
    assert.deepEqual(asOfWork(spans), [
      `consume ${name} < publish ${name}`,
      `insert ${name} < none`,
      ...Array(4).fill(`publish ${name} < none`),
      `send ${name} < none`,
    ]);
    assert.deepEqual(
      warnings.map(({ code }) => code),
      ['OBS_LOADED_BEFORE'],
    );
    assert.match(warnings[0].message, /^amqplib was loaded before tracing started and used.*--import @manifest-cyber\/observability-ts\/register/);
  });

  for (const order of ['given', 'before', 'after']) {
    test(`OpenTelemetry's instrumentations, ${order === 'given' ? 'given to it' : `made by hand ${order} it`}, make the only spans`, async () => {
      const { spans, warnings } = await run('published.mjs', { order });
      const counts = {};
      for (const { scope } of spans) counts[scope] = (counts[scope] ?? 0) + 1;
      // Four messages that were sent and handled; a queue made, a message sent, received and deleted; a document, and the end of a session.
      assert.deepEqual(counts, {
        '@opentelemetry/instrumentation-amqplib': 8,
        '@opentelemetry/instrumentation-aws-sdk': 4,
        '@opentelemetry/instrumentation-mongodb': 2,
      });
      assert.deepEqual(warnings, []);
    });
  }

  test('what is given to a call of ours is told to be traced by OpenTelemetry already', async () => {
    const { warnings } = await run('published.mjs', { order: 'after', explicit: true });
    assert.deepEqual(warnings.map(({ code }) => code).sort(), ['OBS_AMQP_TRACED_ALREADY', 'OBS_SQS_TRACED_ALREADY']);
  });

  test('an object that is traced by itself is traced once, also where it is given to a call of ours', async () => {
    const { name, spans, warnings, same, texts } = await run('explicit.mjs');
    assert.deepEqual(asOfWork(spans), [`insert ${name} < none`, `publish ${name} < none`, `send ${name} < none`]);
    assert.deepEqual([same, texts.length, warnings], [[true, true, true], 1, []]);
  });

  for (const [libraries, traced] of [
    [false, []],
    [{ amqplib: false }, ['sqs', 'mongodb']],
    [{ sqs: false }, ['amqplib', 'mongodb']],
    [{ mongodb: false }, ['amqplib', 'sqs']],
  ]) {
    test(`libraries: ${JSON.stringify(libraries)}`, async () => {
      const { name, spans, warnings } = await run('in-code.mjs', { libraries });
      assert.deepEqual(asOfWork(spans), spansOfWork(name, traced));
      assert.deepEqual(warnings, []);
    });
  }
});
