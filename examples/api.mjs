/** An Express API: takes an SBOM, keeps it, hands the work to a queue. `traceparent` in its responses says where to find the trace. */
import { initTracing, tracingMiddleware, withSpan } from '@manifest-cyber/observability-ts';
import express from 'express';
import { logger } from './logger.mjs';
import { openQueue } from './queues/index.mjs';

// Where to: OTEL_EXPORTER_OTLP_ENDPOINT, else a collector on this machine.
await initTracing({ serviceName: 'manifest-api', environment: 'demo' });

const queue = await openQueue();
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
  logger.info(`${sbomId} stored, handing over to the job`, { sbomId });
  // The message carries the context of the trace, which is the queue's business: see queues/.
  await queue.send({ sbomId, organizationId: 'acme' });
  response.status(202).json({ sbomId });
});

app.get('/api/sboms/:sbomId', (request, response) => {
  const sbom = sboms.get(request.params.sbomId);
  if (sbom) response.json(sbom);
  else response.status(404).json({ error: 'no such SBOM' });
});

app.patch('/api/sboms/:sbomId', (request, response) => {
  const { sbomId } = request.params;
  Object.assign(sboms.get(sbomId), request.body);
  logger.info(`${sbomId} is now ${request.body.state}`, { sbomId });
  response.sendStatus(204);
});

app.listen(process.env.PORT, '127.0.0.1');
