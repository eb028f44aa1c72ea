// The Express service of the express case: a JSON hello with a route parameter and a body parser, as small as services get.
import { requirePeer } from './peers.mjs';

/** Starts it on a free port. Express and http are loaded here, after tracing, as all contenders' documentation asks. */
export async function startApp(middleware) {
  const express = requirePeer('express');
  const http = requirePeer('http');
  const app = express();
  app.disable('x-powered-by');
  if (middleware) app.use(middleware);
  app.use(express.json());
  app.get('/hello/:name', (request, response) => {
    response.json({ hello: request.params.name, at: 1_700_000_000, items: [1, 2, 3] });
  });
  const server = http.createServer(app);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.keepAliveTimeout = 60_000;
  return { port: server.address().port, server };
}
