/** A process that is forked off without a program of its own, as native libraries do, ends as fast as it would without tracing. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { run } from './parts/service.mjs';
import { startSink } from './parts/sink.mjs';

/** Once it is loaded, it has forked off a process, which has ended by `exit`. */
const LIBRARY = `
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

__attribute__((constructor)) static void fork_and_wait(void) {
  pid_t child = fork();
  if (child == 0) exit(0);
  waitpid(child, NULL, 0);
}
`;

let folder;
let sink;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'observability-ts-forked-'));
  sink = await startSink();
});
after(() => {
  sink.close();
  rmSync(folder, { recursive: true });
});

const skip = process.platform === 'win32' && 'Windows has no fork';

test('the end of a forked process waits for no worker, which it has not', { skip }, async () => {
  const library = join(folder, 'fork.so');
  writeFileSync(join(folder, 'fork.c'), LIBRARY);
  execFileSync('cc', ['-shared', '-fPIC', '-o', library, join(folder, 'fork.c')]);
  const { code, stdout, stderr } = await run(
    `span('of the process that forks');
     const began = performance.now();
     // It is no addon, which Node says once it is loaded.
     try { process.dlopen({ exports: {} }, ${JSON.stringify(library)}); } catch {}
     console.log(Math.round(performance.now() - began));`,
    { endpoint: sink.endpoint, env: { OBS_EXIT_TIMEOUT: '5000' } },
  );
  assert.deepEqual([code, stderr], [0, '']);
  assert.ok(Number(stdout) < 2_500, `it took ${stdout} ms`);
  assert.deepEqual(sink.names, ['of the process that forks']);
});
