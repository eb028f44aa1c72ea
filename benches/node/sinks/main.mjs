// A process of its own that answers OTLP over HTTP and gRPC and the Datadog agent's API, counts spans and discards them.
import http from 'node:http';
import http2 from 'node:http2';
import { gunzipSync } from 'node:zlib';
import { countAgentSpans, countOtlpSpans } from './counting.mjs';

const counts = { otlp: 0, agent: 0, requests: 0, bytes: 0, failures: 0 };
const GRPC_PREFIX_BYTES = 5;

function readBody(stream, then) {
  const chunks = [];
  stream.on('data', (chunk) => chunks.push(chunk));
  stream.on('end', () => {
    const body = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
    counts.requests++;
    counts.bytes += body.length;
    try {
      then(body);
    } catch (error) {
      counts.failures++;
      process.stderr.write(`sink: ${error.stack}\n`);
    }
  });
  stream.on('error', () => {});
}

const otlp = http.createServer((request, response) => {
  readBody(request, (body) => {
    counts.otlp += countOtlpSpans(request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body);
  });
  request.on('end', () => response.writeHead(200, { 'content-type': 'application/x-protobuf', 'content-length': 0 }).end());
});

const grpc = http2.createServer({ settings: { initialWindowSize: 8 * 2 ** 20 } });
grpc.on('session', (session) => {
  session.setLocalWindowSize?.(16 * 2 ** 20);
  session.on('error', () => {});
});
grpc.on('stream', (stream) => {
  readBody(stream, (body) => {
    for (let at = 0; at < body.length; ) {
      const length = body.readUInt32BE(at + 1);
      const message = body.subarray(at + GRPC_PREFIX_BYTES, at + GRPC_PREFIX_BYTES + length);
      counts.otlp += countOtlpSpans(body[at] === 1 ? gunzipSync(message) : message);
      at += GRPC_PREFIX_BYTES + length;
    }
  });
  stream.on('end', () => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(Buffer.alloc(GRPC_PREFIX_BYTES));
  });
});

const agent = http.createServer((request, response) => {
  const answer = (value) => {
    const body = JSON.stringify(value);
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body);
  };
  if (request.url === '/info') {
    request.resume();
    return answer({ version: '7.70.0', endpoints: ['/v0.4/traces'], client_drop_p0s: false, config: {} });
  }
  readBody(request, (body) => {
    if (request.url === '/v0.4/traces' && body.length > 0) counts.agent += countAgentSpans(body);
  });
  request.on('end', () => answer({ rate_by_service: { 'service:,env:': 1 } }));
});

const listen = (server) => new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port)));
const [otlpPort, grpcPort, agentPort] = await Promise.all([otlp, grpc, agent].map(listen));
for (const server of [otlp, agent]) server.keepAliveTimeout = 60_000;

process.on('message', () => process.send({ counts }));
process.on('disconnect', () => process.exit());
process.send({
  addresses: { http: `http://127.0.0.1:${otlpPort}`, grpc: `http://127.0.0.1:${grpcPort}`, agent: `http://127.0.0.1:${agentPort}` },
});
