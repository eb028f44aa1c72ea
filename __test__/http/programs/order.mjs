/** ESM: `early` imports everything before tracing begins, `late` afterwards. Prints how many spans of each kind a request made. */
import { once } from 'node:events';
import http, { createServer, get, request } from 'node:http';
import { createTestTracing } from '@manifest-cyber/observability-ts/testing';

const early = process.argv[2] === 'early';
const made = early ? createServer(handler) : undefined;
const tracing = await createTestTracing();
const modules = early ? { createServer, get, request } : await import('node:http');
const server = made ?? modules.createServer(handler);
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address();
for (const send of [modules.get, modules.request, http.get, http.request]) {
  const [response] = await once(send({ host: '127.0.0.1', port, agent: false }).end(), 'response');
  response.resume();
  await once(response, 'end');
}
server.close();
// When the process ends, every connection has closed.
process.on('exit', () => console.log(JSON.stringify(tracing.getFinishedSpans().map((span) => span.kind))));

function handler(_request, response) {
  response.end('ok');
}
