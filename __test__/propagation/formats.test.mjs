/** The other formats: X-Ray, Datadog and B3, read and written through the API. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { getTracer, initTracing } from '@manifest-cyber/observability-ts';
import { createTestTracing } from '@manifest-cyber/observability-ts/testing';
import { propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';

const TRACE = '5759e988bd862e3fe1be46a994272793';
const SHORT = `${'0'.repeat(16)}e1be46a994272793`;
const SPAN = '53995c3f42cd8ad8';
const ROOT = `1-${TRACE.slice(0, 8)}-${TRACE.slice(8)}`;
/** The lower half of the trace id, and the span id, as Datadog writes them. */
const LOW = String(BigInt(`0x${TRACE.slice(16)}`));
const PARENT = String(BigInt(`0x${SPAN}`));

let tracing;
after(() => tracing.shutdown());

/** Replaces the running tracing. */
async function use(...propagators) {
  await tracing?.shutdown();
  tracing = createTestTracing({ http: false, propagators });
}

/** While test tracing runs, `initTracing` gives that. */
const rejectedHeaders = async () => (await initTracing()).stats().rejectedHeaders;
const extract = (carrier) => propagation.extract(ROOT_CONTEXT, carrier);
function inject(context) {
  const carrier = {};
  propagation.inject(context, carrier);
  return carrier;
}
const sampledUnder = (context) => (getTracer().startSpan('child', {}, context).spanContext().traceFlags & 1) === 1;

const ids = { 'x-b3-traceid': TRACE, 'x-b3-spanid': SPAN };
const dd = { 'x-datadog-trace-id': LOW, 'x-datadog-parent-id': PARENT };
const tid = `_dd.p.tid=${TRACE.slice(0, 16)}`;
const xray = (rest) => ({ 'x-amzn-trace-id': `Root=${ROOT};Parent=${SPAN}${rest}` });

/** Format, why, headers that come, trace id, whether it is sampled (undefined: for us to decide), headers that go on where no span is made. */
const rows = [
  ['xray', 'sampled', xray(';Sampled=1'), TRACE, true, xray(';Sampled=1')],
  ['xray', 'not sampled', xray(';Sampled=0'), TRACE, false, xray(';Sampled=0')],
  ['xray', 'for us to decide', xray(';Sampled=?'), TRACE, undefined, xray(';Sampled=?')],
  ['xray', 'nothing said', xray(''), TRACE, undefined, xray(';Sampled=?')],
  [
    'xray',
    'lineage and other fields are passed on',
    xray(';Sampled=1;Lineage=2:a87bd80c:1;Own=x'),
    TRACE,
    true,
    xray(';Sampled=1;Lineage=2:a87bd80c:1;Own=x'),
  ],
  [
    'xray',
    "a load balancer's own field is not",
    { 'x-amzn-trace-id': `Self=1-67891233-abc;Root=${ROOT};Parent=${SPAN};Sampled=1` },
    TRACE,
    true,
    xray(';Sampled=1'),
  ],
  ['datadog', '64 bits', { ...dd, 'x-datadog-sampling-priority': '1' }, SHORT, true, { ...dd, 'x-datadog-sampling-priority': '1' }],
  [
    'datadog',
    '128 bits, origin, the user keeps it, tags',
    { ...dd, 'x-datadog-sampling-priority': '2', 'x-datadog-origin': 'synthetics', 'x-datadog-tags': `${tid},_dd.p.dm=-4,_dd.p.usr=YQ==` },
    TRACE,
    true,
    { ...dd, 'x-datadog-sampling-priority': '2', 'x-datadog-origin': 'synthetics', 'x-datadog-tags': `${tid},_dd.p.dm=-4,_dd.p.usr=YQ==` },
  ],
  ['datadog', 'the user drops it', { ...dd, 'x-datadog-sampling-priority': '-1' }, SHORT, false, { ...dd, 'x-datadog-sampling-priority': '-1' }],
  ['datadog', 'nothing decided', dd, SHORT, undefined, dd],
  ['b3', 'sampled', { b3: `${TRACE}-${SPAN}-1` }, TRACE, true, { b3: `${TRACE}-${SPAN}-1` }],
  ['b3', 'not sampled', { b3: `${TRACE}-${SPAN}-0` }, TRACE, false, { b3: `${TRACE}-${SPAN}-0` }],
  ['b3', 'debug, and the grandparent is not passed on', { b3: `${TRACE}-${SPAN}-d-${SPAN}` }, TRACE, true, { b3: `${TRACE}-${SPAN}-d` }],
  ['b3', 'nothing decided', { b3: `${TRACE}-${SPAN}` }, TRACE, undefined, { b3: `${TRACE}-${SPAN}` }],
  ['b3', '64 bits', { b3: `${SHORT.slice(16)}-${SPAN}-1` }, SHORT, true, { b3: `${SHORT}-${SPAN}-1` }],
  ['b3', 'several headers are read, one is written', { ...ids, 'x-b3-sampled': '1' }, TRACE, true, { b3: `${TRACE}-${SPAN}-1` }],
  ['b3', 'one header wins over several', { ...ids, 'x-b3-traceid': SHORT, b3: `${TRACE}-${SPAN}-1` }, TRACE, true, { b3: `${TRACE}-${SPAN}-1` }],
  ['b3multi', 'sampled', { ...ids, 'x-b3-sampled': '1' }, TRACE, true, { ...ids, 'x-b3-sampled': '1' }],
  ['b3multi', 'a word of older tracers', { ...ids, 'x-b3-sampled': 'false' }, TRACE, false, { ...ids, 'x-b3-sampled': '0' }],
  ['b3multi', 'debug implies sampled', { ...ids, 'x-b3-flags': '1' }, TRACE, true, { ...ids, 'x-b3-flags': '1' }],
  ['b3multi', 'nothing decided', ids, TRACE, undefined, ids],
  ['b3multi', 'one header is read, several are written', { b3: `${TRACE}-${SPAN}-0` }, TRACE, false, { ...ids, 'x-b3-sampled': '0' }],
];
for (const [format, why, came, traceId, isSampled, goesOn] of rows) {
  test(`${format}: ${why}`, async () => {
    await use(format);
    const found = extract(came);
    const context = trace.getSpanContext(found);
    assert.deepEqual([context?.traceId, context?.spanId, context?.isRemote], [traceId, SPAN, true]);
    // Test tracing keeps every trace whose decision is its own.
    assert.equal(sampledUnder(found), isSampled ?? true);
    assert.deepEqual(inject(found), goesOn);
  });
}

