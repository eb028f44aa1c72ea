/** The plan's unit test as printed: OpenTelemetry's in-memory exporter on our provider, the matchers of Jest. */
import { afterEach, beforeEach, describe, it } from 'node:test';
import { getTracer, initTracing } from '@manifest-cyber/observability-ts';
import * as sdk from '@opentelemetry/sdk-trace-base';
import { expect } from 'expect';
import { runSample } from './sample.mjs';

let starting;
afterEach(async () => (await starting).shutdown());

/** What the sample leaves to a comment, "Configure test tracer with in-memory exporter", is done where it makes its exporter. */
class InMemorySpanExporter extends sdk.InMemorySpanExporter {
  constructor() {
    super();
    starting = initTracing({ exporter: { type: 'none' }, http: false, spanProcessors: [new sdk.SimpleSpanProcessor(this)] });
  }
}
const modules = { '@opentelemetry/sdk-trace-base': { ...sdk, InMemorySpanExporter } };
await runSample('unit-test', { describe, it, expect, beforeEach, tracer: getTracer('test') }, { modules });
