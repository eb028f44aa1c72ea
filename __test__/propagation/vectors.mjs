/**
 * What a service must do with the headers of W3C Trace Context level 2, each row with its reason: the cases of the working group's validation suite
 * (w3c/trace-context, `test/test.py`, all of them at its strictest level) and those of the recommendation that it leaves out.
 *
 * A row: why, the headers as they come, the trace id that goes on (undefined: a new trace), and the trace state that goes on.
 */
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const OTHER = '0af7651916cd43dd8448eb211c80319d';
const SPAN = 'b7ad6b7169203331';
const PARENT = `00-${TRACE}-${SPAN}-01`;
const kept = (why, ...headers) => ({ why, headers, trace: TRACE });
const anew = (why, ...headers) => ({ why, headers });

/** `traceparent` alone. */
export const traceparents = [
  anew('no header at all'),
  kept('a valid one', ['traceparent', PARENT]),
  anew('two that differ', ['traceparent', PARENT], ['traceparent', PARENT.replace(TRACE, OTHER)]),
  anew('two that are the same', ['traceparent', PARENT], ['traceparent', PARENT]),
  anew('a name with a hyphen', ['trace-parent', PARENT]),
  anew('a name with a dot', ['trace.parent', PARENT]),
  kept('a name with large initials', ['TraceParent', PARENT]),
  kept('a name of mixed case', ['TrAcEpArEnT', PARENT]),
  kept('a name in capitals', ['TRACEPARENT', PARENT]),
  anew('version 00 with a character behind', ['traceparent', `${PARENT}.`]),
  anew('version 00 with a part behind', ['traceparent', `${PARENT}-what-the-future-brings`]),
  kept('a later version of the same form', ['traceparent', `cc${PARENT.slice(2)}`]),
  kept('a later version with parts behind', ['traceparent', `cc${PARENT.slice(2)}-what-the-future-brings`]),
  anew('a later version with something else behind', ['traceparent', `cc${PARENT.slice(2)}.what-the-future-brings`]),
  kept('the last version but the forbidden one', ['traceparent', `fe${PARENT.slice(2)}`]),
  anew('version ff, which is forbidden', ['traceparent', `ff${PARENT.slice(2)}`]),
  anew('a version that begins with no digit', ['traceparent', `.0${PARENT.slice(2)}`]),
  anew('a version that ends with no digit', ['traceparent', `0.${PARENT.slice(2)}`]),
  anew('a version in capitals', ['traceparent', `CC${PARENT.slice(2)}`]),
  anew('a version of three digits', ['traceparent', `0${PARENT}`]),
  anew('a version of four digits', ['traceparent', `00${PARENT}`]),
  anew('a version of one digit', ['traceparent', PARENT.slice(1)]),
  anew('a trace id of zeros', ['traceparent', `00-${'0'.repeat(32)}-${SPAN}-01`]),
  anew('a trace id that begins with no digit', ['traceparent', `00-.${TRACE.slice(1)}-${SPAN}-01`]),
  anew('a trace id that ends with no digit', ['traceparent', `00-${TRACE.slice(1)}.-${SPAN}-01`]),
  anew('a trace id in capitals', ['traceparent', `00-${TRACE.toUpperCase()}-${SPAN}-01`]),
  anew('a trace id of 33 digits', ['traceparent', `00-${TRACE}1-${SPAN}-01`]),
  anew('a trace id of 31 digits', ['traceparent', `00-${TRACE.slice(1)}-${SPAN}-01`]),
  anew('a parent id of zeros', ['traceparent', `00-${TRACE}-${'0'.repeat(16)}-01`]),
  anew('a parent id that begins with no digit', ['traceparent', `00-${TRACE}-.${SPAN.slice(1)}-01`]),
  anew('a parent id that ends with no digit', ['traceparent', `00-${TRACE}-${SPAN.slice(1)}.-01`]),
  anew('a parent id in capitals', ['traceparent', `00-${TRACE}-${SPAN.toUpperCase()}-01`]),
  anew('a parent id of 17 digits', ['traceparent', `00-${TRACE}-${SPAN}1-01`]),
  anew('a parent id of 15 digits', ['traceparent', `00-${TRACE}-${SPAN.slice(1)}-01`]),
  anew('flags that begin with no digit', ['traceparent', `00-${TRACE}-${SPAN}-.0`]),
  anew('flags that end with no digit', ['traceparent', `00-${TRACE}-${SPAN}-0.`]),
  anew('flags of three digits', ['traceparent', `00-${TRACE}-${SPAN}-001`]),
  anew('flags of one digit', ['traceparent', `00-${TRACE}-${SPAN}-1`]),
  kept('a space before', ['traceparent', ` ${PARENT}`]),
  kept('a tab before', ['traceparent', `\t${PARENT}`]),
  kept('a space behind', ['traceparent', `${PARENT} `]),
  kept('a tab behind', ['traceparent', `${PARENT}\t`]),
  kept('spaces and tabs on both sides', ['traceparent', `\t ${PARENT} \t`]),
];

/** `tracestate` beside a valid `traceparent`: the name or the values of it, and what goes on. */
function stated(why, values, state, name = 'tracestate') {
  return { why, headers: [['traceparent', PARENT], ...values.map((value) => [name, value])], trace: TRACE, state };
}

const numbered = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => `k${String(from + i).padStart(2, '0')}=${from + i}`).join(',');
const EVERY_KEY = 'abcdefghijklmnopqrstuvwxyz0123456789_-*/';
const printable = Array.from({ length: 0x7f - 0x20 }, (_, i) => String.fromCharCode(0x20 + i)).join('');
const EVERY_VALUE = printable.replace(',', '').replace('=', '');
const LONG = 'k'.repeat(256);
const TENANT = `${'t'.repeat(241)}@${'v'.repeat(14)}`;

