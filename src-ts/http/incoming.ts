/** Server spans: what they carry, and which requests have none. */

import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Context, TextMapGetter, TextMapPropagator, Tracer } from '@opentelemetry/api';
import { warnOnce } from '../native/warn';
import { CompositePropagator, isW3C } from '../propagation/propagators';
import { withParent } from '../propagation/w3c';
import { activeContext, activePropagator } from '../trace/active';
import { EMPTY_CONTEXT } from '../trace/context';
import type { AttributeValues, SpanShape } from '../trace/shape';
import { SpanStarter } from '../trace/starter';
import type { Trace } from './carried';
import { rpcMetadata, SUPPRESSED } from './context';
import { clientAddress, forwardedOf } from './forwarded';
import { KIND_SERVER } from './kind';
import type { HttpInstrumentationOptions } from './options';
import { IgnoredRequest, RequestTrace } from './request';
import { compileIncoming, type IncomingFilter } from './rules';
import { isUnknown, type Method, methodOf } from './semantics';
import { defaultPort, firstElement, parseHost, pathOf, plainAddress, redactQuery } from './url';
import { describe } from './warnings';

/** Exporters of OpenTelemetry, ours included, name themselves so: a receiver in this process must not trace what traces it. */
const EXPORTER_AGENT = 'OTel-OTLP-Exporter-';

const keys = (headers: IncomingHttpHeaders): string[] => Object.keys(headers);
/** For names in lower case, as Node gives them. */
const EXACT_GETTER: TextMapGetter<IncomingHttpHeaders> = { get: (headers, name) => headers[name], keys };
/** For propagators that are not ours, whatever names they ask for. */
const ANY_CASE_GETTER: TextMapGetter<IncomingHttpHeaders> = { get: (headers, name) => headers[name] ?? headers[name.toLowerCase()], keys };

/** Makes the trace of a request; one for each process, or one for each middleware where the built-in tracing is off. */
export class IncomingTracer {
  private readonly starter: SpanStarter;
  private readonly ignored: IncomingFilter | undefined;
  private readonly onIncoming: HttpInstrumentationOptions['onIncoming'];
  /** The propagator of the last request, which another may have taken the place of since, and the headers that begin a context for it. */
  private propagator: TextMapPropagator | undefined;
  private fields: readonly string[] = [];
  private getter = EXACT_GETTER;
  private isW3C = false;

  constructor(
    options: HttpInstrumentationOptions,
    tracer: Tracer,
    private readonly carry: (request: IncomingMessage, trace: Trace) => void,
  ) {
    this.starter = new SpanStarter(tracer);
    this.ignored = compileIncoming(options);
    this.onIncoming = options.onIncoming;
  }

  /**
   * The trace of a request, where it can be found again; `undefined` when another instrumentation has made the server span, which is only looked for
   * where there may be one (`shared`). Never throws: whatever goes wrong here costs the trace, not the request.
   */
  start(request: IncomingMessage, response: ServerResponse | undefined, shared: boolean): Trace | undefined {
    try {
      // An instrumentation around ours says so in the context; its span must still be open, because a server started inside a request inherits that context.
      if (shared && rpcMetadata(activeContext())?.span.isRecording()) return undefined;
      const trace = this.trace(request, response);
      this.carry(request, trace);
      return trace;
    } catch (error) {
      warnOnce('OBS_HTTP_FAILED', `a request could not be traced (${describe(error)}); this is a fault of the tracing, the request went on`);
      return undefined;
    }
  }

  private trace(request: IncomingMessage, response: ServerResponse | undefined): Trace {
    // A middleware that is mounted below a path sees the rest of it only; Express keeps the whole.
    const target = (request as { originalUrl?: string }).originalUrl ?? request.url ?? '';
    const mark = target.indexOf('?');
    const path = pathOf(target, mark);
    const { headers } = request;
    if (isExporter(headers['user-agent']) || this.ignored?.(path, request) === true) return new IgnoredRequest(SUPPRESSED, request);
    const method = methodOf(request.method ?? '');
    const base = this.extract(headers);
    const span = this.starter.start(method.name, base, INCOMING, undefined, { request, headers, method, path, target, mark });
    const trace = new RequestTrace(span, base, request, response, method);
    if (this.onIncoming !== undefined && span.isRecording()) this.callHook(this.onIncoming, trace, request);
    return trace;
  }

