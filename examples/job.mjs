/**
 * A job that works off a queue. It names no tracing set-up: it is started with `--import @manifest-cyber/observability-ts/register` and takes its
 * name and endpoint from OTEL_SERVICE_NAME and OTEL_EXPORTER_OTLP_ENDPOINT.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { setSpanAttributes, withSpan } from '@manifest-cyber/observability-ts';
import { logger } from './logger.mjs';
import { openQueue } from './queues/index.mjs';

const API = `http://127.0.0.1:${process.env.PORT}/api`;

const queue = await openQueue();
// Called inside the message's span, which is a child of the one that sent it. What is thrown gives the message back.
await queue.receive(({ sbomId }, attempt) => {
  if (attempt > 1) logger.warn(`attempt ${attempt} with ${sbomId}`, { sbomId, attempt });
  return withSpan('job.process.sbom', () => processSbom(sbomId), { attributes: { 'sbom.id': sbomId } });
});

// A deployment ends a job so: it finishes the message that it is at, and then nothing keeps it.
process.once('SIGTERM', () => queue.close());

async function processSbom(sbomId) {
  const { document } = await (await fetch(`${API}/sboms/${sbomId}`)).json();
  const components = await withSpan('sbom.parse', () => parse(document));
  const found = await withSpan('vulnerabilities.match', () => match(components));
  logger.info(`${components.length} components, ${found} vulnerabilities`, { sbomId });
  const headers = { 'content-type': 'application/json' };
  await fetch(`${API}/sboms/${sbomId}`, { method: 'PATCH', headers, body: JSON.stringify({ state: 'processed' }) });
}

async function parse(document) {
  await pause(8);
  if (!Array.isArray(document.components)) throw new TypeError(`${document.name}: the list of components is missing`);
  setSpanAttributes({ 'sbom.format': document.bomFormat, 'sbom.components': document.components.length });
  return document.components;
}

async function match(components) {
  await pause(15);
  return components.filter((component) => component.version.startsWith('0.')).length;
}
