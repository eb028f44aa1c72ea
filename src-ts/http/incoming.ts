/** Server spans, made where `http.Server` and `https.Server` emit their requests. */

import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Context, context, propagation, ROOT_CONTEXT, SpanKind, type TextMapGetter, type Tracer } from '@opentelemetry/api';
import { rpcMetadata, SUPPRESSED } from './context';
import type { HttpInstrumentationOptions } from './options';
import { type Carrying, IgnoredRequest, REQUEST_TRACE, RequestTrace } from './request';
import { compileIncoming, type IncomingFilter } from './rules';
import { HTTP_REQUEST_METHOD_ORIGINAL, isUnknown, methodOf, URL_QUERY } from './semantics';
import { defaultPort, firstElement, parseHost, pathStart, plainAddress, redactQuery } from './url';
import { describe, type Warn } from './warnings';

/** Exporters of OpenTelemetry, ours included, name themselves so: a receiver in this process must not trace what traces it. */
const EXPORTER_AGENT = 'OTel-OTLP-Exporter-';

const IGNORED = new IgnoredRequest(SUPPRESSED);

const HEADER_GETTER: TextMapGetter<IncomingHttpHeaders> = {
  get: (headers, name) => headers[name.toLowerCase()],
  keys: (headers) => Object.keys(headers),
};

/** Makes the trace of a request; one for each process, or one for each middleware where the built-in tracing is off. */
export class IncomingTracer {
  private readonly ignored: IncomingFilter | undefined;
  private readonly onIncoming: HttpInstrumentationOptions['onIncoming'];
  /** The headers that the propagator reads; asked for at the first request, when the propagator is surely set. */
  private fields: readonly string[] | undefined;

  constructor(
    options: HttpInstrumentationOptions,
    private readonly tracer: Tracer,
    private readonly warn: Warn,
  ) {
    this.ignored = compileIncoming(options, warn);
    this.onIncoming = options.onIncoming;
  }

  /**
   * The trace of a request, put on it and on its response; `undefined` when another instrumentation has made the server span.
   * Never throws: whatever goes wrong here costs the trace, not the request.
   */
  start(request: IncomingMessage & Carrying, response: (ServerResponse & Carrying) | undefined): RequestTrace | IgnoredRequest | undefined {
    try {
      // An instrumentation around ours says so in the context; its span must still be open, because a server started inside a request inherits that context.
      if (rpcMetadata(context.active())?.span.isRecording()) return undefined;
      const trace = this.trace(request);
      request[REQUEST_TRACE] = trace;
      if (response !== undefined) response[REQUEST_TRACE] = trace;
      return trace;
    } catch (error) {
      this.warn('OBS_HTTP_FAILED', `a request could not be traced (${describe(error)}); this is a fault of the tracing, the request went on`);
      return undefined;
    }
  }

  private trace(request: IncomingMessage): RequestTrace | IgnoredRequest {
    // A middleware that is mounted below a path sees the rest of it only; Express keeps the whole.
    const target = (request as { originalUrl?: string }).originalUrl ?? request.url ?? '';
    const start = pathStart(target);
    const question = target.indexOf('?', start);
    const path = (question === -1 ? (start === 0 ? target : target.slice(start)) : target.slice(start, question)) || '/';
    const headers = request.headers;
    const agent = headers['user-agent'];
    if (agent?.startsWith(EXPORTER_AGENT)) return IGNORED;
    if (this.ignored?.(path, request)) return IGNORED;

    const socket = request.socket as Socket & { encrypted?: boolean };
    const forwarded = firstElement(headers['x-forwarded-proto']);
    const scheme = forwarded === 'https' || forwarded === 'http' ? forwarded : socket.encrypted === true ? 'https' : 'http';
    const authority = firstElement(headers['x-forwarded-host']) ?? headers.host;
    const host = authority === undefined ? undefined : parseHost(authority);
    const peer = plainAddress(socket.remoteAddress);
    const method = methodOf(request.method ?? '');
    const base = this.extract(headers);
    // biome-ignore format: one attribute a line
    const span = this.tracer.startSpan(method.name, {
      kind: SpanKind.SERVER,
      attributes: {
        'http.request.method': method.value,
        'url.path': path,
        'url.scheme': scheme,
        'server.address': host?.address,
        'server.port': host === undefined ? undefined : (host.port ?? defaultPort(scheme)),
        'client.address': firstElement(headers['x-forwarded-for']) ?? peer,
        'network.peer.address': peer,
        'network.protocol.version': request.httpVersion,
        'user_agent.original': agent,
      },
    }, base);
    const trace = new RequestTrace(span, base, request, method);
    if (span.isRecording()) {
      if (question !== -1 && question + 1 < target.length) span.setAttribute(URL_QUERY, redactQuery(target.slice(question + 1)));
      if (isUnknown(method)) span.setAttribute(HTTP_REQUEST_METHOD_ORIGINAL, request.method ?? '');
      if (this.onIncoming !== undefined) this.callHook(this.onIncoming, trace, request);
    }
    return trace;
  }

  /** The caller's context; the propagator is only asked when one of its headers is there. */
  private extract(headers: IncomingHttpHeaders): Context {
    this.fields ??= propagation.fields();
    for (const field of this.fields) {
      if (headers[field] !== undefined) return propagation.extract(ROOT_CONTEXT, headers, HEADER_GETTER);
    }
    return ROOT_CONTEXT;
  }

  private callHook(hook: NonNullable<HttpInstrumentationOptions['onIncoming']>, trace: RequestTrace, request: IncomingMessage): void {
    try {
      hook(trace.span, request);
    } catch (error) {
      this.warn('OBS_HTTP_HOOK_THREW', `onIncoming threw (${describe(error)}); the span goes on without what it would have added`);
    }
  }
}
