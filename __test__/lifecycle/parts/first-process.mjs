/** Programs as process 1 of a PID namespace, as the first process of a container is: the kernel gives it no default for signals. */
import { spawnSync } from 'node:child_process';

/** Runs its arguments so. Whoever may not make a namespace may in one of their own users. */
export const FIRST_PROCESS = [
  'unshare',
  ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']),
  '--pid',
  '--fork',
  '--mount-proc',
  '--kill-child',
];

/** The `skip` option of tests with one. The test run counts a skipped test as a failure in CI. */
export const firstProcessMissing = (() => {
  const [command, ...args] = FIRST_PROCESS;
  const { status, stderr, error } = spawnSync(command, [...args, 'true'], { encoding: 'utf8' });
  return status === 0 ? false : `no PID namespace can be made here: ${error?.message ?? stderr.trim()}`;
})();
