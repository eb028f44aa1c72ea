import { trace, context } from '@opentelemetry/api';
import { InMemorySpanExporter } from '@opentelemetry/sdk-trace-base';

describe('Tracing', () => {
let exporter: InMemorySpanExporter;

beforeEach(() => {
exporter = new InMemorySpanExporter();
// Configure test tracer with in-memory exporter
});

it('should create span with correct attributes', () => {
const span = tracer.startSpan('test.operation');
span.setAttribute('test.key', 'value');
span.end();

const spans = exporter.getFinishedSpans();
expect(spans).toHaveLength(1);
expect(spans[0].attributes['test.key']).toBe('value');
});
});
