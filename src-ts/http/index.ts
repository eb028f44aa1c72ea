/** The built-in tracing of HTTP: server spans for `http` and `https`, client spans for both, for `fetch` and for undici. */

import type { Tracer } from '@opentelemetry/api';
import { carryOnConnection } from './carried';
import { patchClients } from './client';
import { IncomingTracer } from './incoming';
import type { HttpInstrumentationOptions } from './options';
import { OutgoingTracer } from './outgoing';
import { patchServers } from './server';
import { watchUndici } from './undici';

export {
  DEFAULT_HEALTH_CHECKS,
  type HttpInstrumentationOptions,
  type IncomingRule,
  type OutgoingRequest,
  type OutgoingRule,
  stepAside,
} from './options';

/** What the tracing of HTTP needs from its surroundings. */
export interface HttpInstrumentationDeps {
  /** Makes the spans. */
  tracer: Tracer;
}

/** A running instrumentation. */
export interface HttpInstrumentation {
  /** Puts everything back. Spans of requests under way are not ended: tracing is over. */
  disable(): void;
}

/** Held by the copy of this package that traces HTTP in this process. */
const INSTALLED = Symbol.for('@manifest-cyber/observability-ts.http');

/** Starts tracing HTTP in this process. A second call, or a second copy of the package, does nothing while the first is at work. */
export function installHttpInstrumentation(options: HttpInstrumentationOptions, deps: HttpInstrumentationDeps): HttpInstrumentation {
  const shared = globalThis as { [INSTALLED]?: true };
  if (shared[INSTALLED]) return { disable() {} };
  shared[INSTALLED] = true;
  const undo: (() => void)[] = [];
  if (options.incoming !== false) undo.push(patchServers(new IncomingTracer(options, deps.tracer, carryOnConnection)));
  if (options.outgoing !== false || options.fetch !== false) {
    const tracer = new OutgoingTracer(options, deps.tracer);
    if (options.outgoing !== false) undo.push(patchClients(tracer));
    if (options.fetch !== false) undo.push(watchUndici(tracer));
  }
  return {
    disable() {
      for (const restore of undo.splice(0).reverse()) restore();
      delete shared[INSTALLED];
    },
  };
}
