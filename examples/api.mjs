/** An Express API: takes an SBOM, keeps it, hands the work to a queue. `traceparent` in its responses says where to find the trace. */
import { initTracing, injectTraceContext, tracingMiddleware, withSpan } from '@manifest-cyber/observability-ts';
import { SpanKind } from '@opentelemetry/api';
import express from 'express';
import { log } from './log.mjs';
import { connectQueue } from './queue.mjs';

// Where to: OTEL_EXPORTER_OTLP_ENDPOINT, else a collector on this machine.
await initTracing({ serviceName: 'manifest-api', environment: 'demo' });

const QUEUE = 'sbom-process-queue';
const queue = await connectQueue(process.env.QUEUE_PORT);
const sboms = new Map();

const app = express();
app.use(tracingMiddleware());
app.use(express.json());

app.get('/health', (_request, response) => {
  response.json({ status: 'ok' });
});

app.post('/api/sboms/upload', async (request, response) => {
  const sbomId = await withSpan('sbom.store', async (span) => {
    const id = `sbom-${sboms.size + 1}`;
    span.setAttribute('sbom.id', id);
    sboms.set(id, { state: 'uploaded', document: request.body });
    return id;
  });
  log.info(`${sbomId} stored, handing over to ${QUEUE}`);
  await publish({ sbomId, organizationId: 'acme' });
  response.status(202).json({ sbomId });
});

app.get('/api/sboms/:sbomId', (request, response) => {
  const sbom = sboms.get(request.params.sbomId);
  if (sbom) response.json(sbom);
  else response.status(404).json({ error: 'no such SBOM' });
});

app.patch('/api/sboms/:sbomId', (request, response) => {
  Object.assign(sboms.get(request.params.sbomId), request.body);
  log.info(`${request.params.sbomId} is now ${request.body.state}`);
  response.sendStatus(204);
});

/** The context of the trace travels in the message, so that the job's spans join it. */
function publish(message) {
  const attributes = { 'messaging.operation.type': 'send', 'messaging.destination.name': QUEUE };
  const send = () => queue.send(QUEUE, { ...message, traceContext: injectTraceContext({}) });
  return withSpan(`send ${QUEUE}`, send, { kind: SpanKind.PRODUCER, attributes });
}

app.listen(process.env.PORT, '127.0.0.1');
