/** AWS X-Ray (`X-Amzn-Trace-Id`; `AWSTraceHeader` in SQS messages). */
import type { Context, TextMapGetter, TextMapPropagator, TextMapSetter } from '@opentelemetry/api';
import { loadAddon } from '../native/addon';
import { FLAG_DEFERRED, FLAG_SAMPLED, type IdentifiedSpan } from '../trace/identity';
import { spanToSend } from './outgoing';
import { type RemoteParent, remoteParent, withRemote } from './remote';
import { single } from './values';

const HEADER = 'x-amzn-trace-id';
/** The context key of fields that are passed on as they came, such as Lambda's `Lineage`. */
const FIELDS_KEY = Symbol.for('observability-ts X-Ray fields');

/** The parent that an X-Ray header names, and the fields to be passed on; undefined when it names none, or is rejected, which is counted. */
export function readXray(header: string): RemoteParent | undefined {
  return remoteParent(loadAddon()?.parseXray(header));
}

/** The X-Ray header of a span, with fields to be passed on. */
export function writeXray(span: IdentifiedSpan, fields?: unknown): string {
  const { traceId, bits } = span;
  const sampled = (bits & FLAG_DEFERRED) !== 0 ? '?' : (bits & FLAG_SAMPLED) !== 0 ? '1' : '0';
  const header = `Root=1-${traceId.slice(0, 8)}-${traceId.slice(8)};Parent=${span.spanId};Sampled=${sampled}`;
  return typeof fields === 'string' && fields !== '' ? `${header};${fields}` : header;
}

/** The context that an X-Ray header names, over `context`; `context` itself where it names none. */
export function withXray(context: Context, header: string): Context {
  const parent = readXray(header);
  if (parent === undefined) return context;
  const extracted = withRemote(context, parent.span);
  return parent.rest === '' ? extracted : extracted.setValue(FIELDS_KEY, parent.rest);
}

/** The X-Ray header of a context; undefined where it has no span, or nothing is to be traced in it. */
export function xrayOf(context: Context): string | undefined {
  const span = spanToSend(context);
  return span === undefined ? undefined : writeXray(span, context.getValue(FIELDS_KEY));
}

/** AWS X-Ray. */
export class XrayPropagator implements TextMapPropagator {
  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const header = xrayOf(context);
    if (header !== undefined) setter.set(carrier, HEADER, header);
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const header = single(getter.get(carrier, HEADER));
    return header === undefined ? context : withXray(context, header);
  }

  fields(): string[] {
    return [HEADER];
  }
}
