/** The response header of the middleware is a header like any other: seen, replaced and removed by the usual calls, and never in the way. */
import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';
import { tracingMiddleware } from '@manifest-cyber/observability-ts/express';
import { get, serve, serverSpans, traced } from '../http/support.mjs';

const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-0[0-3]$/;

/** All values of a header in a raw answer. */
const headersOf = (answer, name) =>
  [...answer.split('\r\n\r\n')[0].matchAll(new RegExp(`^${name}: (.*)\r?$`, 'gim'))].map(([, value]) => value.trim());

/** The raw answer of a server whose handler runs behind the middleware. */
async function answered(t, handler, { options, before } = {}) {
  const tracing = await traced(t);
  const middleware = tracingMiddleware(options);
  const port = await serve(t, (request, response) => {
    before?.(response);
    middleware(request, response, () => handler(response));
  });
  const answer = await get(port);
  await serverSpans(tracing);
  return answer;
}

test('the header is read by every call that reads headers', async (t) => {
  const seen = {};
  await answered(t, (response) => {
    seen.value = response.getHeader('TraceParent');
    seen.has = response.hasHeader('traceparent');
    seen.names = response.getHeaderNames();
    seen.all = { ...response.getHeaders() };
    response.end();
  });
  assert.match(seen.value, TRACEPARENT);
  assert.deepEqual(seen, { value: seen.value, has: true, names: ['traceparent'], all: { traceparent: seen.value } });
});

test('the header keeps the case that was asked for', async (t) => {
  const answer = await answered(t, (response) => response.end(), { options: { responseHeader: 'X-Trace' } });
  assert.match(answer, /\r\nX-Trace: 00-/);
});

for (const [what, handler, expected] of [
  ['setHeader replaces it', (response) => response.setHeader('Traceparent', 'mine').end(), ['mine']],
  ['removeHeader removes it', (response) => response.removeHeader('traceparent') ?? response.end(), []],
  ['writeHead replaces it', (response) => response.writeHead(200, { traceparent: 'mine' }).end(), ['mine']],
  ['writeHead with a list replaces it', (response) => response.writeHead(200, ['traceparent', 'mine']).end(), ['mine']],
]) {
  test(what, async (t) => {
    assert.deepEqual(headersOf(await answered(t, handler), 'traceparent'), expected);
  });
}

test('writeHead keeps it beside headers of its own', async (t) => {
  const answer = await answered(t, (response) => response.writeHead(201, { 'X-Own': '1' }).end());
  assert.match(headersOf(answer, 'traceparent')[0], TRACEPARENT);
  assert.deepEqual(headersOf(answer, 'x-own'), ['1']);
});

test('headers that were set before stay, and one of its name is replaced', async (t) => {
  const answer = await answered(t, (response) => response.end(), {
    before(response) {
      response.setHeader('X-Before', '1');
      response.setHeader('Traceparent', 'before');
    },
  });
  assert.deepEqual(headersOf(answer, 'x-before'), ['1']);
  const values = headersOf(answer, 'traceparent');
  assert.equal(values.length, 1);
  assert.match(values[0], TRACEPARENT);
});

test('headers that are sent are left alone', async (t) => {
  const answer = await answered(t, (response) => response.end('sent'), { before: (response) => response.flushHeaders() });
  assert.match(answer, /200 OK/);
  assert.deepEqual(headersOf(answer, 'traceparent'), []);
});

test('a setHeader that somebody put in the way is called', async (t) => {
  const calls = [];
  const answer = await answered(t, (response) => response.end(), {
    before(response) {
      response.setHeader = function (name, value) {
        calls.push(name);
        return http.ServerResponse.prototype.setHeader.call(this, name, value);
      };
    },
  });
  assert.deepEqual(calls, ['traceparent']);
  assert.match(headersOf(answer, 'traceparent')[0], TRACEPARENT);
});
