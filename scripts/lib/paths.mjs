/** The folders of this checkout. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A path inside the repository. */
export const inRoot = (...parts) => join(root, ...parts);

/** Scratch files of tests and checks; ignored by git. */
export const scratch = inRoot('.tmp');