const none = [
  ['xray', "a load balancer's root without a parent", { 'x-amzn-trace-id': `Root=${ROOT}` }, 0],
  ['xray', 'no number', { 'x-amzn-trace-id': `Root=${ROOT}x;Parent=${SPAN}` }, 1],
  ['xray', 'two headers', { 'x-amzn-trace-id': [`Root=${ROOT};Parent=${SPAN}`, `Root=${ROOT};Parent=${SPAN}`] }, 1],
  ['xray', '64 KB', { 'x-amzn-trace-id': `Root=${ROOT};Parent=${SPAN};x=${'x'.repeat(65_536)}` }, 1],
  ['b3', '64 KB', { b3: `${TRACE}-${SPAN}-1${'-'.repeat(65_536)}` }, 1],
  ['datadog', '64 KB', { ...dd, 'x-datadog-trace-id': '1'.repeat(65_536) }, 1],
  ['datadog', 'no parent', { 'x-datadog-trace-id': LOW }, 0],
  ['datadog', "a browser test's parent", { ...dd, 'x-datadog-parent-id': '0' }, 0],
  ['datadog', 'hexadecimal', { ...dd, 'x-datadog-trace-id': TRACE }, 1],
  ['b3', 'a decision alone', { b3: '0' }, 0],
  ['b3', 'no number', { b3: `${TRACE}x-${SPAN}-1` }, 1],
  ['b3', 'nothing in several', { 'x-b3-sampled': '1' }, 0],
  ['b3multi', 'half of the ids', { 'x-b3-traceid': TRACE }, 1],
];
for (const [format, why, came, rejected] of none) {
  test(`${format}, no parent: ${why}`, async () => {
    await use(format);
    const before = await rejectedHeaders();
    assert.equal(extract(came), ROOT_CONTEXT);
    assert.equal((await rejectedHeaders()) - before, rejected);
  });
}

test('what is written below a span of ours is read again, in each format', async () => {
  for (const format of ['tracecontext', 'xray', 'datadog', 'b3', 'b3multi']) {
    await use(format);
    const span = getTracer().startSpan('sent');
    const carrier = inject(trace.setSpan(ROOT_CONTEXT, span));
    assert.deepEqual(
      Object.keys(carrier).filter((name) => !propagation.fields().includes(name)),
      [],
      format,
    );
    const found = trace.getSpanContext(extract(carrier));
    assert.deepEqual([found.traceId, found.spanId, found.traceFlags & 1], [span.spanContext().traceId, span.spanContext().spanId, 1], format);
  }
});

