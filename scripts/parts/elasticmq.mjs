/** ElasticMQ, a server of Amazon SQS's protocol, from Maven Central. */
import { join } from 'node:path';
import { ensurePart } from './cache.mjs';
import { fetchJars } from './maven.mjs';

const VERSION = '1.6.12';
const ARTIFACT = { groupId: 'org.elasticmq', artifactId: 'elasticmq-server_2.13', version: VERSION };

/** The folder of ElasticMQ's jars; the first call on a machine fetches them. */
export async function elasticmqJars() {
  const folder = await ensurePart('elasticmq', VERSION, (unfinished) => fetchJars(ARTIFACT, unfinished));
  return join(folder, 'lib');
}
