import { context } from '@opentelemetry/api';

async function processInBackground(data: any) {
// Capture current context
const currentContext = context.active();

// Run in background with context
setTimeout(() => {
context.with(currentContext, () => {
const span = tracer.startSpan('background.process');
// Process data with trace context
span.end();
});
}, 1000);
}
