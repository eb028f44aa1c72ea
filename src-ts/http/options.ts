/** What a user may say about HTTP tracing, and what each part does when nothing is said. */

import type { IncomingMessage } from 'node:http';
import type { Span } from '@opentelemetry/api';

/** An outgoing request, as `ignoreOutgoing` and `onOutgoing` see it, whichever client makes it. */
export interface OutgoingRequest {
  /** The method in upper case, `GET`. */
  readonly method: string;
  /** Host and port as the client was told them, `api.example.com` or `localhost:3000`. */
  readonly host: string;
  /** The path with its query string, `/v1/items?limit=10`. */
  readonly path: string;
  /** The whole URL, credentials and signatures removed. */
  readonly url: string;
}

/** A rule for incoming requests: a prefix of the path, a pattern that the path must match, or a function that says `true` for what to leave out. */
export type IncomingRule = string | RegExp | ((request: IncomingMessage) => boolean);

/** A rule for outgoing requests: a prefix of the whole URL, a pattern that the URL must match, or a function that says `true` for what to leave out. */
export type OutgoingRule = string | RegExp | ((request: OutgoingRequest) => boolean);

/** Options of the built-in tracing of `http`, `https`, `fetch` and undici. */
export interface HttpInstrumentationOptions {
  /** Server spans for `http` and `https` servers. Default `true`. */
  incoming?: boolean;
  /** Client spans for `http.request`, `https.request` and their `get`. Default `true`. */
  outgoing?: boolean;
  /** Client spans for the global `fetch` and for undici. Default `true`. */
  fetch?: boolean;
  /**
   * Paths of health checks, compared with the whole path (a query string does not matter). They make no server span, and what is done inside them is not
   * traced either. `false` traces them like any other request. Default: {@link DEFAULT_HEALTH_CHECKS}.
   */
  healthChecks?: readonly string[] | false;
  /** Incoming requests that are not traced, nor what is done inside them. Default none. */
  ignoreIncoming?: readonly IncomingRule[];
  /** Outgoing requests that make no span and get no `traceparent` header. Default none. */
  ignoreOutgoing?: readonly OutgoingRule[];
  /** Called with each server span at its start, to add attributes. Not called for spans that are not recorded. */
  onIncoming?: (span: Span, request: IncomingMessage) => void;
  /** Called with each client span at its start, to add attributes. Not called for spans that are not recorded. */
  onOutgoing?: (span: Span, request: OutgoingRequest) => void;
}

/** The paths that orchestrators and load balancers usually ask for. */
export const DEFAULT_HEALTH_CHECKS: readonly string[] = ['/health', '/healthz', '/livez', '/readyz', '/ping'];

/** The instrumentations of OpenTelemetry that do the same work, by the name they carry. */
const HTTP_INSTRUMENTATION = '@opentelemetry/instrumentation-http';
const UNDICI_INSTRUMENTATION = '@opentelemetry/instrumentation-undici';

/**
 * The options with everything turned off that one of the given instrumentations does already, so that no request ever yields two spans.
 * Lists of lists, as `getNodeAutoInstrumentations()` inside `instrumentations: [...]` makes them, are looked through.
 */
export function stepAside(options: HttpInstrumentationOptions, instrumentations: readonly unknown[] = []): HttpInstrumentationOptions {
  const resolved = { ...options };
  for (const instrumentation of instrumentations.flat(2)) {
    const name = (instrumentation as { instrumentationName?: unknown } | null | undefined)?.instrumentationName;
    if (name === HTTP_INSTRUMENTATION) {
      resolved.incoming = false;
      resolved.outgoing = false;
    } else if (name === UNDICI_INSTRUMENTATION) {
      resolved.fetch = false;
    }
  }
  return resolved;
}
