/** Tests that need programs which the machine brings. */
import { missingOf } from '../../scripts/parts/installed.mjs';

/** The `skip` option of a test that needs these programs: a reason when one is missing. The test run counts a skipped test as a failure in CI. */
export function needs(...programs) {
  const missing = missingOf(programs);
  return missing.length > 0 ? `not installed: ${missing.join(', ')} (.ci/run installs what is missing)` : false;
}
