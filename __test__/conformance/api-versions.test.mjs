/** The package works with the oldest and the newest @opentelemetry/api that its range allows. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { addonPath } from '../parts/addon.mjs';
import { runProgram } from '../parts/program.mjs';

const root = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const PROGRAM = `
import { initTracing, withSpan, injectTraceContext } from '@manifest-cyber/observability-ts';
import { context, trace } from '@opentelemetry/api';
const tracing = await initTracing({ http: false, exporter: { type: 'memory' } });
const headers = await withSpan('outer', async () => {
  await null;
  return trace.getTracer('x').startActiveSpan('inner', (span) => { span.setAttribute('a', 1).end(); return injectTraceContext({}); });
});
await tracing.shutdown();
console.log(JSON.stringify({ headers, exported: tracing.stats().exported, active: trace.getActiveSpan() === undefined }));
`;

for (const [alias, version] of [
  ['api-1-9-0', '1.9.0'],
  ['api-1-10', '1.10.0'],
]) {
  test(`@opentelemetry/api ${version}`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'observability-'));
    try {
      const modules = join(folder, 'node_modules');
      const own = join(modules, '@manifest-cyber', 'observability-ts');
      mkdirSync(own, { recursive: true });
      cpSync(root(`node_modules/${alias}`), join(modules, '@opentelemetry', 'api'), { recursive: true });
      cpSync(root('dist'), join(own, 'dist'), { recursive: true });
      cpSync(root('package.json'), join(own, 'package.json'));
      const program = join(folder, 'program.mjs');
      writeFileSync(program, PROGRAM);
      const { stderr, answer } = await runProgram(pathToFileURL(program), {}, { env: { OBSERVABILITY_TS_ADDON: addonPath() } });
      assert.equal(JSON.parse(readFileSync(join(modules, '@opentelemetry', 'api', 'package.json'), 'utf8')).version, version);
      assert.match(answer.headers.traceparent, /^00-[0-9a-f]{32}-[0-9a-f]{16}-03$/);
      assert.deepEqual([answer.exported, answer.active, stderr], [2, true, '']);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}
