/** What span processors see of a span and may edit, redactors above all. Made when one of them looks; the record is then written from it. */
import type { Attributes, Link } from '@opentelemetry/api';
import { type EventRecord, flatList, type LinkRecord } from '../arena/span-record';
import { addTo, flatten, toObject, warnThrew } from './attributes';
import type { Extras } from './extras';
import type { SpanLimits } from './limits';
import { readableEvent, readableLink, type TimedEvent } from './readable';
import type { RecordingSpan } from './span';

/** Events or links: the same array and the same objects at each look. */
class LiveList<R extends EventRecord | LinkRecord, V extends { attributes?: Attributes }> {
  private readonly made = new Map<R, V>();
  private readonly seen: V[] = [];

  constructor(private readonly make: (record: R, place: number) => V) {}

  /** What stands for these records. What somebody took out of the array stays out. */
  of(records: readonly R[]): V[] {
    for (const [place, record] of records.entries()) {
      if (this.made.has(record)) continue;
      const made = this.make(record, place);
      this.made.set(record, made);
      this.seen.push(made);
    }
    if (this.made.size > records.length) this.forget(records);
    return this.seen;
  }

  /** The records that are left, with attributes as they were edited. */
  edited(records: readonly R[], maxCount: number, maxLength: number): R[] {
    const left = new Set(this.of(records));
    return records.filter((record) => {
      const made = this.made.get(record) as V;
      if (!left.has(made)) return false;
      const { list, dropped } = flatten(made.attributes, maxCount, maxLength);
      record.attributes = list;
      record.dropped += dropped;
      return true;
    });
  }

  /** The oldest records made room for others. */
  private forget(records: readonly R[]): void {
    for (const [record, made] of this.made) {
      if (records.includes(record)) continue;
      this.made.delete(record);
      const place = this.seen.indexOf(made);
      if (place >= 0) this.seen.splice(place, 1);
    }
  }
}

/** Attributes, events and links of one span. */
export class Live {
  private attributes: Attributes | undefined;
  private events: LiveList<EventRecord, TimedEvent> | undefined;
  private links: LiveList<LinkRecord, Link> | undefined;
  private isRecorded = false;

  constructor(private readonly limits: SpanLimits) {}

  /** One object for the span's whole life. What is set from here on comes into an emptied list, and from there into the object at the next look. */
  attributesOf(span: RecordingSpan): Attributes {
    if (this.attributes === undefined) this.attributes = toObject(flatList(span));
    else if (!this.isRecorded) span.dropped += addTo(this.attributes, flatList(span), this.limits.attributeCount);
    if (!this.isRecorded) span.replaceList([]);
    return this.attributes;
  }

  /** Takes another object's attributes in place of those that are there. */
  replaceAttributes(span: RecordingSpan, attributes: unknown): void {
    const { list, dropped } = flatten(attributes, this.limits.attributeCount, this.limits.attributeValueLength);
    this.attributes = toObject(list);
    if (this.isRecorded) return;
    span.dropped += dropped;
    span.replaceList([]);
  }

  eventsOf(extras: Extras): TimedEvent[] {
    this.events ??= new LiveList(readableEvent);
    return this.events.of(extras.events ?? []);
  }

  linksOf(extras: Extras): Link[] {
    this.links ??= new LiveList((record, place) => readableLink(record, extras.linkContexts[place]));
    return this.links.of(extras.links ?? []);
  }

  /** Puts what was edited in place of what the span had, checked as whatever users give: the record comes next. */
  record(span: RecordingSpan, extras: Extras): void {
    const { attributeCount, attributePerEventCount, attributePerLinkCount, attributeValueLength } = this.limits;
    try {
      if (this.attributes !== undefined) {
        const { list, dropped } = flatten(this.attributesOf(span), attributeCount, attributeValueLength);
        span.dropped += dropped;
        span.replaceList(list);
      }
      if (extras.events !== undefined && this.events !== undefined)
        extras.events = this.events.edited(extras.events, attributePerEventCount, attributeValueLength);
      if (extras.links !== undefined && this.links !== undefined)
        extras.links = this.links.edited(extras.links, attributePerLinkCount, attributeValueLength);
    } catch {
      warnThrew();
    }
    this.isRecorded = true;
  }
}
