/** What of a span is rarely there: made when it first is. */
import { performance } from 'node:perf_hooks';
import type { HrTime, SpanContext, TraceState } from '@opentelemetry/api';
import type { EventRecord, LinkRecord, SpanExtras } from '../arena/span-record';
import { flatten } from './attributes';
import { endTimeFrom } from './given-time';
import type { SpanLimits } from './limits';
import type { ReadLink } from './link';
import type { Live } from './live';
import { textOf } from './text';
import { hrTimeFromInput, hrTimeFromMonotonic, isTimeInput } from './time';

/** Events, links, and what is neither an id nor an attribute. */
export class Extras implements SpanExtras {
  traceState = '';
  statusMessage = '';
  events: EventRecord[] | undefined = undefined;
  droppedEvents = 0;
  links: LinkRecord[] | undefined = undefined;
  droppedLinks = 0;
  epochStart: HrTime | undefined = undefined;
  epochEnd: HrTime | undefined = undefined;
  state: TraceState | undefined = undefined;
  /** Contexts of the links, for whoever reads the span. */
  linkContexts: SpanContext[] = [];
  /** What processors look at. */
  live: Live | undefined = undefined;

  /** An event; of more than there may be, the oldest goes. */
  addEvent(limits: SpanLimits, name: string, attributesOrTime: unknown, time: unknown): void {
    if (limits.eventCount === 0) {
      this.droppedEvents++;
      return;
    }
    let attributes = attributesOrTime;
    let moment = time;
    if (isTimeInput(attributesOrTime)) {
      attributes = undefined;
      if (!isTimeInput(time)) moment = attributesOrTime;
    }
    const { list, dropped } = flatten(attributes, limits.attributePerEventCount, limits.attributeValueLength);
    this.events ??= [];
    if (this.events.length >= limits.eventCount) {
      this.events.shift();
      this.droppedEvents++;
    }
    this.events.push({ name: textOf(name), time: hrTimeFromInput(moment) ?? performance.now(), attributes: list, dropped });
  }

  /** A link; of more than there may be, the oldest goes. */
  addLink(limits: SpanLimits, { record, context }: ReadLink): void {
    if (limits.linkCount === 0) {
      this.droppedLinks++;
      return;
    }
    this.links ??= [];
    if (this.links.length >= limits.linkCount) {
      this.links.shift();
      this.linkContexts.shift();
      this.droppedLinks++;
    }
    this.links.push(record);
    this.linkContexts.push(context);
  }

  /** The end, where one of both times was given; returns what the monotonic clock says. */
  endAt(endTime: unknown, startMillis: number): number {
    this.epochStart ??= hrTimeFromMonotonic(startMillis);
    this.epochEnd = endTimeFrom(endTime, this.epochStart);
    return performance.now();
  }
}
