/** The plan's samples for services and jobs, one by one. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterEach, beforeEach, test } from 'node:test';
import { formatTraceparent, initTracing, parseTraceparent, withSpan } from '@manifest-cyber/observability-ts';
import { createLoggerWithMessageTrace, OtelLogger, TraceContext } from '@manifest-cyber/observability-ts/logging';
import { createTestTracing } from '@manifest-cyber/observability-ts/testing';
import { ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import axios from 'axios';
import { until } from '../../scripts/parts/until.mjs';
import { pinoBase } from '../logging/bases.mjs';
import { runSample } from './sample.mjs';

const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const MESSAGE_IDS = { trace_id: TRACEPARENT.slice(3, 35), span_id: TRACEPARENT.slice(36, 52) };

let tracing;
let tracer;
let base;
beforeEach(() => {
  tracing = createTestTracing();
  ({ tracer } = tracing);
  base = pinoBase();
});
afterEach(() => tracing.shutdown());

test('web app: the request that axios makes inside the span carries its trace', async () => {
  const server = createServer((request, response) => response.end(request.headers.traceparent)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = axios.create({ baseURL: `http://127.0.0.1:${server.address().port}` });
  let answer;
  const capturing = { post: (...args) => (answer = client.post(...args)) };
  const { span } = await runSample('web-app', { tracer, axios: capturing, data: { name: 'sbom' } }, { results: ['span'] });
  const sent = parseTraceparent((await answer).data);
  span.end();
  await until('the spans of the request', () => tracing.getFinishedSpans().length === 3);
  server.closeAllConnections();
  server.close();
  const request = tracing.getFinishedSpans().find(({ name }) => name === 'http.request');
  const post = tracing.getFinishedSpans().find((one) => one.spanContext().spanId === sent.spanId);
  assert.deepEqual(request.attributes, { 'http.method': 'POST', 'http.url': '/api/sboms/upload' });
  assert.equal(sent.traceId, request.spanContext().traceId);
  assert.equal(post.parentSpanContext.spanId, request.spanContext().spanId);
});

test('API, ingress: the logger carries the ids of the active span', async () => {
  const names = { OtelLogger, baseLogger: base.logger, userId: 'u1', organizationId: 'o1' };
  await withSpan('POST /api/sboms/upload', () => runSample('api-ingress', names));
  const { traceId, spanId } = tracing.getFinishedSpans()[0].spanContext();
  const fields = { trace_id: traceId, span_id: spanId, userId: 'u1', organizationId: 'o1' };
  assert.deepEqual(base.lines(), [{ level: 'info', message: 'Processing SBOM upload', fields }]);
});

test('API, egress: the message carries the context of the active span', async () => {
  const sent = [];
  const messageClient = { send: async (queue, message) => sent.push([queue, message]) };
  const logger = OtelLogger.create(base.logger, { autoTrace: true });
  await withSpan('POST', () => runSample('api-egress', { logger, messageClient, sbomId: 's1', organizationId: 'o1' }));
  const traceparent = formatTraceparent(tracing.getFinishedSpans()[0].spanContext());
  assert.deepEqual(sent, [['sbom-process-queue', { sbomId: 's1', organizationId: 'o1', traceContext: { traceparent } }]]);
});

test('job, ingress: the logger is in the trace of the message', async () => {
  const message = { sbomId: 's1', traceContext: { traceparent: TRACEPARENT } };
  const { logger } = await runSample('job-ingress', { message, baseLogger: base.logger }, { results: ['logger'] });
  logger.info('Processing SBOM');
  assert.deepEqual(base.lines()[0].fields, MESSAGE_IDS);
});

test('cron job: the logger is at the place that was made for it', async () => {
  const { logger, traceContext } = await runSample('cron', { OtelLogger, baseLogger: base.logger }, { results: ['logger', 'traceContext'] });
  assert.ok(traceContext instanceof TraceContext);
  logger.info('Matching');
  assert.deepEqual(base.lines()[0].fields, { trace_id: traceContext.trace_id, span_id: traceContext.span_id });
  // What the job does can be in the same trace.
  await logger.withSpan('match', () => {});
  const [match] = tracing.getFinishedSpans();
  assert.deepEqual([match.spanContext().traceId, match.parentSpanContext.spanId], [traceContext.trace_id, traceContext.span_id]);
});

test('SQS producer: a job reads the context back from the attributes', async () => {
  let sent;
  const sqs = { sendMessage: async (input) => (sent = input) };
  await runSample('sqs-producer', { sqs, queueUrl: 'http://127.0.0.1/queue', payload: { sbomId: 's1' }, traceparent: TRACEPARENT });
  const logger = createLoggerWithMessageTrace({ Body: sent.MessageBody, MessageAttributes: sent.MessageAttributes }, base.logger);
  logger.info('Processing SBOM');
  assert.deepEqual(base.lines()[0].fields, MESSAGE_IDS);
  logger.withSpan('job', (span) => assert.equal(span.spanContext().traceState.serialize(), 'key1=value1,key2=value2'));
});

test('RabbitMQ producer: a job reads the context back from the headers', async () => {
  let sent;
  const channel = { sendToQueue: async (queue, content, properties) => (sent = { queue, content, properties }) };
  await runSample('rabbitmq-producer', { channel, queueName: 'sboms', payload: { sbomId: 's1' }, traceparent: TRACEPARENT });
  const logger = createLoggerWithMessageTrace(sent, base.logger);
  logger.info('Processing SBOM');
  assert.deepEqual(base.lines()[0].fields, MESSAGE_IDS);
  logger.withSpan('job', (span) => assert.equal(span.spanContext().traceState.serialize(), 'key1=value1,key2=value2'));
});

for (const [ENV, rate] of [
  ['production', 0.1],
  ['development', 1],
]) {
  test(`sampling in ${ENV}: ours decides as the sampler of the plan does`, async () => {
    await tracing.shutdown();
    const { sampler } = await runSample('sampling', { process: { env: { ENV } } }, { results: ['sampler'] });
    const running = await initTracing({ sampling: { rate }, exporter: { type: 'none' }, http: false });
    const own = running.provider.getTracer('test');
    let kept = 0;
    for (let i = 0; i < 2_000; i++) {
      const span = own.startSpan('root', { root: true });
      const { decision } = sampler.shouldSample(ROOT_CONTEXT, span.spanContext().traceId, 'root', 0, {}, []);
      assert.equal(span.isRecording(), decision !== 0);
      if (span.isRecording()) kept++;
      span.end();
    }
    await running.shutdown();
    assert.ok(rate === 1 ? kept === 2_000 : kept > 120 && kept < 290, `${kept} of 2,000`);
  });
}

test('span names: spans of both kinds are recorded as they are made', async () => {
  const started = [];
  const keeping = { startSpan: (...args) => started[started.push(tracer.startSpan(...args)) - 1] };
  await runSample('span-names', { tracer: keeping });
  for (const span of started) span.end();
  assert.deepEqual(
    tracing.getFinishedSpans().map(({ name, attributes }) => [name, attributes]),
    [
      ['http.client.request', { 'http.method': 'POST', 'http.url': '/api/users', 'http.status_code': 200 }],
      ['API Call', { url: '/api/users' }],
    ],
  );
});

test('error handling: success and failure are the status of the span', async () => {
  const run = (processData) => runSample('errors', { span: tracer.startSpan('job'), SpanStatusCode, processData });
  await run(async () => {});
  const error = new TypeError('no such SBOM');
  await assert.rejects(
    run(async () => {
      throw error;
    }),
    (thrown) => thrown === error,
  );
  const [good, bad] = tracing.getFinishedSpans();
  assert.deepEqual([good.status, good.events], [{ code: SpanStatusCode.OK }, []]);
  assert.deepEqual(bad.status, { code: SpanStatusCode.ERROR, message: 'no such SBOM' });
  assert.equal(bad.events[0].attributes['exception.type'], 'TypeError');
});

test('cardinality: attributes are taken as they are set', async () => {
  const span = tracer.startSpan('request');
  await runSample('cardinality', { span, body: { a: 1 } });
  span.end();
  assert.deepEqual(tracing.getFinishedSpans()[0].attributes, {
    'http.status_code': 200,
    'user.role': 'admin',
    'user.id': 'user-12345-abcde-...',
    'request.body': '{"a":1}',
  });
});

test('work in the background: its span is a child of what was active when it was put off', async () => {
  // The second that the sample waits is none here.
  const names = { tracer, setTimeout: (work) => setTimeout(work, 1) };
  const { processInBackground } = await runSample('background', names, { results: ['processInBackground'] });
  const parent = tracer.startSpan('request');
  await tracing.tracer.startActiveSpan('request', {}, trace.setSpan(ROOT_CONTEXT, parent), async (request) => {
    await processInBackground({});
    request.end();
  });
  await until('the span in the background', () => tracing.getFinishedSpans().length === 2);
  const [request, background] = tracing.getFinishedSpans();
  assert.deepEqual([background.name, background.parentSpanContext.spanId], ['background.process', request.spanContext().spanId]);
});
