/** Responses that are never finished: whether the client went away, or this service closed the connection. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { test } from 'node:test';
import tls from 'node:tls';
import { SpanStatusCode } from '@opentelemetry/api';
import express5 from 'express';
import express4 from 'express4';
import { certificate } from './certificate.mjs';
import { HOST, listen, serve, serverSpans, traced, until } from './support.mjs';

/** A connection over which a request is sent. `raw` is the one below TLS. */
async function send(t, port, isSecure, text = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n') {
  const raw = net.connect(port, HOST);
  const socket = isSecure ? tls.connect({ socket: raw, rejectUnauthorized: false }) : raw;
  t.after(() => socket.destroy());
  for (const each of [raw, socket]) each.on('error', () => {});
  await once(socket, isSecure ? 'secureConnect' : 'connect');
  socket.write(text);
  socket.resume();
  return { socket, raw };
}

/** The span of one request to a server with this handler; `leave` is what the client does, once the handler has run. */
async function spanOf(t, { handler, leave, isSecure = false, text, timeoutMillis = 0 }) {
  const tracing = await traced(t, { outgoing: false });
  let arrived = false;
  const server = isSecure ? https.createServer(certificate) : http.createServer();
  server.on('request', (request, response) => {
    arrived = true;
    handler(request, response, server);
  });
  if (timeoutMillis > 0) server.setTimeout(timeoutMillis);
  const connection = await send(t, await listen(t, server), isSecure, text);
  await until(() => arrived);
  leave?.(connection);
  const [span] = await serverSpans(tracing);
  return span;
}

const nothing = () => {};
const streams = (_request, response) => {
  const timer = setInterval(() => response.write('x'.repeat(1000)), 1);
  response.on('close', () => clearInterval(timer));
};
const fills = (_request, response) => response.write('x'.repeat(30_000_000));

for (const isSecure of [false, true]) {
  const over = isSecure ? 'TLS' : 'TCP';
  for (const [what, handler, leave, text] of [
    ['closes', nothing, ({ socket }) => socket.destroy()],
    ['says that it is done', nothing, ({ socket }) => socket.end()],
    ['resets', nothing, ({ raw }) => raw.resetAndDestroy()],
    ['closes while the response streams', streams, ({ socket }) => socket.destroy()],
    ['resets while the response streams', streams, ({ raw }) => raw.resetAndDestroy()],
    ['closes while the response waits for it', fills, ({ socket }) => socket.destroy()],
    [
      'closes in the middle of its body',
      (request) => request.resume(),
      ({ socket }) => socket.destroy(),
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx',
    ],
    [
      'sends a body that is none',
      (request) => request.resume(),
      () => {},
      'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nnone\r\n',
    ],
  ]) {
    test(`${over}: a client that ${what} is no failure`, async (t) => {
      const span = await spanOf(t, { handler, leave, isSecure, text });
      assert.equal(span.attributes['error.type'], 'client_aborted');
      assert.equal(span.status.code, SpanStatusCode.UNSET);
    });
  }

  for (const [what, handler, expected = 'server_aborted'] of [
    ['destroys its response', (_request, response) => response.destroy()],
    ['destroys a response that it has begun', (_request, response) => response.write('x', () => response.destroy())],
    ['destroys the request', (request) => request.destroy()],
    ['destroys the request with an error', (request) => request.destroy(new RangeError('too much')), 'RangeError'],
    ['destroys the socket', (request) => request.socket.destroy()],
    ['closes all connections', (_request, _response, server) => server.closeAllConnections()],
    [
      'destroys the request with an error of the system',
      (request) => request.destroy(Object.assign(new Error('full'), { code: 'ENOSPC' })),
      'ENOSPC',
    ],
  ]) {
    test(`${over}: a service that ${what} has failed`, async (t) => {
      const span = await spanOf(t, { handler, isSecure });
      assert.equal(span.attributes['error.type'], expected);
      assert.equal(span.status.code, SpanStatusCode.ERROR);
    });
  }

  test(`${over}: a service whose own timeout ends the request has failed`, async (t) => {
    const span = await spanOf(t, { handler: nothing, isSecure, timeoutMillis: 20 });
    assert.equal(span.attributes['error.type'], 'server_aborted');
    assert.equal(span.status.code, SpanStatusCode.ERROR);
  });
}

for (const [version, express] of [
  ['Express 4', express4],
  ['Express 5', express5],
]) {
  test(`${version}: an error that comes too late for an answer is a failure`, async (t) => {
    const tracing = await traced(t);
    const app = express();
    // Keeps Express from printing the error.
    app.set('env', 'test');
    app.get('/', (_request, response, next) => response.write('x', () => next(new Error('db lost'))));
    await send(t, await listen(t, http.createServer(app)));
    const [span] = await serverSpans(tracing);
    assert.equal(span.attributes['error.type'], 'server_aborted');
    assert.equal(span.attributes['http.response.status_code'], 200);
    assert.equal(span.status.code, SpanStatusCode.ERROR);
  });
}

test('all pipelined requests of a connection that the service closes have failed', async (t) => {
  const tracing = await traced(t);
  let arrived = 0;
  const port = await serve(t, (request) => {
    arrived += 1;
    if (arrived === 2) request.socket.destroy();
  });
  await send(t, port, false, 'GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n');
  const spans = await serverSpans(tracing, 2);
  assert.deepEqual(
    spans.map((span) => span.attributes['error.type']),
    ['server_aborted', 'server_aborted'],
  );
});

test('a handshake that the service refuses by closing the connection has failed', async (t) => {
  const tracing = await traced(t);
  const server = http.createServer();
  server.on('upgrade', (_request, socket) => socket.destroy());
  await send(t, await listen(t, server), false, 'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n');
  const [span] = await serverSpans(tracing);
  assert.equal(span.attributes['error.type'], 'server_aborted');
  assert.equal(span.status.code, SpanStatusCode.ERROR);
});
