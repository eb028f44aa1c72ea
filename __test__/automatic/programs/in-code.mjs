/** Tracing that is started in code, before or after the libraries are loaded, with or without other hooks of loading. */
import { createTestTracing } from '@manifest-cyber/observability-ts';
import { programInput } from '../../parts/program.mjs';
import { report } from './report.mjs';
import { librariesBy, work } from './work.mjs';

const { order, libraries, ...input } = programInput();
const load = () => librariesBy((name) => import(name));
let modules = order === 'loaded before' ? await load() : undefined;
const tracing = createTestTracing({ libraries });
modules ??= await load();
await work(modules, input);
await report(tracing);
