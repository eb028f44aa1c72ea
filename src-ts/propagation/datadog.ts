/**
 * Datadog (`x-datadog-*`). What its headers say beside ids and decision lives in the trace state's member `dd`, as Datadog's own tracers write it:
 * `s:<priority>;o:<origin>;t.<tag>:<value>`.
 */
import type { Context, TextMapGetter, TextMapPropagator, TextMapSetter } from '@opentelemetry/api';
import { loadAddon } from '../native/addon';
import { FLAG_DEFERRED, FLAG_SAMPLED, type IdentifiedSpan } from '../trace/identity';
import { spanToSend } from './outgoing';
import { countRejected } from './rejected';
import { remoteParent, withRemote } from './remote';
import { readTracestate } from './tracestate';
import { joined, single } from './values';

const PREFIX = 'x-datadog-';
const TRACE_ID = `${PREFIX}trace-id`;
const PARENT_ID = `${PREFIX}parent-id`;
const PRIORITY = `${PREFIX}sampling-priority`;
const ORIGIN = `${PREFIX}origin`;
const TAGS = `${PREFIX}tags`;
/** The attribute of a message in which Datadog's tracers put all of these, as the JSON of an object. */
export const PACKED = '_datadog';
/** Longer ones are not read. */
const MAX_PACKED_LENGTH = 8192;
/** The trace state's member. */
const MEMBER = 'dd';
/** The most characters of `x-datadog-tags`. */
const MAX_TAGS_LENGTH = 512;

/** Datadog's headers. */
export class DatadogPropagator implements TextMapPropagator {
  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const span = spanToSend(context);
    if (span === undefined) return;
    const state = stateOf(span);
    const priority = priorityOf(span, state.get('s'));
    setter.set(carrier, TRACE_ID, decimal(span.trace2, span.trace3));
    setter.set(carrier, PARENT_ID, decimal(span.span0, span.span1));
    if (priority !== undefined) setter.set(carrier, PRIORITY, priority);
    const origin = state.get('o');
    if (origin !== undefined) setter.set(carrier, ORIGIN, origin.replaceAll('~', '='));
    const tags = tagsOf(span, state, priority === state.get('s'));
    if (tags !== '') setter.set(carrier, TAGS, tags);
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const traceId = single(getter.get(carrier, TRACE_ID));
    if (traceId !== undefined) return withHeaders(context, traceId, (name) => getter.get(carrier, name));
    const packed = unpacked(single(getter.get(carrier, PACKED)));
    return packed?.[TRACE_ID] === undefined ? context : withHeaders(context, packed[TRACE_ID], (name) => packed[name]);
  }

  /** Of both forms, since both are read. */
  fields(): string[] {
    return [TRACE_ID, PARENT_ID, PRIORITY, ORIGIN, TAGS, PACKED];
  }
}

/** Headers with Datadog's in one, as its tracers put them into a message's attributes and look for them there. Others stay. */
export function packDatadog(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  if (headers[TRACE_ID] === undefined) return headers;
  const isOwn = ([name]: [string, string]): boolean => name.startsWith(PREFIX);
  const entries = Object.entries(headers);
  return { ...Object.fromEntries(entries.filter((entry) => !isOwn(entry))), [PACKED]: JSON.stringify(Object.fromEntries(entries.filter(isOwn))) };
}

/** The context that the headers name, over `context`. */
function withHeaders(context: Context, traceId: string, read: (name: string) => string | string[] | undefined): Context {
  const [parentId, priority, origin] = [single(read(PARENT_ID)), single(read(PRIORITY)), single(read(ORIGIN))];
  const text = loadAddon()?.parseDatadog(traceId, parentId, priority, origin, joined(read(TAGS)));
  const parent = remoteParent(text, (state) => (state === '' ? undefined : readTracestate(`${MEMBER}=${state}`)));
  return parent === undefined ? context : withRemote(context, parent.span);
}

/** The headers in a message's attribute: names and texts. One that cannot be read is counted. */
function unpacked(json: string | undefined): Record<string, string> | undefined {
  if (json === undefined) return undefined;
  try {
    const all: unknown = json.length > MAX_PACKED_LENGTH ? undefined : JSON.parse(json);
    if (typeof all === 'object' && all !== null) return Object.fromEntries(Object.entries(all).filter(([, value]) => typeof value === 'string'));
  } catch {
    // No JSON.
  }
  countRejected();
  return undefined;
}

/** The parts of the trace state's member. */
function stateOf(span: IdentifiedSpan): Map<string, string> {
  const parts = new Map<string, string>();
  for (const part of span.traceState?.get(MEMBER)?.split(';') ?? []) {
    const colon = part.indexOf(':');
    if (colon > 0) parts.set(part.slice(0, colon), part.slice(colon + 1));
  }
  return parts;
}

/** The priority that came, where it says the same as the span's flag: the user's word (2 or -1) is more than the sampler's (1 or 0). */
function priorityOf(span: IdentifiedSpan, came: string | undefined): string | undefined {
  if ((span.bits & FLAG_DEFERRED) !== 0) return undefined;
  const isSampled = (span.bits & FLAG_SAMPLED) !== 0;
  if (came !== undefined && /^-?\d$/.test(came) && Number(came) > 0 === isSampled) return came;
  return isSampled ? '1' : '0';
}

/** The upper half of the trace id, and the tags that came. Who made the decision is left out where it is no longer the one that came. */
function tagsOf(span: IdentifiedSpan, state: Map<string, string>, isSameDecision: boolean): string {
  const tags: string[] = [];
  if ((span.trace0 | span.trace1) !== 0) tags.push(`_dd.p.tid=${span.traceId.slice(0, 16)}`);
  let length = tags.length === 0 ? 0 : tags[0].length;
  for (const [key, value] of state) {
    if (!key.startsWith('t.') || key === 't.tid' || (key === 't.dm' && !isSameDecision)) continue;
    const tag = `_dd.p.${key.slice(2)}=${value.replaceAll('~', '=')}`;
    length += tag.length + 1;
    if (length <= MAX_TAGS_LENGTH) tags.push(tag);
  }
  return tags.join(',');
}

/** Two words as a decimal number. */
function decimal(high: number, low: number): string {
  return String((BigInt(high >>> 0) << 32n) | BigInt(low >>> 0));
}
