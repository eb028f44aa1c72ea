/** The same, with modules that are imported when they are needed. */
import { programInput } from '../../parts/program.mjs';
import { librariesBy, work } from './work.mjs';

await work(await librariesBy((name) => import(name)), programInput());
