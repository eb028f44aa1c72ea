/** Client spans of `http.request` and `https.request`: where they begin on each version of Node, and the `emit` they end in. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { http, https, loadHttp } from './node';
import type { HeaderAccess, OutgoingTrace, OutgoingTracer } from './outgoing';
import { type Method, patch } from './patch';
import { parseHost } from './url';

/** Where a client request carries its trace; registered, so that two copies of this package see each other's. */
const OUTGOING_TRACE = Symbol.for('@manifest-cyber/observability-ts.outgoing');

type TracedClientRequest = ClientRequest & { [OUTGOING_TRACE]?: OutgoingTrace | null };

/** Node publishes each client request here while headers can still be added: from 22.12 and 23.2 on. */
const CREATED_CHANNEL = 'http.client.request.created';

function publishesCreated(version: string): boolean {
  const [major, minor] = version.split('.').map(Number);
  return major > 23 || (major === 23 && minor >= 2) || (major === 22 && minor >= 12);
}

/** Traces every client request from now on. Returns what undoes it. */
export function patchClients(tracer: OutgoingTracer): () => void {
  loadHttp();
  let enabled = true;
  const created = (request: TracedClientRequest): void => {
    if (enabled && request[OUTGOING_TRACE] === undefined) request[OUTGOING_TRACE] = start(request, tracer) ?? null;
  };
  const undo = [
    patch(http.ClientRequest.prototype, 'emit', emitOfClient),
    publishesCreated(process.versions.node) ? watchChannel(created) : patchRequests(created),
  ];
  return () => {
    enabled = false;
    for (const restore of undo.reverse()) restore();
  };
}

function watchChannel(created: (request: TracedClientRequest) => void): () => void {
  const onCreated = (message: unknown): void => created((message as { request: TracedClientRequest }).request);
  subscribe(CREATED_CHANNEL, onCreated);
  return () => unsubscribe(CREATED_CHANNEL, onCreated);
}

/**
 * For Node before 22.12. An agent gets a request at the end of the constructor, whoever calls it and however they imported it; `request` and `get` are
 * patched too, for requests with an agent of another make or with none.
 */
function patchRequests(created: (request: TracedClientRequest) => void): () => void {
  const undo = [
    patch(
      http.Agent.prototype,
      'addRequest',
      (original) =>
        function (this: Agent, ...args: unknown[]) {
          if (args[0] instanceof http.ClientRequest) created(args[0]);
          return original.apply(this, args);
        },
    ),
  ];
  for (const exported of [http, https]) {
    const request = (original: Method) =>
      function (this: unknown, ...args: unknown[]) {
        const made = original.apply(this, args) as ClientRequest;
        created(made);
        return made;
      };
    undo.push(patch(exported, 'request', request));
    const patched = exported.request as Method;
    // The original calls Node's own `request`, so that ours would see the headers too late.
    undo.push(
      patch(
        exported,
        'get',
        () =>
          function (this: unknown, ...args: unknown[]) {
            const made = patched.apply(this, args) as ClientRequest;
            made.end();
            return made;
          },
      ),
    );
  }
  syncBuiltinESMExports();
  return () => {
    for (const restore of undo.reverse()) restore();
    syncBuiltinESMExports();
  };
}

function start(request: ClientRequest, tracer: OutgoingTracer): OutgoingTrace | undefined {
  const scheme = request.protocol === 'https:' ? 'https' : 'http';
  const header = request.getHeader('host');
  const named = typeof header === 'string' ? parseHost(header) : undefined;
  // Another name than the one that is connected to is a virtual host's.
  const isSame = named !== undefined && (header === request.host || named.address === request.host);
  const trace = tracer.start(request.method, scheme, isSame ? (header as string) : request.host, request.path, request, HEADERS);
  // Node keeps the port nowhere but in the header that it makes. In one without a port it is the scheme's, unless the caller has made that header.
  if (!isSame || (named.port === undefined && connectsItself(request))) trace?.awaitPort(request.host, request.path);
  return trace;
}

/** Whether the socket's port will be the server's: other agents than Node's own, and Node's where it is told of proxies, may connect to one. */
function connectsItself(request: ClientRequest): boolean {
  const { agent } = request as unknown as { readonly agent?: unknown };
  if (!(agent instanceof http.Agent) || (agent.constructor !== http.Agent && agent.constructor !== https.Agent)) return false;
  return (agent as Agent & { readonly options?: { readonly proxyEnv?: unknown } }).options?.proxyEnv === undefined;
}

