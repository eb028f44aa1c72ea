/**
 * A job that works off a queue. It names no tracing set-up: it is started with `--import @manifest-cyber/observability-ts/register` and takes its
 * name and endpoint from OTEL_SERVICE_NAME and OTEL_EXPORTER_OTLP_ENDPOINT.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { extractTraceContext, setSpanAttributes, withSpan } from '@manifest-cyber/observability-ts';
import { context, SpanKind } from '@opentelemetry/api';
import { log } from './log.mjs';
import { connectQueue } from './queue.mjs';

const QUEUE = 'sbom-process-queue';
const API = `http://127.0.0.1:${process.env.PORT}/api`;

const queue = await connectQueue(process.env.QUEUE_PORT);
queue.receive(QUEUE, (message) => {
  const attributes = { 'messaging.operation.type': 'process', 'messaging.destination.name': QUEUE, 'sbom.id': message.body.sbomId };
  const process = () => withSpan('job.process.sbom', () => processSbom(message), { kind: SpanKind.CONSUMER, attributes });
  // The span becomes a child of the one that sent the message.
  return context.with(extractTraceContext(message.body.traceContext), process);
});

/** What is thrown here is recorded on the span, and gives the message back to the queue. */
async function processSbom({ attempt, body: { sbomId } }) {
  if (attempt > 1) log.warn(`attempt ${attempt} with ${sbomId}`);
  const { document } = await (await fetch(`${API}/sboms/${sbomId}`)).json();
  const components = await withSpan('sbom.parse', () => parse(document));
  const found = await withSpan('vulnerabilities.match', () => match(components));
  log.info(`${components.length} components, ${found} vulnerabilities`);
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
