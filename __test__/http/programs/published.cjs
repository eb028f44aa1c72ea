/**
 * OpenTelemetry's published http and express instrumentations: `given` to our tracing, registered by hand `before` it, or `after` it.
 * Prints kind, name and scope of each span that one request made.
 */
const { once } = require('node:events');
const { ExpressInstrumentation } = require('@opentelemetry/instrumentation-express');
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');
const { createTestTracing } = require('@manifest-cyber/observability-ts/testing');

const [, , order] = process.argv;

async function main() {
  const instrumentations = [new HttpInstrumentation(), new ExpressInstrumentation()];
  // They patch a module when it is required.
  if (order === 'before') require('node:http');
  const tracing = createTestTracing(order === 'given' ? { instrumentations } : {});
  if (order !== 'given') for (const instrumentation of instrumentations) instrumentation.setTracerProvider(tracing.provider);
  const http = require('node:http');
  const express = require('express');
  const app = express();
  app.get('/users/:id', (_request, response) => response.json({}));
  const server = http.createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const [response] = await once(http.get({ host: '127.0.0.1', port: server.address().port, path: '/users/1', agent: false }), 'response');
  response.resume();
  await once(response, 'end');
  server.close();
  process.on('exit', () => {
    const spans = tracing.getFinishedSpans().map(({ kind, name, instrumentationScope }) => ({ kind, name, scope: instrumentationScope.name }));
    console.log(JSON.stringify(spans));
  });
}

main();
