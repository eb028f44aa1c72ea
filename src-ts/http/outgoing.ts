/** Client spans, whichever client makes the request: what they carry, how they end, and the headers that go out. */

import type { Context, Span, TextMapSetter, Tracer } from '@opentelemetry/api';
import { warnOnce } from '../native/warn';
import { activeContext, activePropagator, spanOf } from '../trace/active';
import { isSuppressed, withSpanSet } from '../trace/context';
import { messageOf, setError } from '../trace/run';
import type { SpanShape } from '../trace/shape';
import { SpanStarter } from '../trace/starter';
import { KIND_CLIENT } from './kind';
import type { HttpInstrumentationOptions, OutgoingRequest } from './options';
import { compileOutgoing, type OutgoingFilter } from './rules';
import { ERROR_TYPE, errorType, HTTP_RESPONSE_STATUS_CODE, isUnknown, type Method, methodOf, SERVER_PORT, URL_FULL } from './semantics';
import { defaultPort, parseHost, redactUrl } from './url';
import { describe } from './warnings';

/** The client span of one request. */
export class OutgoingTrace {
  /** Whether the headers of the response were there. */
  hasResponse = false;
  private failed = false;
  private ended = false;
  /** Set while the server's port is not known: what to write when it is. */
  private target: { readonly host: string; readonly path: string } | undefined;

  constructor(
    private readonly span: Span,
    private readonly scheme: string,
  ) {}

  /** The port that the request goes to is not known yet; `connect` tells it. */
  awaitPort(host: string, path: string): void {
    this.target = { host, path };
  }

  /** The port that the request went to, or was to go to. */
  connect(port: number | undefined): void {
    if (this.target === undefined || this.ended || port === undefined || port === defaultPort(this.scheme)) return;
    const host = this.target.host.includes(':') ? `[${this.target.host}]` : this.target.host;
    this.span.setAttribute(SERVER_PORT, port);
    this.span.setAttribute(URL_FULL, redactUrl(fullUrl(this.scheme, `${host}:${port}`, this.target.path)));
  }

  /** The headers of the response are there. */
  respond(status: number): void {
    if (this.ended) return;
    this.hasResponse = true;
    this.span.setAttribute(HTTP_RESPONSE_STATUS_CODE, status);
    // For a client, 4xx is a failure too (semantic conventions, "HTTP client span").
    if (status >= 400) this.setFailure(String(status), undefined);
  }

  /** The request failed; ends the span. */
  fail(error: unknown): void {
    if (this.ended) return;
    this.setFailure(errorType(error), error);
    this.end();
  }

  /** The caller lost interest before the response was whole, which is no failure; ends the span. Many do so with the body of a status that is one. */
  abandon(): void {
    if (this.ended) return;
    if (!this.failed) this.span.setAttribute(ERROR_TYPE, 'aborted');
    this.end();
  }

  /** The response is whole, or the connection was taken over; ends the span. */
  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.span.end();
  }

  private setFailure(type: string, error: unknown): void {
    this.failed = true;
    this.span.setAttribute(ERROR_TYPE, type);
    setError(this.span, error === undefined || error === null ? '' : messageOf(error));
  }
}

/** Reads and writes the headers of a request that has not gone out. */
export interface HeaderAccess<C> extends TextMapSetter<C> {
  get(carrier: C, name: string): string | undefined;
  /** Takes a header away, unless it is part of a signature. */
  remove(carrier: C, name: string): void;
}

/** Writes the headers of `span`, the one of `context`. A caller's tracestate belongs to the caller's traceparent, and goes with it (W3C Trace Context, section 3.3). */
function inject<C>(span: Span, context: Context, carrier: C, headers: HeaderAccess<C>): void {
  const propagator = activePropagator();
  if (propagator === undefined) return;
  const isStateGiven = headers.get(carrier, 'tracestate') !== undefined;
  const parent = isStateGiven ? headers.get(carrier, 'traceparent') : undefined;
  propagator.inject(context, carrier, headers);
  if (!isStateGiven || headers.get(carrier, 'traceparent') === parent) return;
  // One of the span's own has been written over the caller's.
  if (!span.spanContext().traceState?.serialize()) headers.remove(carrier, 'tracestate');
}