test("Datadog's decision is replaced when ours is another", async () => {
  await use('datadog');
  const kept = extract({ ...dd, 'x-datadog-sampling-priority': '-1', 'x-datadog-tags': '_dd.p.dm=-4,_dd.p.x=1' });
  const carrier = inject(trace.setSpanContext(kept, { ...trace.getSpanContext(kept), traceFlags: 1 }));
  assert.equal(carrier['x-datadog-sampling-priority'], '1');
  assert.equal(carrier['x-datadog-tags'], '_dd.p.x=1', 'who decided is no longer true');
});

test("Datadog's attribute of a message holds its headers", async () => {
  await use('datadog');
  const packed = (value) => ({ _datadog: typeof value === 'string' ? value : JSON.stringify(value) });
  const found = trace.getSpanContext(
    extract(packed({ ...dd, 'x-datadog-sampling-priority': '1', 'x-datadog-tags': tid, 'dd-pathway-ctx': 'x', n: 1 })),
  );
  assert.deepEqual([found.traceId, found.spanId, found.traceFlags], [TRACE, SPAN, 1]);
  assert.equal(trace.getSpanContext(extract({ ...dd, ...packed({ ...dd, 'x-datadog-parent-id': '1' }) })).spanId, SPAN, 'headers win');
  for (const [value, rejected] of [
    ['{', 1],
    ['null', 1],
    ['[]', 0],
    ['{}', 0],
    [{ 'x-datadog-trace-id': 1 }, 0],
    [{ ...dd, x: 'x'.repeat(9000) }, 1],
  ]) {
    const before = await rejectedHeaders();
    assert.equal(extract(packed(value)), ROOT_CONTEXT);
    assert.equal((await rejectedHeaders()) - before, rejected, JSON.stringify(value).slice(0, 40));
  }
});

// Several formats.

test('a trace goes from one format into another', async () => {
  await use('tracecontext', 'baggage', 'xray', 'datadog', 'b3', 'b3multi');
  const sent = inject(extract({ b3: `${TRACE}-${SPAN}-1` }));
  assert.equal(sent.traceparent, `00-${TRACE}-${SPAN}-01`);
  assert.equal(sent['x-amzn-trace-id'], `Root=${ROOT};Parent=${SPAN};Sampled=1`);
  assert.equal(sent['x-datadog-trace-id'], LOW);
  assert.equal(sent['x-datadog-tags'], tid);
  assert.equal(sent['x-b3-spanid'], SPAN);
});

test("Datadog's own state survives a service that speaks W3C alone", async () => {
  await use('datadog', 'tracecontext');
  const first = inject(extract({ ...dd, 'x-datadog-sampling-priority': '2', 'x-datadog-origin': 'rum', 'x-datadog-tags': `${tid},_dd.p.dm=-4` }));
  assert.equal(first.tracestate, 'dd=s:2;o:rum;t.dm:-4', "as Datadog's tracers write it");
  const second = inject(extract({ traceparent: first.traceparent, tracestate: first.tracestate }));
  assert.deepEqual([second['x-datadog-sampling-priority'], second['x-datadog-origin'], second['x-datadog-tags']], ['2', 'rum', `${tid},_dd.p.dm=-4`]);
});

test('of two formats that name different spans the later one counts', async () => {
  const other = `00-${TRACE}-00f067aa0ba902b7-01`;
  await use('b3', 'tracecontext');
  assert.equal(trace.getSpanContext(extract({ b3: `${TRACE}-${SPAN}-1`, traceparent: other })).spanId, '00f067aa0ba902b7');
  await use('tracecontext', 'b3');
  assert.equal(trace.getSpanContext(extract({ b3: `${TRACE}-${SPAN}-1`, traceparent: other })).spanId, SPAN);
});

test('of two formats that name the same span the first one stays, which may know more', async () => {
  await use('tracecontext', 'b3');
  const found = trace.getSpanContext(extract({ traceparent: `00-${TRACE}-${SPAN}-03`, tracestate: 'a=1', b3: `${TRACE}-${SPAN}-1` }));
  assert.deepEqual([found.traceFlags, found.traceState.serialize()], [3, 'a=1']);
});

test('a format that rejects its header leaves what another one found', async () => {
  await use('tracecontext', 'b3', 'xray', 'datadog');
  const found = extract({
    traceparent: `00-${TRACE}-${SPAN}-01`,
    b3: 'nonsense',
    'x-amzn-trace-id': 'Root=x;Parent=y',
    'x-datadog-trace-id': 'z',
    'x-datadog-parent-id': '1',
  });
  assert.equal(trace.getSpanContext(found).spanId, SPAN);
});

test('no format at all', async () => {
  await use();
  assert.deepEqual(propagation.fields(), []);
  assert.equal(extract({ traceparent: `00-${TRACE}-${SPAN}-01` }), ROOT_CONTEXT);
});
