/** Programs that the machine brings. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Those of the programs that are not there, each by its path or by its name in PATH. */
export const missingOf = (programs) => programs.filter((program) => !isInstalled(program));

function isInstalled(program) {
  const candidates = program.includes('/') ? [program] : process.env.PATH.split(delimiter).map((folder) => join(folder, program));
  return candidates.some((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
