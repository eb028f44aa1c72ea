/** A collector of a few lines: takes OTLP over HTTP as protobuf and knows the names of the spans that came. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { until } from '../../../scripts/parts/until.mjs';

/**
 * Starts a sink on a free port of 127.0.0.1.
 *
 * @param {'accept' | 'hang' | 'busy'} [mood] what it does with requests: takes them, never answers, or answers 503
 */
export async function startSink(mood = 'accept') {
  const names = [];
  let requests = 0;
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    requests += 1;
    if (sink.mood === 'hang') return;
    if (sink.mood === 'busy') {
      response.writeHead(503).end();
      return;
    }
    const body = Buffer.concat(chunks);
    names.push(...spanNames(request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body));
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
  });
  // A test that fails before it closes its sink must not keep the rest waiting.
  server.on('connection', (socket) => socket.unref());
  server.listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  const sink = {
    mood,
    endpoint: `http://127.0.0.1:${server.address().port}`,
    /** Names of the spans that came, in their order. */
    names,
    /** Requests that came. */
    requests: () => requests,
    waitFor: (name) => until(`the span ${name} at the sink`, () => names.includes(name), { describe: () => `; came: ${names.join(', ')}` }),
    close() {
      // In this order: a connection that is taken in between would keep it open.
      server.close();
      server.closeAllConnections();
    },
  };
  return sink;
}

/** The names in an ExportTraceServiceRequest: resource_spans (1), scope_spans (2), spans (2), name (5). */
function spanNames(body) {
  return fields(body, 1)
    .flatMap((resourceSpans) => fields(resourceSpans, 2))
    .flatMap((scopeSpans) => fields(scopeSpans, 2))
    .map((span) => fields(span, 5)[0]?.toString() ?? '');
}

/** The length-delimited fields of one number in a protobuf message. */
function fields(message, wanted) {
  const found = [];
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++];
      if (byte === undefined) throw new Error('the message ends within a number');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number(value);
    }
  };
  while (at < message.length) {
    const tag = varint();
    const wire = tag & 7;
    if (wire === 0) varint();
    else if (wire === 1) at += 8;
    else if (wire === 5) at += 4;
    else if (wire === 2) {
      const length = varint();
      if (tag >>> 3 === wanted) found.push(message.subarray(at, at + length));
      at += length;
    } else throw new Error(`wire type ${wire}`);
  }
  return found;
}
