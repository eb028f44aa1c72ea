/** Calls that services write: they type-check as printed, and wrong ones do not. Compiled only, never run. */
import {
  getTracer,
  initTracing,
  instrumentMongo,
  type Tracing,
  type TracingOptions,
  type TracingStats,
  withSpan,
} from '@manifest-cyber/observability-ts';
import { createTestTracing } from '@manifest-cyber/observability-ts/testing';
import { extractTraceContext, formatTraceparent, injectTraceContext, parseTraceparent } from '@manifest-cyber/observability-ts/tracing';
import type { Context, SpanContext, TracerProvider } from '@opentelemetry/api';
import { MongoClient } from 'mongodb';
import { MongoClient as MongoClient7 } from 'mongodb7';

const tracing: Promise<Tracing> = initTracing({
  serviceName: 'manifest-api',
  environment: 'production',
  exporter: {
    type: 'otlp-grpc',
    endpoint: 'http://localhost:4317',
    headers: { 'api-key': 'x' },
    compression: 'gzip',
    timeoutMillis: 5_000,
    proxy: false,
  },
  sampling: { rate: 0.1, keepErrors: true, rules: [], maxTracesPerSecond: 100, dropHealthChecks: true },
  batch: { maxSpans: 512, maxDelayMillis: 1_000 },
  limits: { attributeCount: 64, attributePerEventCount: 8 },
  propagators: ['tracecontext', 'baggage', 'xray', 'datadog', 'b3', 'b3multi'],
  signals: false,
  queue: { maxBytes: 2 ** 20, maxSpans: 10_000, maxInFlight: 2 },
  exitTimeoutMillis: 500,
  logLevel: 'warn',
  spool: { directory: '/var/spool/traces' },
  redact: [],
});
export const withoutOptions: Promise<Tracing> = initTracing();
export const stats: Promise<TracingStats> = tracing.then((running) => running.stats());
export const provider: Promise<TracerProvider> = tracing.then((running) => running.provider);

// @ts-expect-error no such exporter
export const exporter: TracingOptions = { exporter: { type: 'zipkin' } };
// @ts-expect-error no such level
export const level: TracingOptions = { logLevel: 'loud' };
// @ts-expect-error the environment's proxy is what is taken by itself
export const proxy: TracingOptions = { exporter: { proxy: true } };
// @ts-expect-error a rate is a number
export const rate: TracingOptions = { sampling: { rate: '10%' } };
// @ts-expect-error no such option
export const option: TracingOptions = { servicename: 'x' };
// @ts-expect-error no such propagator
export const propagator: TracingOptions = { propagators: ['w3c'] };
// @ts-expect-error a processor has onStart and onEnd
export const processor: TracingOptions = { spanProcessors: [{}] };

export const number: number = withSpan('work', () => 42);
export const promise: Promise<string> = withSpan('work', async (span) => span.spanContext().traceId);
// @ts-expect-error the value is a promise
export const awaited: string = withSpan('work', async () => 'x');
// @ts-expect-error a span has a name
withSpan(() => {});

export const context: SpanContext | undefined = parseTraceparent('00-…');
// @ts-expect-error a header may be invalid
export const certain: SpanContext = parseTraceparent('00-…');
export const header: string | undefined = context && formatTraceparent(context);
export const extracted: Context = extractTraceContext(new Headers());
export const injected: Record<string, string> = injectTraceContext<Record<string, string>>({});
export const names: string[] = createTestTracing({ http: false })
  .getFinishedSpans()
  .map((span) => span.name);
getTracer('mine', '1.0.0').startSpan('span').end();

export const mongo: MongoClient = instrumentMongo(new MongoClient('mongodb://localhost'));
export const mongo7: MongoClient7 = instrumentMongo(new MongoClient7('mongodb://localhost'), { queryText: true });
// @ts-expect-error a database is no client
instrumentMongo(mongo.db());
// @ts-expect-error no such option
instrumentMongo(mongo, { enhancedDatabaseReporting: true });
