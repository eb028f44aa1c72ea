/** The same in a worker thread. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

await once(new Worker(new URL('./esm.mjs', import.meta.url), { argv: [process.argv[2]] }), 'exit');
