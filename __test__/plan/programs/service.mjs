/** A service that names no tracing: spans by the API alone, whose trace ids it prints. */
import { trace } from '@opentelemetry/api';

const tracer = trace.getTracer('service');
const ids = [];
for (let i = 0; i < 400; i++) {
  const span = tracer.startSpan('job.process.sbom');
  ids.push(span.spanContext().traceId);
  span.end();
}
console.log(JSON.stringify(ids));
