/** What comes out at the end of the whole way is what OpenTelemetry's own exporter would have sent for the same calls. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { spansOf, spansOfLines } from '../parts/otlp-json.mjs';
import { runProgram } from '../parts/program.mjs';
import { scripts } from './scripts.mjs';

const PROGRAM = new URL('./programs/scripts.mjs', import.meta.url);
/** The flag of level 2 that says that a trace id is random: ours sets it, OpenTelemetry JS does not know it. */
const FLAG_RANDOM = 2;

let folder;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'observability-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** Limits are those of a process: one process for each. */
const groups = new Map();
for (const [row, [, , { limits, beyondJson } = {}]] of scripts.entries()) {
  if (beyondJson) continue;
  const key = JSON.stringify(limits ?? {});
  groups.set(key, [...(groups.get(key) ?? []), row]);
}

for (const [limits, rows] of groups) {
  test(`OTLP with the limits ${limits}`, async (t) => {
    const file = join(folder, `${groups.size}-${rows[0]}.jsonl`);
    const program = await runProgram(PROGRAM, { rows, limits: JSON.parse(limits), file });
    const { theirs, stats } = program.answer;
    const sent = byScope(spansOfLines(readFileSync(file, 'utf8')));
    const expected = byScope(spansOf(JSON.parse(theirs)));
    const total = [...sent.values()].reduce((sum, spans) => sum + spans.length, 0);
    assert.deepEqual([stats.exported, stats.started - stats.notSampled], [total, total]);
    for (const row of rows) {
      const [what, , { times = false } = {}] = scripts[row];
      await t.test(what, () => assert.deepEqual(comparable(sent.get(`row ${row}`), times), comparable(expected.get(`row ${row}`), times)));
    }
  });
}

function byScope(spans) {
  const scopes = new Map();
  for (const span of spans) scopes.set(span.scope.name, [...(scopes.get(span.scope.name) ?? []), span]);
  return scopes;
}

/** Spans without their resource, ids as the index of the span that has them, times only where they were given. */
function comparable(spans = [], times) {
  const indexes = new Map(spans.map((span, index) => [span.spanId, index]));
  const traces = [...new Set(spans.map((span) => span.traceId))];
  return spans.map(({ resource: _resource, resourceSchemaUrl: _url, ...span }) => ({
    ...span,
    traceId: span.traceId === REMOTE_TRACE_ID ? span.traceId : traces.indexOf(span.traceId),
    spanId: indexes.get(span.spanId),
    parentSpanId: indexes.get(span.parentSpanId) ?? span.parentSpanId,
    flags: span.flags & ~FLAG_RANDOM,
    startUnixNanos: times === true ? span.startUnixNanos : 0n,
    endUnixNanos: times === true ? span.endUnixNanos : 0n,
    events: span.events.map((event) => ({ ...event, unixNanos: times === false ? 0n : event.unixNanos })),
    links: span.links.map((link) => ({ ...link, flags: link.flags & ~FLAG_RANDOM })),
  }));
}

const REMOTE_TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
