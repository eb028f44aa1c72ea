/** The headers that are looked for are those of the propagator that is there when a request comes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tracingMiddleware } from '@manifest-cyber/observability-ts';
import express from 'express';
import { get, parentId, SPAN_ID, serve, serverSpans, TRACE_ID, traced } from './support.mjs';

test('a middleware that met a request before tracing began extracts the format that is chosen later', async (t) => {
  const app = express().use(tracingMiddleware(), (_request, response) => response.end());
  const port = await serve(t, app);
  await get(port);
  const tracing = await traced(t, false, { propagators: ['b3'] });
  await get(port, '/', { b3: `${TRACE_ID}-${SPAN_ID}-1` });
  const [span] = await serverSpans(tracing);
  assert.equal(span.spanContext().traceId, TRACE_ID);
  assert.equal(parentId(span), SPAN_ID);
});