/** What Node keeps of a header block that is written but not on the wire: the block, and, once it is handed on, the queue that waits for a socket. */
interface StoredHeaders {
  _header?: string | null;
  _headerSent?: boolean;
  outputData?: { data?: unknown }[];
}

/** Sets a header, replacing the caller's own: a request that carried the incoming `traceparent` through would else hang in the wrong place. */
const HEADERS: HeaderAccess<ClientRequest> = {
  get(request, name) {
    // Once there is a block, it alone says what goes out.
    if (request.headersSent) return fieldOf(name, 'i').exec((request as StoredHeaders)._header ?? '')?.[1];
    const value = request.getHeader(name);
    return Array.isArray(value) ? value.join() : typeof value === 'string' ? value : undefined;
  },
  set(request, name, value) {
    if (isKept(request, name)) return;
    if (!request.headersSent) request.setHeader(name, value);
    else rewrite(request as StoredHeaders, name, `\r\n${name}: ${value}`);
  },
  remove(request, name) {
    if (isKept(request, name)) return;
    if (!request.headersSent) request.removeHeader(name);
    else rewrite(request as StoredHeaders, name, '');
  },
};

/** Whether the caller's own header must stay. */
function isKept(request: ClientRequest, name: string): boolean {
  return HEADERS.get(request, name) !== undefined && isSigned(HEADERS.get(request, 'authorization'), name);
}

/**
 * Puts `field` in the place of all fields of that name in a block. Headers given as an array, and those of a request with `Expect: 100-continue`, are one string
 * from the start; nothing is sent in this tick.
 */
function rewrite(stored: StoredHeaders, name: string, field: string): void {
  const block = stored._header;
  if (typeof block !== 'string' || !block.endsWith('\r\n\r\n')) return;
  const changed = `${block.slice(0, -4).replace(fieldOf(name, 'gi'), '')}${field}\r\n\r\n`;
  if (stored._headerSent === true) {
    const queued = stored.outputData?.[0];
    if (queued?.data !== block) return;
    queued.data = changed;
  }
  stored._header = changed;
}

/** Finds a field in a block, and its value. */
function fieldOf(name: string, flags: string): RegExp {
  return new RegExp(`\r\n${name}: *([^\r]*)`, flags);
}

/** Whether the caller's header is part of an AWS signature, which another value would break. */
export function isSigned(authorization: unknown, name: string): boolean {
  if (typeof authorization !== 'string' || !authorization.startsWith('AWS4-')) return false;
  const signed = /SignedHeaders=([^,\s]+)/.exec(authorization);
  return signed?.[1].split(';').includes(name) === true;
}

/** Listening in `emit` adds no listener, so a request without an `error` listener still throws and one without a `response` listener is still drained. */
function emitOfClient(original: Method): Method {
  return function (this: TracedClientRequest, ...args: unknown[]): boolean {
    const trace = this[OUTGOING_TRACE];
    if (trace) {
      switch (args[0]) {
        case 'response':
          trace.connect(this.socket?.remotePort);
          trace.respond((args[1] as IncomingMessage).statusCode ?? 0);
          break;
        case 'upgrade':
        case 'connect':
          trace.connect(this.socket?.remotePort);
          trace.respond((args[1] as IncomingMessage).statusCode ?? 0);
          trace.end();
          break;
        case 'error':
          trace.connect(portOf(args[1]));
          trace.fail(args[1]);
          break;
        case 'close':
          closed(this, trace);
          break;
      }
    }
    return original.apply(this, args);
  };
}

function closed(request: ClientRequest, trace: OutgoingTrace): void {
  const response = (request as { res?: IncomingMessage | null }).res;
  if (response?.complete) trace.end();
  else if (response?.errored) trace.fail(response.errored);
  else trace.abandon();
}

/** The port of a connection that failed; a host with several addresses has an error for each. */
function portOf(error: unknown): number | undefined {
  const failed = error as { port?: unknown; errors?: readonly { port?: unknown }[] } | null | undefined;
  const port = failed?.port ?? failed?.errors?.[0]?.port;
  return typeof port === 'number' ? port : undefined;
}
