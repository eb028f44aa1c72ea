/** Programs that the machine brings, and tests that need them. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Whether a program is there, by its path or by its name in PATH. */
export function isInstalled(program) {
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

/** The `skip` option of a test that needs these programs: a reason when one is missing. The test run counts a skipped test as a failure in CI. */
export function needs(...programs) {
  const missing = programs.filter((program) => !isInstalled(program));
  return missing.length > 0 ? `not installed: ${missing.join(', ')} (.ci/run installs what is missing)` : false;
}
