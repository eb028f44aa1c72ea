// web-app/src/api/client.ts
import { trace, context } from '@opentelemetry/api';

const span = tracer.startSpan('http.request', {
attributes: {
'http.method': 'POST',
'http.url': '/api/sboms/upload',
}
});

context.with(trace.setSpan(context.active(), span), () => {
axios.post('/api/sboms/upload', data, {
headers: {
// traceparent: Auto-injected by OTEL instrumentation
}
});
});
