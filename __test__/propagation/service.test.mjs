/** W3C Trace Context level 2, on the wire: a service that is called with bytes and calls another, as the working group's validation suite does it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { createTestTracing } from '@manifest-cyber/observability-ts/testing';
import { parts, traceparents, tracestates } from './vectors.mjs';

const HOST = '127.0.0.1';
/** Node's HTTP parser refuses requests with more bytes of headers; the propagators' own tests have the longest trace state. */
const MAX_HEADER_BYTES = 16_000;
const servers = [];
let tracing;
let port;

async function listen(handler) {
  const server = http.createServer(handler).listen(0, HOST);
  await once(server, 'listening');
  servers.push(server);
  return server.address().port;
}

before(async () => {
  tracing = createTestTracing();
  // Says which headers it was called with.
  const called = await listen((request, response) => response.end(JSON.stringify(request.rawHeaders)));
  // The service: passes on what the one that it calls says.
  port = await listen((_request, response) => {
    http.get({ host: HOST, port: called, agent: false }, (answer) => answer.pipe(response));
  });
});
after(async () => {
  for (const server of servers) server.close();
  await tracing.shutdown();
});

/** Calls the service with these header lines; resolves with those that it called the next one with. */
async function call(headers) {
  const socket = net.connect(port, HOST);
  socket.write(['GET / HTTP/1.1', 'host: test', 'connection: close', ...headers.map(([name, value]) => `${name}: ${value}`), '', ''].join('\r\n'));
  let answer = '';
  for await (const chunk of socket.setEncoding('latin1')) answer += chunk;
  const list = JSON.parse(answer.slice(answer.indexOf('["'), answer.lastIndexOf(']') + 1));
  return list.flatMap((name, i) => (i % 2 === 0 ? [[name.toLowerCase(), list[i + 1]]] : []));
}

const valuesOf = (headers, wanted) => headers.filter(([name]) => name === wanted).map(([, value]) => value);

const fits = ({ headers }) => headers.flat().join('').length < MAX_HEADER_BYTES;

for (const { why, headers, trace, state } of [...traceparents, ...tracestates].filter(fits)) {
  test(`${trace === undefined ? 'a new trace' : 'kept'}: ${why}`, async () => {
    const sent = await call(headers);
    const [traceparent, ...more] = valuesOf(sent, 'traceparent');
    assert.match(traceparent, /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-0[0-3]$/);
    assert.deepEqual(more, []);
    if (trace === undefined) assert.notEqual(traceparent.slice(3, 35), parts.TRACE);
    else assert.equal(traceparent.slice(3, 35), trace);
    assert.notEqual(traceparent.slice(36, 52), parts.SPAN);
    assert.deepEqual(valuesOf(sent, 'tracestate'), state === undefined ? [] : [state]);
  });
}
