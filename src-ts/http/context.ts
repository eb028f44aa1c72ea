/** The context of a request: an OpenTelemetry context that holds the server span without copying a map per request. */

import type { Context, Span } from '@opentelemetry/api';
import { EMPTY_CONTEXT, SPAN_KEY, suppress } from '../trace/context';

/** The API's context keys are registered symbols, so that every copy of OpenTelemetry's core package finds the same value. */
const RPC_METADATA_KEY = Symbol.for('OpenTelemetry SDK Context Key RPC_METADATA');

/** What OpenTelemetry's framework instrumentations (Express, Koa, Fastify, …) look for in the context to report the route they found. */
export interface RpcMetadata {
  /** Always `http`: other values are not ours. */
  readonly type: 'http';
  /** The server span of the request. */
  readonly span: Span;
  /** The route, once a framework's instrumentation has found it. */
  route?: string;
}

/** Context in which nothing is traced, for what happens inside ignored requests. */
export const SUPPRESSED: Context = suppress(EMPTY_CONTEXT);

/** The metadata that the nearest HTTP instrumentation put here. */
export function rpcMetadata(context: Context): RpcMetadata | undefined {
  const metadata = context.getValue(RPC_METADATA_KEY) as RpcMetadata | undefined;
  return metadata?.type === 'http' ? metadata : undefined;
}

/**
 * A context that holds a server span and is the RPC metadata about it, over a base. One object instead of two copied maps, because there is one per request:
 * what follows a request to its end extends it.
 */
export abstract class RequestContext implements Context, RpcMetadata {
  readonly type = 'http';
  /** Set by OpenTelemetry's framework instrumentations, if any is there. */
  route?: string;
  private expanded: Context | undefined;

  constructor(
    readonly span: Span,
    private readonly base: Context,
  ) {}

  getValue(key: symbol): unknown {
    if (key === SPAN_KEY) return this.span;
    if (key === RPC_METADATA_KEY) return this;
    return this.base.getValue(key);
  }

  setValue(key: symbol, value: unknown): Context {
    return this.expand().setValue(key, value);
  }

  deleteValue(key: symbol): Context {
    return this.expand().deleteValue(key);
  }

  /** The same as an ordinary context, made when the first child is derived. */
  private expand(): Context {
    this.expanded ??= this.base.setValue(SPAN_KEY, this.span).setValue(RPC_METADATA_KEY, this);
    return this.expanded;
  }
}
