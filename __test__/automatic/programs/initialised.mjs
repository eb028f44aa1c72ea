/** A service that starts tracing in code with `options`, and loads its libraries then. */
import { initTracing } from '@manifest-cyber/observability-ts';
import { programInput } from '../../parts/program.mjs';
import { librariesBy, work } from './work.mjs';

const { options, ...input } = programInput();
await initTracing(options);
await work(await librariesBy((name) => import(name)), input);
