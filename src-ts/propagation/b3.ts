/** B3 (openzipkin/b3-propagation): writes one header or several, reads both. */
import type { Context, TextMapGetter, TextMapPropagator, TextMapSetter } from '@opentelemetry/api';
import { loadAddon } from '../native/addon';
import { FLAG_DEFERRED, FLAG_SAMPLED, type IdentifiedSpan } from '../trace/identity';
import { spanToSend } from './outgoing';
import { remoteParent, withRemote } from './remote';
import { single } from './values';

const HEADER = 'b3';
const TRACE_ID = 'x-b3-traceid';
const SPAN_ID = 'x-b3-spanid';
const PARENT_SPAN_ID = 'x-b3-parentspanid';
const SAMPLED = 'x-b3-sampled';
const FLAGS = 'x-b3-flags';
/** The context key of the debug flag: the one that OpenTelemetry's propagator uses, so that both can be mixed. */
const DEBUG_KEY = Symbol.for('OpenTelemetry Context Key B3 Debug Flag');

/** B3; `several` chooses the form that is written. */
export class B3Propagator implements TextMapPropagator {
  constructor(private readonly several: boolean) {}

  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const span = spanToSend(context);
    if (span === undefined) return;
    const isDebug = Boolean(context.getValue(DEBUG_KEY));
    const decision = decisionOf(span);
    if (!this.several) {
      const state = isDebug ? 'd' : decision;
      setter.set(carrier, HEADER, `${span.traceId}-${span.spanId}${state === undefined ? '' : `-${state}`}`);
      return;
    }
    setter.set(carrier, TRACE_ID, span.traceId);
    setter.set(carrier, SPAN_ID, span.spanId);
    // The debug flag implies the decision, which is then not sent.
    if (isDebug) setter.set(carrier, FLAGS, '1');
    else if (decision !== undefined) setter.set(carrier, SAMPLED, decision);
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const header = single(getter.get(carrier, HEADER));
    const parent = remoteParent(header === undefined ? undefined : loadAddon()?.parseB3(header)) ?? parentInSeveral(carrier, getter);
    if (parent === undefined) return context;
    const extracted = withRemote(context, parent.span);
    return parent.debug ? extracted.setValue(DEBUG_KEY, '1') : extracted;
  }

  /** Of both forms, since both are read. */
  fields(): string[] {
    return [HEADER, TRACE_ID, SPAN_ID, PARENT_SPAN_ID, SAMPLED, FLAGS];
  }
}

function parentInSeveral(carrier: unknown, getter: TextMapGetter): ReturnType<typeof remoteParent> {
  const traceId = single(getter.get(carrier, TRACE_ID));
  const spanId = single(getter.get(carrier, SPAN_ID));
  if (traceId === undefined && spanId === undefined) return undefined;
  return remoteParent(loadAddon()?.parseB3Multi(traceId, spanId, single(getter.get(carrier, SAMPLED)), single(getter.get(carrier, FLAGS))));
}

function decisionOf(span: IdentifiedSpan): string | undefined {
  if ((span.bits & FLAG_DEFERRED) !== 0) return undefined;
  return (span.bits & FLAG_SAMPLED) !== 0 ? '1' : '0';
}
