/** The demo, as a user runs it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const DEMO = fileURLToPath(new URL('../../examples/demo.mjs', import.meta.url));

/** The options by which it takes ports that are free, and a width for what is compared. */
export const FREE = ['--grpc-port', '0', '--http-port', '0', '--width', '140'];

/** Starts the demo; `printed()` is what it has printed so far, `ended` resolves with how it ended. */
export function startDemo(args, env = {}) {
  const child = spawn(process.execPath, [DEMO, ...args], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'], timeout: 90_000 });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    stderr += chunk;
  });
  return { child, printed: () => stdout, ended: once(child, 'close').then(([code]) => ({ code, stdout, stderr })) };
}

/** Runs it to its end. */
export const runDemo = (...args) => startDemo(args).ended;

/** The pictures of the traces that it printed, each as the rows of its spans: what failed, the tree, the name, the service. The ports are whichever were free. */
export const treesOf = (stdout) =>
  stdout
    .replaceAll(/(?<=127\.0\.0\.1):\d+/g, (port) => ' '.repeat(port.length))
    .split(/^trace /m)
    .slice(1)
    .map((picture) => picture.split('\n').flatMap((line) => ROW.exec(line)?.slice(1, 4).join('') ?? []));

const ROW = /^(✗| ) ([│├└─ ]*\S.*?) +(manifest-api|job-sbom-process) +[█▏]/;
