/**
 * The X-Ray trace header, which SQS carries as the system attribute `AWSTraceHeader`: `Root=1-<8 hex>-<24 hex>;Parent=<16 hex>;Sampled=<0 or 1>`
 * (AWS X-Ray developer guide, "Tracing header").
 */
import type { IdentifiedSpan } from '../trace/identity';
import { FLAG_SAMPLED, identify, type PassiveSpan } from '../trace/identity';

/** Longer headers are not read. */
const MAX_LENGTH = 512;
/** Parts of a header that are read. */
const MAX_PARTS = 16;
const ROOT = /^1-[0-9a-f]{8}-[0-9a-f]{24}$/i;
const PARENT = /^[0-9a-f]{16}$/i;

/** The header of a span. */
export function formatXray(span: IdentifiedSpan): string {
  const { traceId, spanId, bits } = span;
  return `Root=1-${traceId.slice(0, 8)}-${traceId.slice(8)};Parent=${spanId};Sampled=${bits & FLAG_SAMPLED}`;
}

/** The remote parent that a header names; undefined when it names none, such as one without `Parent`. */
export function parseXray(header: unknown): PassiveSpan | undefined {
  if (typeof header !== 'string' || header.length > MAX_LENGTH) return undefined;
  let traceId = '';
  let spanId = '';
  let traceFlags = 0;
  for (const part of header.split(';', MAX_PARTS)) {
    const at = part.indexOf('=');
    const value = part.slice(at + 1).trim();
    switch (part.slice(0, at).trim().toLowerCase()) {
      case 'root':
        if (ROOT.test(value)) traceId = value.slice(2, 10) + value.slice(11);
        break;
      case 'parent':
        if (PARENT.test(value)) spanId = value;
        break;
      case 'sampled':
        // `?` leaves the decision to us, as no flag does.
        if (value === '1') traceFlags = FLAG_SAMPLED;
    }
  }
  return identify({ traceId, spanId, traceFlags, isRemote: true });
}