/**
 * Whether somebody else has made the client span of this request: it is active, and a header of the propagator names it. OpenTelemetry's instrumentations
 * leave a request so.
 */
function isTracedAlready<C>(active: Context, carrier: C, headers: HeaderAccess<C>): boolean {
  const span = spanOf(active) as (Span & { kind?: unknown }) | undefined;
  if (span?.kind !== KIND_CLIENT) return false;
  const { spanId } = span.spanContext();
  for (const name of activePropagator()?.fields() ?? []) {
    const value = headers.get(carrier, name);
    // In decimal: Datadog's.
    if (value !== undefined && (value.includes(spanId) || value === String(BigInt(`0x${spanId}`)))) return true;
  }
  return false;
}

/** Makes client spans; one for each process. */
export class OutgoingTracer {
  private readonly starter: SpanStarter;
  private readonly ignored: OutgoingFilter | undefined;
  private readonly onOutgoing: HttpInstrumentationOptions['onOutgoing'];

  constructor(options: HttpInstrumentationOptions, tracer: Tracer) {
    this.starter = new SpanStarter(tracer);
    this.ignored = compileOutgoing(options);
    this.onOutgoing = options.onOutgoing;
  }

  /**
   * Starts the span of a request and writes the propagation headers onto `carrier`; `undefined` when the request is not traced.
   * Never throws. `scheme` is `http` or `https`, `authority` the host with its port if that is not the scheme's own.
   */
  start<C>(method: string, scheme: string, authority: string, path: string, carrier: C, headers: HeaderAccess<C>): OutgoingTrace | undefined {
    try {
      const active = activeContext();
      if (isSuppressed(active) || isTracedAlready(active, carrier, headers)) return undefined;
      const known = methodOf(method);
      const described: OutgoingRequest | undefined =
        this.ignored !== undefined || this.onOutgoing !== undefined
          ? { method, host: authority, path, url: redactUrl(fullUrl(scheme, authority, path)) }
          : undefined;
      if (described !== undefined && this.ignored?.(described)) return undefined;
      const span = this.starter.start(known.name, active, OUTGOING, undefined, { known, method, scheme, authority, path });
      inject(span, withSpanSet(active, span), carrier, headers);
      if (span.isRecording()) {
        if (this.onOutgoing !== undefined && described !== undefined) this.callHook(this.onOutgoing, span, described);
      }
      return new OutgoingTrace(span, scheme);
    } catch (error) {
      warnOnce('OBS_HTTP_FAILED', `a request could not be traced (${describe(error)}); this is a fault of the tracing, the request went on`);
      return undefined;
    }
  }

  private callHook(hook: NonNullable<HttpInstrumentationOptions['onOutgoing']>, span: Span, request: OutgoingRequest): void {
    try {
      hook(span, request);
    } catch (error) {
      warnOnce('OBS_HTTP_HOOK_THREW', `onOutgoing threw (${describe(error)}); the span goes on without what it would have added`);
    }
  }
}

/** What the attributes of a client span are made of. */
interface Target {
  readonly known: Method;
  readonly method: string;
  readonly scheme: string;
  readonly authority: string;
  readonly path: string;
}

const OUTGOING: SpanShape<Target> = {
  kind: KIND_CLIENT,
  keys: ['http.request.method', 'url.full', 'server.address', 'server.port', 'http.request.method_original'],
  valuesOf({ known, method, scheme, authority, path }) {
    const host = parseHost(authority);
    return [
      known.value,
      redactUrl(fullUrl(scheme, authority, path)),
      host.address,
      host.port ?? defaultPort(scheme),
      isUnknown(known) ? method : undefined,
    ];
  },
};

function fullUrl(scheme: string, authority: string, path: string): string {
  if (path.charCodeAt(0) === 47 /* / */) return `${scheme}://${authority}${path}`;
  // To a proxy the target is absolute, and to CONNECT it is a host, which is no part of a URL.
  return path.includes('://') ? path : `${scheme}://${authority}/`;
}
