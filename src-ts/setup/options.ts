/** What `initTracing` takes and gives. */
import type { Attributes, TracerProvider } from '@opentelemetry/api';
import type { LibraryOptions } from '../automatic';
import type { HttpInstrumentationOptions } from '../http';
import type { SpanProcessor } from '../trace/readable';

/** Where spans go. */
export interface ExporterOptions {
  /** Default `otlp-grpc`, or what the environment says. */
  type?: 'otlp-grpc' | 'otlp-http' | 'console' | 'file' | 'memory' | 'none';
  /** `http://localhost:4317` for gRPC, `http://localhost:4318/v1/traces` for HTTP; a path for `file`. */
  endpoint?: string;
  /** Sent with each request; names are case-insensitive. */
  headers?: Record<string, string>;
  /** Default `none`. */
  compression?: 'none' | 'gzip';
  /** The time one attempt may take, in milliseconds. Default 10,000. */
  timeoutMillis?: number;
  /** PEM files. An `https` endpoint without any trusts the system's roots. */
  tls?: { caFile?: string; certFile?: string; keyFile?: string; serverName?: string };
  /** An HTTP proxy to reach the endpoint through, `http://[user:password@]host:port`; `false` for none. Default from HTTP_PROXY, HTTPS_PROXY and NO_PROXY. */
  proxy?: string | false;
}

/** Which traces are kept; decided where a trace begins. */
export interface SamplingOptions {
  /** The share of new traces, 0 to 1. Default 1. */
  rate?: number;
  /** Whether the decision of a parent wins. Default true. */
  parentBased?: boolean;
  /** Accepted and not yet in effect: whether traces with an error in them are kept whatever the rate. */
  keepErrors?: boolean;
  /** Accepted and not yet in effect: which traces to keep, by what they are. */
  rules?: readonly object[];
  /** Accepted and not yet in effect: the most new traces of a second. */
  maxTracesPerSecond?: number;
  /** Accepted and not yet in effect; `http.healthChecks` leaves the requests of health checks out. */
  dropHealthChecks?: boolean;
}

/** When a batch of spans is sent. */
export interface BatchOptions {
  /** Default 2,048. */
  maxSpans?: number;
  /** Encoded bytes, below 4 MiB. */
  maxBytes?: number;
  /** The longest a span waits for its batch to fill. Default 5,000. */
  maxDelayMillis?: number;
}

/** What waits for the destination. */
export interface QueueOptions {
  /** Encoded bytes that wait or are under way; the oldest batch makes room. Default 32 MiB. */
  maxBytes?: number;
  /** Spans that wait or are under way. Default no bound but the bytes. */
  maxSpans?: number;
  /** Requests under way at once, 1 to 64. Default 4. */
  maxInFlight?: number;
}

/** Limits of spans (OpenTelemetry specification, "Span Limits"). */
export interface LimitOptions {
  /** Attributes of a span. Default 128. */
  attributeCount?: number;
  /** Attributes of an event. Default 128. */
  attributePerEventCount?: number;
  /** Attributes of a link. Default 128. */
  attributePerLinkCount?: number;
  /** UTF-16 code units of a string value. Default 65,536. */
  attributeValueLength?: number;
  /** Events of a span. Default 128. */
  eventCount?: number;
  /** Links of a span. Default 128. */
  linkCount?: number;
}

/** An OpenTelemetry instrumentation, as published. */
export interface Instrumentation {
  readonly instrumentationName?: string;
  setTracerProvider?(provider: TracerProvider): void;
  enable?(): void;
  disable?(): void;
  getConfig?(): { enabled?: boolean };
}

/** Options of {@link initTracing}. What is not given comes from the environment (docs/configuration.md), then from the defaults. */
export interface TracingOptions {
  /** `service.name`. Default OTEL_SERVICE_NAME, SERVICE_NAME, else `unknown_service:node`. */
  serviceName?: string;
  /** `service.version`. Default VERSION. */
  serviceVersion?: string;
  /** `deployment.environment.name` and `environment`. Default ENV. */
  environment?: string;
  /** Further attributes of the process. */
  resource?: Attributes;
  exporter?: ExporterOptions;
  sampling?: SamplingOptions;
  batch?: BatchOptions;
  queue?: QueueOptions;
  limits?: LimitOptions;
  /** OpenTelemetry instrumentations, as they are published. Where one is among them for what is built in, ours steps aside. */
  instrumentations?: readonly (Instrumentation | readonly Instrumentation[])[];
  /** Objects with OpenTelemetry's SpanProcessor interface. They run on the JS thread for each span: that is their cost. */
  spanProcessors?: readonly SpanProcessor[];
  /** Formats of context in headers and messages, in their order (docs/propagation.md). Default `['tracecontext', 'baggage']`. */
  propagators?: readonly ('tracecontext' | 'baggage' | 'xray' | 'datadog' | 'b3' | 'b3multi')[];
  /** The built-in tracing of http, https, fetch and undici; `false` for none. */
  http?: HttpInstrumentationOptions | false;
  /** The built-in tracing of libraries, by themselves, whenever they are loaded; `false` for none. What is instrumented by a call is traced all the same. */
  libraries?: LibraryOptions | false;
  /** Whether SIGTERM and SIGINT flush before the process ends as it would have without us. Default true. Windows leaves them alone. */
  signals?: boolean;
  /** The time that flushing at the end of the process may take, in milliseconds, up to 60,000. Default 1,000. */
  exitTimeoutMillis?: number;
  /** What of this package's own messages is shown. Default `info`. */
  logLevel?: 'none' | 'error' | 'warn' | 'info' | 'debug' | 'verbose';
  /** Accepted and not yet in effect: a queue on disk. */
  spool?: { directory: string; maxBytes?: number } | false;
  /** Accepted and not yet in effect: rules for what is taken out of spans. */
  redact?: readonly object[];
}

/** The ledger: `started = open + exported + notSampled + filtered + dropped + queued`, at any time. */
export interface TracingStats {
  /** Spans started, sampled or not. */
  started: number;
  /** Started and recording, not ended yet. */
  open: number;
  /** Accepted by the exporter's destination. */
  exported: number;
  /** Not chosen by the sampler. */
  notSampled: number;
  /** Left out by rules. */
  filtered: number;
  /** Lost, by reason. */
  dropped: {
    ringFull: number;
    unwritable: number;
    malformed: number;
    tooLarge: number;
    queueFull: number;
    rejected: number;
    refused: number;
    undelivered: number;
    shutdown: number;
  };
  /** Under way, by place. */
  queued: { ring: number; batch: number; queue: number; inFlight: number };
  /** Requests that were accepted. */
  requests: number;
  /** Bytes of those, before compression. */
  exportedBytes: number;
  /** Attempts that failed. */
  failedAttempts: number;
  /** Headers with context that were invalid, or of which a part was left out; in the whole process, since it started. No part of the sum. */
  rejectedHeaders: number;
}

/** Running tracing. */
export interface Tracing {
  /** The provider that is registered with `@opentelemetry/api`. */
  readonly provider: TracerProvider;
  /** Sends what has ended; resolves to whether all of it was settled in time. Default 10,000 ms. Never rejects. */
  forceFlush(timeoutMillis?: number): Promise<boolean>;
  /** Flushes and ends tracing; resolves to whether everything was settled in time. A second call gives the first one's promise. Never rejects. */
  shutdown(timeoutMillis?: number): Promise<boolean>;
  /** The ledger. Where the addon could not be loaded everything is zero. */
  stats(): TracingStats;
}
