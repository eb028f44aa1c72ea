// Headers of requests as a server gets them: each value a fresh string, made from bytes as an HTTP parser makes it, and never seen before.
const HEX = '0123456789abcdef';

/** A generator of hex digits that gives every contender the same sequence (xorshift). */
function digits(seed) {
  let state = (seed * 0x9e3779b1) | 1;
  return (count) => {
    let text = '';
    for (let i = 0; i < count; i++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      text += HEX[state & 15];
    }
    return text;
  };
}

const fresh = (text) => Buffer.from(text).latin1Slice();

/** What else a request brings: a propagator has to find its own headers among them. */
const OTHERS = { host: 'api.example.com', 'user-agent': 'node', accept: '*/*', connection: 'keep-alive' };

/** The headers of request `i`: a `traceparent`, and with `full` a trace state of three members and baggage of three entries. */
export function headersOf(i, full) {
  const hex = digits(i + 1);
  const headers = { ...OTHERS, traceparent: fresh(`00-${hex(31)}1-${hex(15)}1-01`) };
  if (full) {
    headers.tracestate = fresh(`congo=${hex(16)},rojo=${hex(12)}-1,vendor=t:${hex(10)};p:8`);
    headers.baggage = fresh(`user.id=u-${hex(8)},tenant=acme-${hex(6)},request=${hex(24)}`);
  }
  return headers;
}
