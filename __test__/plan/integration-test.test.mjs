/**
 * The plan's integration test as printed, with a real Express service and real supertest. The service and the job in it are the plan's samples, too; the queue is
 * one in memory, which passes JSON on and no context, since the job's loop was started outside of every request.
 */
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { parseTraceparent, tracingMiddleware } from '@manifest-cyber/observability-ts';
import { OtelLogger } from '@manifest-cyber/observability-ts/logging';
import { createTestTracing } from '@manifest-cyber/observability-ts/testing';
import { expect } from 'expect';
import express from 'express';
import request from 'supertest';
import { until } from '../../scripts/parts/until.mjs';
import { pinoBase } from '../logging/bases.mjs';
import { runSample } from './sample.mjs';

const tracing = createTestTracing();
const api = pinoBase();
const job = pinoBase();
const sbomData = { userId: 'u1', organizationId: 'o1', components: [] };

const sent = [];
const received = [];
const messageClient = { send: async (_queue, message) => sent.push(JSON.stringify(message)) };
const queueClient = { receiveMessage: () => until('a message', () => received[0]) };

const app = express();
app.use(tracingMiddleware(), express.json());
app.post('/api/sboms/upload', async (request, response) => {
  const { userId, organizationId } = request.body;
  const ingress = { OtelLogger, baseLogger: api.logger, userId, organizationId };
  const { logger } = await runSample('api-ingress', ingress, { results: ['logger'] });
  await runSample('api-egress', { logger, messageClient, sbomId: 's1', organizationId });
  response.status(202).json({ sbomId: 's1' });
});

const ended = new AbortController();
async function runJob() {
  while (!ended.signal.aborted) {
    await delay(5);
    for (const text of sent.splice(0)) {
      const message = JSON.parse(text);
      const { logger } = await runSample('job-ingress', { message, baseLogger: job.logger }, { results: ['logger'] });
      await logger.withSpan('job.process.sbom', () => logger.info('Processing SBOM'));
      received.push(message);
    }
  }
}

let running;
before(() => {
  running = runJob();
});
after(async () => {
  ended.abort();
  await running;
  await tracing.shutdown();
});

const extractSpanId = (traceparent) => parseTraceparent(traceparent).spanId;
const getSpansForTrace = async (traceparent) => {
  const { traceId } = parseTraceparent(traceparent);
  return tracing.getFinishedSpans().filter((span) => span.spanContext().traceId === traceId);
};

const names = { describe, it, expect, request, app, sbomData, queueClient, getSpansForTrace, extractSpanId };
await runSample('integration-test', names);

it('the log lines of the service and of the job carry the ids of their spans', () => {
  const spans = tracing.getFinishedSpans();
  const server = spans.find(({ name }) => name === 'POST /api/sboms/upload').spanContext();
  const work = spans.find(({ name }) => name === 'job.process.sbom').spanContext();
  const [upload] = api.lines();
  const [processing] = job.lines();
  expect(upload.fields).toMatchObject({ trace_id: server.traceId, span_id: server.spanId, userId: 'u1', organizationId: 'o1' });
  expect(processing.fields).toEqual({ trace_id: server.traceId, span_id: work.spanId, parent_id: server.spanId });
});