  /** The caller's context; the propagator is only asked when one of its headers is there. */
  private extract(headers: IncomingHttpHeaders): Context {
    const propagator = activePropagator();
    if (propagator === undefined) return EMPTY_CONTEXT;
    if (propagator !== this.propagator) {
      // A tracestate without a traceparent means nothing (W3C Trace Context, section 3.3).
      this.fields = propagator.fields().filter((field) => field !== 'tracestate' && field !== 'traceparent');
      this.propagator = propagator;
      this.getter = propagator instanceof CompositePropagator ? EXACT_GETTER : ANY_CASE_GETTER;
      this.isW3C = isW3C(propagator);
    }
    const { traceparent } = headers;
    if (this.isW3C && typeof traceparent === 'string' && headers.tracestate === undefined && headers.baggage === undefined)
      return withParent(EMPTY_CONTEXT, traceparent);
    if (traceparent !== undefined) return propagator.extract(EMPTY_CONTEXT, headers, this.getter);
    for (const field of this.fields) {
      if (headers[field] !== undefined) return propagator.extract(EMPTY_CONTEXT, headers, this.getter);
    }
    return EMPTY_CONTEXT;
  }

  private callHook(hook: NonNullable<HttpInstrumentationOptions['onIncoming']>, trace: RequestTrace, request: IncomingMessage): void {
    try {
      hook(trace.span, request);
    } catch (error) {
      warnOnce('OBS_HTTP_HOOK_THREW', `onIncoming threw (${describe(error)}); the span goes on without what it would have added`);
    }
  }
}

function isExporter(agent: string | undefined): boolean {
  return agent !== undefined && agent.charCodeAt(0) === 79 /* O */ && agent.startsWith(EXPORTER_AGENT);
}

/** A request, read once. */
interface Incoming {
  readonly request: IncomingMessage;
  readonly headers: IncomingHttpHeaders;
  readonly method: Method;
  readonly path: string;
  /** What was asked for, and where its first question mark is, or -1. */
  readonly target: string;
  readonly mark: number;
}

const INCOMING: SpanShape<Incoming> = {
  kind: KIND_SERVER,
  keys: [
    'http.request.method',
    'url.path',
    'url.scheme',
    'network.protocol.version',
    'network.peer.address',
    'client.address',
    'server.address',
    'server.port',
    'user_agent.original',
    'url.query',
    'http.request.method_original',
  ],
  valuesOf,
};

function valuesOf({ request, headers, method, path, target, mark }: Incoming): AttributeValues {
  const socket = request.socket as Socket & { encrypted?: boolean };
  const forwarded = forwardedOf(headers);
  const scheme = forwarded.scheme === 'https' || forwarded.scheme === 'http' ? forwarded.scheme : socket.encrypted === true ? 'https' : 'http';
  const peer = plainAddress(socket.remoteAddress);
  const authority = forwarded.authority ?? headers.host ?? firstElement(headers[':authority']);
  const host = authority === undefined ? undefined : parseHost(authority);
  return [
    method.value,
    path,
    scheme,
    request.httpVersionMajor === 2 ? '2' : request.httpVersion,
    peer,
    forwarded.client === undefined ? peer : clientAddress(forwarded.client),
    host?.address,
    host === undefined ? undefined : (host.port ?? defaultPort(scheme)),
    headers['user-agent'],
    mark !== -1 && mark + 1 < target.length ? redactQuery(target.slice(mark + 1)) : undefined,
    isUnknown(method) ? request.method : undefined,
  ];
}
