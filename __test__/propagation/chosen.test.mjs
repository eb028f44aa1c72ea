/** Which formats are spoken: the option, the variable, and what each of them makes of a decision that is left to us. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../lifecycle/parts/service.mjs';

const FIELDS = `
import { createRequire } from 'node:module';
const { propagation } = createRequire(process.cwd() + '/')('@opentelemetry/api');
const fields = () => console.log(JSON.stringify(propagation.fields()));
`;

async function answer(source, env) {
  const { code, stdout, stderr } = await run(FIELDS + source, { init: false, env: { OTEL_TRACES_EXPORTER: 'none', ...env } });
  assert.equal(code, 0, stderr);
  return { value: JSON.parse(stdout), stderr };
}

const B3 = ['b3', 'x-b3-traceid', 'x-b3-spanid', 'x-b3-parentspanid', 'x-b3-sampled', 'x-b3-flags'];
const rows = [
  [{}, '{}', ['traceparent', 'tracestate', 'baggage']],
  [{ OTEL_PROPAGATORS: 'xray,b3' }, '{}', ['x-amzn-trace-id', ...B3]],
  [{ OTEL_PROPAGATORS: 'none' }, '{}', []],
  [{ OTEL_PROPAGATORS: 'xray' }, "{ propagators: ['b3multi', 'baggage'] }", [...B3, 'baggage']],
];
for (const [env, options, fields] of rows) {
  test(`${JSON.stringify(env)} and ${options}`, async () => {
    const { value, stderr } = await answer(`const tracing = await initTracing(${options}); fields(); await tracing.shutdown();`, env);
    assert.deepEqual(value, fields);
    assert.equal(stderr, '');
  });
}

test('a word that is no format is told once', async () => {
  const { value, stderr } = await answer('const tracing = await initTracing(); fields(); await tracing.shutdown();', {
    OTEL_PROPAGATORS: 'jaeger,b3',
  });
  assert.deepEqual(value, B3);
  assert.match(stderr, /OBS_VALUE_UNKNOWN.*jaeger.*xray, datadog, b3, b3multi/);
});

test('a decision that is left to us is taken by our sampler, and others are not', async () => {
  const source = `
    const tracing = await initTracing({ propagators: ['b3'], sampling: { rate: 0 } });
    const isSampled = (state) => {
      const parent = observability.extractTraceContext({ b3: '80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1' + state });
      return observability.getTracer().startSpan('x', {}, parent).isRecording();
    };
    console.log(JSON.stringify(['', '-1', '-0', '-d'].map(isSampled)));
    await tracing.shutdown();`;
  assert.deepEqual((await answer(source, {})).value, [false, true, false, true]);
});
