/** The same, by a `require` that was made in an ES module. */
import { createRequire } from 'node:module';
import { programInput } from '../../parts/program.mjs';
import { librariesBy, work } from './work.mjs';

await work(await librariesBy(createRequire(import.meta.url)), programInput());
