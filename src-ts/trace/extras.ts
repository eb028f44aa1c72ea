/** What of a span is rarely there: made when it first is. */
import type { HrTime, SpanContext, TraceState } from '@opentelemetry/api';
import type { EventRecord, LinkRecord, SpanExtras } from '../arena/span-record';

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
}
