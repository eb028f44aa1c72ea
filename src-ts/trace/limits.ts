/** Limits of a span (OpenTelemetry specification, "Span Limits"). `Infinity` means unlimited. */
export interface SpanLimits {
  /** Attributes of a span. Default 128. */
  attributeCount: number;
  /** UTF-16 code units of a string value; longer ones are cut. Default unlimited. */
  attributeValueLength: number;
  /** Events of a span; the oldest is dropped. Default 128. */
  eventCount: number;
  /** Links of a span; the oldest is dropped. Default 128. */
  linkCount: number;
  /** Attributes of an event. Default 128. */
  attributePerEventCount: number;
  /** Attributes of a link. Default 128. */
  attributePerLinkCount: number;
}

/** The specification's defaults. */
export const DEFAULT_LIMITS: SpanLimits = {
  attributeCount: 128,
  attributeValueLength: Number.POSITIVE_INFINITY,
  eventCount: 128,
  linkCount: 128,
  attributePerEventCount: 128,
  attributePerLinkCount: 128,
};
