/** The package registers with `@opentelemetry/api` without loading it: whoever loads it, and whenever, finds tracing there. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../lifecycle/parts/service.mjs';

const REQUIRE = `
import { createRequire } from 'node:module';
const require = createRequire(process.cwd() + '/');
const loaded = () => Object.keys(require.cache).some((file) => file.includes('@opentelemetry'));
`;
const MEMORY = { OTEL_TRACES_EXPORTER: 'none' };

async function answer(source, options) {
  const { code, stdout, stderr } = await run(REQUIRE + source, { env: MEMORY, ...options });
  assert.deepEqual([code, stderr], [0, '']);
  return JSON.parse(stdout);
}

test('starting does not load the API, nor do spans, contexts and headers of our own', async () => {
  const result = await answer(`
    const carrier = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', tracestate: 'a=1', baggage: 'b=2' };
    const context = observability.extractTraceContext(carrier);
    const out = await withSpan('own', async () => observability.injectTraceContext({}, context));
    console.log(JSON.stringify([loaded(), out]));`);
  assert.deepEqual(result, [false, { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', tracestate: 'a=1', baggage: 'b=2' }]);
});

for (const [when, before, init] of [
  ['after', '', `const api = require('@opentelemetry/api'); const tracer = api.trace.getTracer('user');`],
  ['before', `const api = require('@opentelemetry/api'); const tracer = api.trace.getTracer('user');`, ''],
]) {
  test(`an API that is loaded ${when} the start finds provider, context manager and propagator`, async () => {
    const result = await answer(
      `${before}
      const tracing = await initTracing();
      ${init}
      const out = tracer.startActiveSpan('theirs', (span) => {
        const carrier = {};
        api.propagation.inject(api.context.active(), carrier);
        const inner = withSpan('ours', (own) => own.parentSpanContext?.spanId === span.spanContext().spanId);
        span.end();
        return [span.isRecording, inner, observability.getActiveSpan() === span, carrier.traceparent.slice(3, 35) === span.spanContext().traceId];
      });
      const { started } = tracing.stats();
      await tracing.shutdown();
      const after = [api.trace.getTracerProvider().getTracer('x').startSpan('late').isRecording(), api.trace.setGlobalTracerProvider({ getTracer: () => 'other' })];
      console.log(JSON.stringify([out.slice(1), started, after, api.trace.getTracer('x')]));`,
      { init: false },
    );
    assert.deepEqual(result, [[true, true, true], 2, [false, true], 'other']);
  });
}

test('a tracer that was got before the start works through every start', async () => {
  const result = await answer(
    `const api = require('@opentelemetry/api');
    const tracers = [api.trace.getTracer('theirs'), getTracer('ours')];
    const recording = () => tracers.map((tracer) => { const span = tracer.startSpan('x'); const is = span.isRecording(); span.end(); return is; });
    const seen = [recording()];
    for (let i = 0; i < 2; i++) {
      const tracing = await initTracing();
      seen.push(recording());
      await tracing.shutdown();
      seen.push(recording());
    }
    console.log(JSON.stringify(seen));`,
    { init: false },
  );
  const [yes, no] = [
    [true, true],
    [false, false],
  ];
  assert.deepEqual(result, [no, yes, no, yes, no]);
});

test('what another SDK has registered stays, and our helpers work with it', async () => {
  const { code, stdout, stderr } = await run(
    `${REQUIRE}
    const api = require('@opentelemetry/api');
    const { BasicTracerProvider } = require('@opentelemetry/sdk-trace-base');
    const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks');
    api.trace.setGlobalTracerProvider(new BasicTracerProvider());
    api.context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    const tracing = await initTracing();
    const inner = withSpan('ours', (span) => span.constructor.name + (observability.getActiveSpan() === span));
    await tracing.shutdown();
    console.log(inner, withSpan('after', (span) => span.constructor.name));`,
    { init: false, env: MEMORY },
  );
  assert.equal(code, 0);
  assert.equal(stdout, 'SpanImpltrue SpanImpl\n');
  assert.match(stderr, /OBS_GLOBAL_TAKEN_TRACER_PROVIDER/);
  assert.match(stderr, /OBS_GLOBAL_TAKEN_CONTEXT_MANAGER/);
});

test('where nothing is recorded, the context of a caller is passed on', async () => {
  const result = await answer(
    `const carrier = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
    const tracing = await initTracing();
    const context = observability.extractTraceContext(carrier);
    await tracing.shutdown();
    const passed = getTracer().startSpan('x', {}, context);
    console.log(JSON.stringify([passed.isRecording(), observability.formatTraceparent(passed.spanContext()) === carrier.traceparent]));`,
    { init: false },
  );
  assert.deepEqual(result, [false, true]);
});
