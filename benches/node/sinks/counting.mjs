// Counts the spans in request bodies by walking over their framing; nothing is decoded or kept.

function varintAt(bytes, position) {
  let value = 0;
  let factor = 1;
  for (;;) {
    const byte = bytes[position.at++];
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return value;
    factor *= 128;
  }
}

const LENGTH_DELIMITED = 2;
const FIELD_RESOURCE_SPANS = 1;
const FIELD_SCOPE_SPANS = 2;
const FIELD_SPANS = 2;

function countFields(bytes, start, end, path, depth) {
  const position = { at: start };
  let count = 0;
  while (position.at < end) {
    const tag = varintAt(bytes, position);
    const wire = tag & 7;
    if (wire === LENGTH_DELIMITED) {
      const length = varintAt(bytes, position);
      if (tag >>> 3 === path[depth]) {
        count += depth === path.length - 1 ? 1 : countFields(bytes, position.at, position.at + length, path, depth + 1);
      }
      position.at += length;
    } else if (wire === 0) varintAt(bytes, position);
    else if (wire === 1) position.at += 8;
    else if (wire === 5) position.at += 4;
    else throw new Error(`unexpected wire type ${wire}`);
  }
  return count;
}

/** Spans in an ExportTraceServiceRequest. */
export const countOtlpSpans = (bytes, start = 0, end = bytes.length) =>
  countFields(bytes, start, end, [FIELD_RESOURCE_SPANS, FIELD_SCOPE_SPANS, FIELD_SPANS], 0);

function take(bytes, position, size) {
  const value = size === 2 ? bytes.readUInt16BE(position.at) : bytes.readUInt32BE(position.at);
  position.at += size;
  return value;
}

function skipBytes(position, size) {
  position.at += size;
}

// Bytes that follow the type byte of a MessagePack value of fixed size.
const FIXED_BYTES = { 202: 4, 203: 8, 204: 1, 205: 2, 206: 4, 207: 8, 208: 1, 209: 2, 210: 4, 211: 8 };

function skipMessagePack(bytes, position) {
  for (let pending = 1; pending > 0; pending--) {
    const type = bytes[position.at++];
    if (type < 0x80 || type >= 0xe0 || (type >= 0xc0 && type <= 0xc3)) continue;
    if (type < 0x90) pending += (type & 0x0f) * 2;
    else if (type < 0xa0) pending += type & 0x0f;
    else if (type < 0xc0) position.at += type & 0x1f;
    else if (type in FIXED_BYTES) position.at += FIXED_BYTES[type];
    else if (type === 0xc4 || type === 0xd9) position.at += 1 + bytes[position.at];
    else if (type === 0xc5 || type === 0xda) skipBytes(position, take(bytes, position, 2));
    else if (type === 0xc6 || type === 0xdb) skipBytes(position, take(bytes, position, 4));
    else if (type === 0xdc) pending += take(bytes, position, 2);
    else if (type === 0xdd) pending += take(bytes, position, 4);
    else if (type === 0xde) pending += take(bytes, position, 2) * 2;
    else if (type === 0xdf) pending += take(bytes, position, 4) * 2;
    else throw new Error(`unexpected MessagePack type ${type}`);
  }
}

function arrayLength(bytes, position) {
  const type = bytes[position.at++];
  if (type >= 0x90 && type < 0xa0) return type & 0x0f;
  if (type === 0xdc) return take(bytes, position, 2);
  if (type === 0xdd) return take(bytes, position, 4);
  throw new Error(`expected an array, found ${type}`);
}

/** Spans in a v0.4 payload of dd-trace: an array of traces, each an array of spans. */
export function countAgentSpans(bytes) {
  const position = { at: 0 };
  let spans = 0;
  for (let traces = arrayLength(bytes, position); traces > 0; traces--) {
    const length = arrayLength(bytes, position);
    spans += length;
    for (let i = 0; i < length; i++) skipMessagePack(bytes, position);
  }
  return spans;
}
