/** Reads OTLP JSON, as the Collector's file exporter writes it, into plain values that tests compare. */

/** All spans of a file of OTLP JSON lines, flat, each with its resource and scope. The last line may be one that is still being written. */
export function spansOfLines(text) {
  const complete = text.slice(0, text.lastIndexOf('\n') + 1);
  return complete
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => spansOf(JSON.parse(line)));
}

/** All spans of one OTLP JSON document. */
export function spansOf({ resourceSpans = [] }) {
  return resourceSpans.flatMap(({ resource, scopeSpans = [], schemaUrl = '' }) =>
    scopeSpans.flatMap(({ scope = {}, spans = [], schemaUrl: scopeSchemaUrl = '' }) =>
      spans.map((span) => ({
        resource: attributesOf(resource?.attributes),
        resourceSchemaUrl: schemaUrl,
        scope: { name: scope.name ?? '', version: scope.version ?? '', attributes: attributesOf(scope.attributes), schemaUrl: scopeSchemaUrl },
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId ?? '',
        traceState: span.traceState ?? '',
        flags: span.flags ?? 0,
        name: span.name ?? '',
        kind: span.kind ?? 0,
        startUnixNanos: BigInt(span.startTimeUnixNano ?? 0),
        endUnixNanos: BigInt(span.endTimeUnixNano ?? 0),
        attributes: attributesOf(span.attributes),
        droppedAttributesCount: span.droppedAttributesCount ?? 0,
        events: (span.events ?? []).map((event) => ({
          name: event.name ?? '',
          unixNanos: BigInt(event.timeUnixNano ?? 0),
          attributes: attributesOf(event.attributes),
          droppedAttributesCount: event.droppedAttributesCount ?? 0,
        })),
        droppedEventsCount: span.droppedEventsCount ?? 0,
        links: (span.links ?? []).map((link) => ({
          traceId: link.traceId,
          spanId: link.spanId,
          traceState: link.traceState ?? '',
          flags: link.flags ?? 0,
          attributes: attributesOf(link.attributes),
          droppedAttributesCount: link.droppedAttributesCount ?? 0,
        })),
        droppedLinksCount: span.droppedLinksCount ?? 0,
        status: { code: span.status?.code ?? 0, message: span.status?.message ?? '' },
      })),
    ),
  );
}

/** A list of OTLP key-values as an object; a key that occurs twice fails, as no list may hold one twice. */
function attributesOf(list = []) {
  const attributes = {};
  for (const { key, value } of list) {
    if (Object.hasOwn(attributes, key)) {
      throw new Error(`the attribute ${key} occurs twice`);
    }
    attributes[key] = plainValue(value);
  }
  return attributes;
}

/** An OTLP value with its type kept apart where JavaScript would blur it: integers are bigint, floating-point numbers are number. */
function plainValue(value = {}) {
  if ('stringValue' in value) return value.stringValue;
  if ('boolValue' in value) return value.boolValue;
  if ('intValue' in value) return BigInt(value.intValue);
  if ('doubleValue' in value) return Number(value.doubleValue);
  if ('bytesValue' in value) return Uint8Array.from(Buffer.from(value.bytesValue, 'base64'));
  if ('arrayValue' in value) return (value.arrayValue.values ?? []).map(plainValue);
  if ('kvlistValue' in value) return attributesOf(value.kvlistValue.values);
  return undefined;
}