/** `tracestate`. */
export const tracestates = [
  { why: 'no traceparent to belong to', headers: [['tracestate', 'foo=1,bar=2']] },
  {
    why: 'an invalid traceparent to belong to',
    headers: [
      ['traceparent', `${PARENT}.`],
      ['tracestate', 'foo=1'],
    ],
  },
  stated('two members', ['foo=1,bar=2'], 'foo=1,bar=2'),
  stated('a name with a hyphen', ['foo=1'], undefined, 'trace-state'),
  stated('a name with a dot', ['foo=1'], undefined, 'trace.state'),
  stated('a name with large initials', ['foo=1'], 'foo=1', 'TraceState'),
  stated('a name of mixed case', ['foo=1'], 'foo=1', 'TrAcEsTaTe'),
  stated('a name in capitals', ['foo=1'], 'foo=1', 'TRACESTATE'),
  stated('an empty header', [''], undefined),
  stated('an empty header behind another', ['foo=1', ''], 'foo=1'),
  stated('an empty header before another', ['', 'foo=1'], 'foo=1'),
  stated('several headers, in their order', ['foo=1,bar=2', 'rojo=1,congo=2', 'baz=3'], 'foo=1,bar=2,rojo=1,congo=2,baz=3'),
  stated('a key twice: the first counts', ['foo=1,foo=1'], 'foo=1'),
  stated('a key twice with other values', ['foo=1,foo=2'], 'foo=1'),
  stated('a key twice in two headers', ['foo=1', 'foo=1'], 'foo=1'),
  stated('a key twice in two headers with other values', ['foo=1', 'foo=2'], 'foo=1'),
  stated('every character of a key and of a value', [`${EVERY_KEY}=${EVERY_VALUE}`], `${EVERY_KEY}=${EVERY_VALUE}`),
  stated('every character of a tenant and a system', [`${EVERY_KEY}@a-z0-9_-*/=${EVERY_VALUE}`], `${EVERY_KEY}@a-z0-9_-*/=${EVERY_VALUE}`),
  stated('a digit first, as level 2 allows', ['0foo=1'], '0foo=1'),
  stated('white space around members', ['foo=1 \t , \t bar=2, \t baz=3'], 'foo=1,bar=2,baz=3'),
  stated('white space the other way round', ['foo=1\t \t,\t \tbar=2,\t \tbaz=3'], 'foo=1,bar=2,baz=3'),
  stated('a space before', [' foo=1'], 'foo=1'),
  stated('a tab before', ['\tfoo=1'], 'foo=1'),
  stated('a space behind', ['foo=1 '], 'foo=1'),
  stated('a tab behind', ['foo=1\t'], 'foo=1'),
  stated('spaces and tabs on both sides', ['\t foo=1 \t'], 'foo=1'),
  stated('empty members', [',foo=1,,\t,bar=2,'], 'foo=1,bar=2'),
  stated('empty members alone', [' , ,'], undefined),
  stated('a space behind a key', ['foo =1'], undefined),
  stated('a key in capitals', ['FOO=1'], undefined),
  stated('a key with a dot', ['foo.bar=1'], undefined),
  stated('no system behind the tenant', ['foo@=1,bar=2'], undefined),
  stated('no tenant before the system', ['@foo=1,bar=2'], undefined),
  stated('two signs between them', ['foo@@bar=1,bar=2'], undefined),
  stated('three parts', ['foo@bar@baz=1,bar=2'], undefined),
  stated('32 members', [numbered(1, 10), numbered(11, 20), numbered(21, 32)], numbered(1, 32)),
  stated('33 members', [numbered(1, 10), numbered(11, 20), numbered(21, 33)], undefined),
  stated('the longest key', ['foo=1', `${LONG}=1`], `foo=1,${LONG}=1`),
  stated('a longer key', ['foo=1', `${LONG}k=1`], undefined),
  stated('the longest tenant and system', ['foo=1', `${TENANT}=1`], `foo=1,${TENANT}=1`),
  stated('a longer tenant', ['foo=1', `${'t'.repeat(242)}@v=1`], undefined),
  stated('a longer system', ['foo=1', `t@${'v'.repeat(15)}=1`], undefined),
  stated('the longest value', [`foo=${LONG}`], `foo=${LONG}`),
  stated('a longer value', [`foo=${LONG}k`], undefined),
  stated('an equals sign in a value', ['foo=bar=baz'], undefined),
  stated('an empty value', ['foo=,bar=3'], undefined),
  stated('no equals sign', ['foo,bar=3'], undefined),
  stated('the longest list of all', [Array.from({ length: 32 }, (_, i) => `${`k${i}`.padEnd(256, 'x')}=${LONG}`).join(',')], 'whole'),
];
for (const row of tracestates) if (row.state === 'whole') row.state = row.headers[1][1];

/** Flags that come, flags that go on below a span that is sampled as its parent is. */
export const flags = [
  ['00', '00', 'nothing'],
  ['01', '01', 'sampled'],
  ['02', '02', 'random: passed on as it came'],
  ['03', '03', 'both'],
  ['04', '00', 'a flag that nobody knows is sent as zero'],
  ['09', '01', 'beside one that is known'],
  ['ff', '03', 'all of them'],
];

/** The parts that rows are made of. */
export const parts = { TRACE, SPAN, PARENT };
