/** What is read from a finished span to write its record. */
import type { HrTime } from '@opentelemetry/api';
import type { Scope } from './dictionary';
import type { FixedValues } from './fixed-values';
import type { Template } from './template';

/** A flat list of keys and values: `[key, value, key, value, …]`, values checked and truncated. */
export type FlatAttributes = unknown[];

/** An event, ready to be written. */
export interface EventRecord {
  name: string;
  /** Milliseconds on the thread's monotonic clock, or the Unix time that the user gave. */
  time: number | HrTime;
  attributes: FlatAttributes;
  dropped: number;
}

/** A link, ready to be written. */
export interface LinkRecord {
  /** Trace id (four words) and span id (two). */
  ids: readonly number[];
  flags: number;
  remote: boolean;
  traceState: string;
  attributes: FlatAttributes;
  dropped: number;
}

/** What of a span rarely is there. */
export interface SpanExtras {
  traceState: string;
  statusMessage: string;
  events: EventRecord[] | undefined;
  droppedEvents: number;
  links: LinkRecord[] | undefined;
  droppedLinks: number;
  /** Times since the Unix epoch, where the user gave one of them. */
  epochStart: HrTime | undefined;
  epochEnd: HrTime | undefined;
}

/** What the recorder reads from a finished span. */
export interface SpanRecord {
  readonly scope: Scope;
  readonly name: string;
  /** The `B_` bits that are known before encoding: trace flags, kind, status code, remote parent. */
  readonly bits: number;
  readonly trace0: number;
  readonly trace1: number;
  readonly trace2: number;
  readonly trace3: number;
  readonly span0: number;
  readonly span1: number;
  readonly parent0: number;
  readonly parent1: number;
  /** Milliseconds on the thread's monotonic clock. */
  readonly startMillis: number;
  /** Undefined while it is open. */
  readonly endMillis: number | undefined;
  /** Whose keys the values in `list` belong to; undefined for a list of keys and values in turn. */
  readonly template: Template | undefined;
  /** How many attributes there are; the list may have room for more. */
  readonly count: number;
  readonly list: FlatAttributes;
  /** With a template, what stands in the first places of `list`, which are empty there; see {@link listOf}. */
  readonly fixed?: FixedValues | undefined;
  readonly dropped: number;
  readonly extras: SpanExtras | undefined;
}

type Listed = Pick<SpanRecord, 'template' | 'count' | 'list' | 'fixed'>;

/** The list of a span that has a template, with the fixed values in their places. */
export function listOf({ count, list, fixed }: Listed): readonly unknown[] {
  return fixed === undefined ? list : [...fixed.values, ...list.slice(fixed.values.length, count)];
}

/** The value under a key of a span's template. */
export function valueUnder({ count, list, fixed }: Listed, template: Template, key: string): unknown {
  const at = template.placeOf(key);
  if (at < 0 || at >= count) return undefined;
  return fixed !== undefined && at < fixed.values.length ? fixed.values[at] : list[at];
}

/** The attributes of a span as keys and values in turn. */
export function flatList(span: Listed): FlatAttributes {
  const { template, count } = span;
  if (template === undefined) return span.list;
  const list = listOf(span);
  const flat: FlatAttributes = [];
  for (let i = 0; i < count; i++) flat.push(template.keys[i], list[i]);
  return flat;
}

/** The keys of a flat list. */
export const keysOf = (list: FlatAttributes): string[] => list.filter((_, i) => (i & 1) === 0) as string[];
/** The values of a flat list. */
export const valuesOf = (list: FlatAttributes): unknown[] => list.filter((_, i) => (i & 1) === 1);
