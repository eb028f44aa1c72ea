/** What the tests of HTTP share: tracing for one test, servers on free ports, requests made of bytes, and waiting for spans. */
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { createTestTracing } from '@manifest-cyber/observability-ts/testing';
import { SpanKind } from '@opentelemetry/api';

/** The longest that a test waits for what must happen. */
const PATIENCE_MILLIS = 5_000;

export const HOST = '127.0.0.1';

/** Tracing that lasts as long as the test. `http` are the options of the built-in HTTP tracing. */
export async function traced(t, http, rest = {}) {
  const tracing = await createTestTracing({ ...rest, ...(http === undefined ? {} : { http }) });
  t.after(() => tracing.shutdown());
  return tracing;
}

/** Starts a server on a free port of the loopback, closed with the test. Resolves with the port. */
export async function listen(t, server) {
  server.listen(0, HOST);
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections?.();
    server.close();
  });
  return server.address().port;
}

/** An HTTP server with this handler. */
export const serve = (t, handler, options = {}) => listen(t, http.createServer(options, handler));

/** Resolves when the condition gives something true, with what it gave. */
export async function until(condition, what = condition.toString()) {
  const deadline = Date.now() + PATIENCE_MILLIS;
  for (;;) {
    const value = condition();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const ofKind = (tracing, kind) => tracing.getFinishedSpans().filter((span) => span.kind === kind);

/** Finished server spans, once there are `count` of them. */
export async function serverSpans(tracing, count = 1) {
  await until(() => ofKind(tracing, SpanKind.SERVER).length >= count, `${count} server spans`);
  return ofKind(tracing, SpanKind.SERVER);
}

/** Finished client spans, once there are `count` of them. */
export async function clientSpans(tracing, count = 1) {
  await until(() => ofKind(tracing, SpanKind.CLIENT).length >= count, `${count} client spans`);
  return ofKind(tracing, SpanKind.CLIENT);
}

/** The id of a span's parent. */
export const parentId = (span) => span.parentSpanContext?.spanId ?? span.parentSpanId;

/** A GET without any tracing of its own: bytes over a socket. Resolves with all that came back until the server closed. */
export async function rawRequest(port, text) {
  const socket = net.connect(port, HOST);
  socket.write(text);
  let answer = '';
  for await (const chunk of socket) answer += chunk;
  return answer;
}

/** A request of which nothing but the response matters; the connection is closed afterwards. */
export const get = (port, path = '/', headers = {}, method = 'GET') =>
  rawRequest(
    port,
    `${method} ${path} HTTP/1.1\r\nHost: ${HOST}:${port}\r\nConnection: close\r\n${Object.entries(headers)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('')}\r\n`,
  );

export const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
export const SPAN_ID = '00f067aa0ba902b7';
export const TRACEPARENT = `00-${TRACE_ID}-${SPAN_ID}-01`;
