/** mongo-java-server, a server of MongoDB's protocol, from Maven Central. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { inRoot } from '../lib/paths.mjs';
import { run } from '../lib/run.mjs';
import { ensurePart } from './cache.mjs';
import { fetchJars } from './maven.mjs';

const VERSION = '1.47.0';
const SOURCE = inRoot('scripts/parts/mongo/Server.java');
const ARTIFACT = { groupId: 'de.bwaldvogel', artifactId: 'mongo-java-server', version: VERSION };

/** The class path on which `Server` (mongo/Server.java) listens on the port that it is given; the first call on a machine fetches and compiles it. */
export async function mongoClassPath() {
  const source = createHash('sha256').update(readFileSync(SOURCE)).digest('hex').slice(0, 8);
  const folder = await ensurePart('mongo-java-server', `${VERSION}-${source}`, async (unfinished) => {
    await fetchJars(ARTIFACT, unfinished);
    await run('javac', ['-cp', join(unfinished, 'lib', '*'), '-d', unfinished, SOURCE]);
  });
  return [folder, join(folder, 'lib', '*')].join(delimiter);
}
