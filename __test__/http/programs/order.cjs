/** CommonJS: `early` loads and takes apart everything before tracing begins, `late` afterwards. Prints how many spans of each kind a request made. */
const { once } = require('node:events');

const early = process.argv[2] === 'early';
let modules = early ? load() : undefined;
const made = modules?.createServer(handler);

async function main() {
  const tracing = await require('@manifest-cyber/observability-ts/testing').createTestTracing();
  modules ??= load();
  const server = made ?? modules.createServer(handler);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  const http = require('node:http');
  for (const send of [modules.get, modules.request, http.get, http.request]) {
    const [response] = await once(send({ host: '127.0.0.1', port, agent: false }).end(), 'response');
    response.resume();
    await once(response, 'end');
  }
  server.close();
  // When the process ends, every connection has closed.
  process.on('exit', () => console.log(JSON.stringify(tracing.getFinishedSpans().map((span) => span.kind))));
}

function load() {
  const { createServer, get, request } = require('node:http');
  return { createServer, get, request };
}

function handler(_request, response) {
  response.end('ok');
}

main();
