// What a request of a service records: a server span with 8 attributes and, in it, a client span with 3. What varies in life varies
// here, and is made anew for each request: path, user, status, method, agent and row count. Nothing is taken from a pool of equal
// strings but what a service takes from one, too (names, routes, methods, collections).

// A dozen user agents make up most traffic, but each request brings its own copy: a string that the HTTP parser has just made from bytes.
const USER_AGENT_BYTES = Array.from({ length: 12 }, (_, i) =>
  Buffer.from(`Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${120 + i}.0.0.0 Safari/537.36`),
);
const COLLECTIONS = ['users', 'sessions', 'assets', 'vulnerabilities'];

/** The values of request `i`: a function of `i` alone (a multiplicative hash), so that every contender sees the same sequence. */
export function valuesOf(i) {
  const hash = Math.imul(i + 1, 0x9e3779b1) >>> 0;
  return {
    method: hash % 5 === 0 ? 'POST' : 'GET',
    path: `/users/${hash % 1_000_003}`,
    user: `user-${(hash >>> 7) % 500_009}`,
    agent: USER_AGENT_BYTES[(hash >>> 11) % USER_AGENT_BYTES.length].latin1Slice(),
    status: hash % 100 === 0 ? 500 : hash % 17 === 0 ? 404 : 200,
    collection: COLLECTIONS[(hash >>> 5) & 3],
    rows: hash % 1000,
  };
}

/** Spans that one call of a request function ends. */
export const SPANS_PER_REQUEST = 2;

/** The request against any OpenTelemetry tracer, context handed over explicitly. */
export function openTelemetryRequest(api, tracer) {
  const { trace, context, SpanKind, SpanStatusCode } = api;
  return function request(i) {
    const values = valuesOf(i);
    const server = tracer.startSpan('GET /users/:id', {
      kind: SpanKind.SERVER,
      attributes: {
        'http.request.method': values.method,
        'url.scheme': 'https',
        'url.path': values.path,
        'server.address': 'api.example.com',
        'user_agent.original': values.agent,
      },
    });
    const client = tracer.startSpan(
      'find',
      { kind: SpanKind.CLIENT, attributes: { 'db.system.name': 'mongodb', 'db.collection.name': values.collection } },
      trace.setSpan(context.active(), server),
    );
    client.setAttribute('db.response.returned_rows', values.rows);
    client.end();
    server.setAttribute('enduser.id', values.user);
    server.setAttribute('http.route', '/users/:id');
    server.setAttribute('http.response.status_code', values.status);
    if (values.status === 500) server.setStatus({ code: SpanStatusCode.ERROR });
    server.end();
  };
}

/** The same with the context made active around each span, as code that uses `startActiveSpan` does. */
export function openTelemetryActiveRequest(api, tracer) {
  const { SpanKind, SpanStatusCode } = api;
  return function request(i) {
    const values = valuesOf(i);
    tracer.startActiveSpan(
      'GET /users/:id',
      {
        kind: SpanKind.SERVER,
        attributes: {
          'http.request.method': values.method,
          'url.scheme': 'https',
          'url.path': values.path,
          'server.address': 'api.example.com',
          'user_agent.original': values.agent,
        },
      },
      (server) => {
        tracer.startActiveSpan(
          'find',
          { kind: SpanKind.CLIENT, attributes: { 'db.system.name': 'mongodb', 'db.collection.name': values.collection } },
          (client) => {
            client.setAttribute('db.response.returned_rows', values.rows);
            client.end();
          },
        );
        server.setAttribute('enduser.id', values.user);
        server.setAttribute('http.route', '/users/:id');
        server.setAttribute('http.response.status_code', values.status);
        if (values.status === 500) server.setStatus({ code: SpanStatusCode.ERROR });
        server.end();
      },
    );
  };
}

/** The same in dd-trace's own words. */
export function datadogRequest(tracer) {
  return function request(i) {
    const values = valuesOf(i);
    const server = tracer.startSpan('GET /users/:id', {
      tags: {
        'span.kind': 'server',
        'http.request.method': values.method,
        'url.scheme': 'https',
        'url.path': values.path,
        'server.address': 'api.example.com',
        'user_agent.original': values.agent,
      },
    });
    const client = tracer.startSpan('find', {
      childOf: server,
      tags: { 'span.kind': 'client', 'db.system.name': 'mongodb', 'db.collection.name': values.collection },
    });
    client.setTag('db.response.returned_rows', values.rows);
    client.finish();
    server.setTag('enduser.id', values.user);
    server.setTag('http.route', '/users/:id');
    server.setTag('http.response.status_code', values.status);
    if (values.status === 500) server.setTag('error', true);
    server.finish();
  };
}

/** dd-trace's own words with its scope made active. */
export function datadogActiveRequest(tracer) {
  return function request(i) {
    const values = valuesOf(i);
    const server = tracer.startSpan('GET /users/:id', {
      tags: {
        'span.kind': 'server',
        'http.request.method': values.method,
        'url.scheme': 'https',
        'url.path': values.path,
        'server.address': 'api.example.com',
        'user_agent.original': values.agent,
      },
    });
    tracer.scope().activate(server, () => {
      const client = tracer.startSpan('find', {
        childOf: tracer.scope().active(),
        tags: { 'span.kind': 'client', 'db.system.name': 'mongodb', 'db.collection.name': values.collection },
      });
      tracer.scope().activate(client, () => {
        client.setTag('db.response.returned_rows', values.rows);
        client.finish();
      });
      server.setTag('enduser.id', values.user);
      server.setTag('http.route', '/users/:id');
      server.setTag('http.response.status_code', values.status);
      if (values.status === 500) server.setTag('error', true);
      server.finish();
    });
  };
}

let consumed = 0;

/** The values made and looked at, and no tracing at all: what the harness itself costs. */
export function bareRequest(i) {
  const values = valuesOf(i);
  consumed += values.path.length + values.user.length + values.status + values.rows + values.method.length + values.collection.length;
  consumed += values.agent.length;
  if (consumed > 1e15) consumed = 0;
}
