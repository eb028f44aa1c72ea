/** Handlers that pass the headers on that they got: the tracestate of another trace does not go out with a traceparent of ours. */
import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';
import { context, propagation, ROOT_CONTEXT } from '@opentelemetry/api';
import * as undici from 'undici';
import { HOST, serve, TRACE_ID, TRACEPARENT, traced } from './support.mjs';

const THEIRS = { traceparent: TRACEPARENT, tracestate: 'vendor=of-another-trace' };
const SIGNED = 'AWS4-HMAC-SHA256 Credential=k/20260101/eu/s3/aws4_request, Signature=s, SignedHeaders=';

const textOf = async (response) => {
  let text = '';
  for await (const chunk of response) text += chunk;
  return JSON.parse(text);
};

/** A request by Node's own client, made of these options. */
const byHttp = (port, options) =>
  new Promise((resolve, reject) => {
    http
      .request({ host: HOST, port, agent: false, ...options }, (response) => resolve(textOf(response)))
      .on('error', reject)
      .end();
  });

/** What each client sends where it is given headers; resolves with those that arrived. */
const CLIENTS = {
  http: (port, headers) => byHttp(port, { headers }),
  'http, several values': (port, { tracestate, ...headers }) => byHttp(port, { headers: { ...headers, tracestate: [tracestate, 'b=2'] } }),
  'http, an array': (port, headers) => byHttp(port, { headers: ['Host', 'x', ...Object.entries(headers).flat()] }),
  'http, 100-continue': (port, headers) => byHttp(port, { headers: { ...headers, Expect: '100-continue' } }),
  fetch: async (port, headers) => (await fetch(`http://${HOST}:${port}`, { headers })).json(),
  undici: async (port, headers) => (await undici.request(`http://${HOST}:${port}`, { headers })).body.json(),
};

const echo = (t) => serve(t, (request, response) => response.end(JSON.stringify(request.headers)));

for (const [name, send] of Object.entries(CLIENTS)) {
  test(`a tracestate that was passed on goes with its traceparent: ${name}`, async (t) => {
    await traced(t, { incoming: false });
    const { traceparent, tracestate, 'x-mine': mine } = await send(await echo(t), { ...THEIRS, 'x-mine': '1' });
    assert.ok(!traceparent.includes(TRACE_ID));
    assert.deepEqual([tracestate, mine], [undefined, '1']);
  });

  test(`the tracestate of the span's own trace goes out: ${name}`, async (t) => {
    await traced(t, { incoming: false });
    const port = await echo(t);
    const own = propagation.extract(ROOT_CONTEXT, { traceparent: TRACEPARENT, tracestate: 'mine=1' });
    const { traceparent, tracestate } = await context.with(own, () => send(port, THEIRS));
    assert.ok(traceparent.includes(TRACE_ID));
    assert.equal(tracestate, 'mine=1');
  });

  test(`headers that are signed stay as they are: ${name}`, async (t) => {
    await traced(t, { incoming: false });
    const port = await echo(t);
    const both = await send(port, { ...THEIRS, authorization: `${SIGNED}host;traceparent` });
    assert.equal(both.traceparent, TRACEPARENT);
    assert.ok(both.tracestate.startsWith(THEIRS.tracestate));
    const state = await send(port, { ...THEIRS, authorization: `${SIGNED}host;tracestate` });
    assert.ok(state.tracestate.startsWith(THEIRS.tracestate));
  });
}

test('without a format that writes a traceparent, both stay', async (t) => {
  await traced(t, { incoming: false }, { propagators: ['b3'] });
  const { traceparent, tracestate, b3 } = await CLIENTS.http(await echo(t), THEIRS);
  assert.deepEqual({ traceparent, tracestate }, THEIRS);
  assert.ok(b3 !== undefined);
});
