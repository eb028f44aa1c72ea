/** What programs of this folder print: the spans of their tracing, and the warnings since they began. */
const warnings = [];
process.on('warning', ({ code, message }) => {
  if (code?.startsWith('OBS_')) warnings.push({ code, message });
});

/** Prints it, with whatever else the test looks at. */
export async function report(tracing, more) {
  // Warnings are told in the next turn.
  await new Promise((resolve) => setImmediate(resolve));
  const spans = tracing.getFinishedSpans().map((span) => ({
    name: span.name,
    id: span.spanContext().spanId,
    parent: span.parentSpanContext?.spanId,
    scope: span.instrumentationScope.name,
  }));
  console.log(JSON.stringify({ spans, warnings, ...more }));
}
