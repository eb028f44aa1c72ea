/** The way from a span up to its root. */

/** The id of a span. */
export const idOf = (span) => span.spanContext().spanId;

/** The names of a span and of those above it, the nearest first, among spans of one test. */
export function pathsIn(spans) {
  const byId = new Map(spans.map((span) => [idOf(span), span]));
  return (span) => {
    const path = [];
    for (let at = span; at !== undefined; at = byId.get(at.parentSpanContext?.spanId)) path.push(at.name);
    return path;
  };
}
