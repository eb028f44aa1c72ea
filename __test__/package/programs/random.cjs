// Starts tracing and tells a random trace id, and whether `node:crypto` was loaded on the way.
const { initTracing, TraceContext } = require('@manifest-cyber/observability-ts');

initTracing({ exporter: { type: 'none' }, http: false }).then((tracing) => {
  const { trace_id: traceId } = TraceContext.generateRandom();
  console.log(JSON.stringify({ traceId, crypto: process.moduleLoadList.includes('NativeModule crypto') }));
  return tracing.shutdown();
});
