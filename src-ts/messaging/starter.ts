/** Starting spans of this folder. */
import type { Tracer } from '@opentelemetry/api';
import { SpanStarter } from '../http/starter';
import { OWN_SCOPE, VERSION } from '../native/version';
import { foreignProvider } from '../trace/active';
import { ownProvider } from '../trace/provider';

const ownTracer = ownProvider.getTracer(OWN_SCOPE, VERSION);
const own = new SpanStarter(ownTracer);

/** Where another SDK is registered, spans are its own. */
export function tracer(): Tracer {
  return foreignProvider()?.getTracer(OWN_SCOPE, VERSION) ?? ownTracer;
}

/** Starts spans with attributes as lists. */
export function starter(): SpanStarter {
  const foreign = foreignProvider();
  return foreign === undefined ? own : new SpanStarter(foreign.getTracer(OWN_SCOPE, VERSION));
}
