/** ElasticMQ, a server of Amazon SQS's protocol, from Maven Central. */
import { writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../lib/run.mjs';
import { ensurePart } from './cache.mjs';

const VERSION = '1.6.12';
const ARTIFACT = { groupId: 'org.elasticmq', artifactId: 'elasticmq-server_2.13', version: VERSION };

/** The folder of ElasticMQ's jars; the first call on a machine fetches them. */
export async function elasticmqJars() {
  const folder = await ensurePart('elasticmq', VERSION, async (unfinished) => {
    const project = join(unfinished, 'pom.xml');
    writeFileSync(project, pom());
    await run('mvn', ['--batch-mode', '--quiet', '--file', project, 'dependency:copy-dependencies', `-DoutputDirectory=${join(unfinished, 'lib')}`]);
    await rm(project);
  });
  return join(folder, 'lib');
}

/** A project that is nothing but its dependency. */
function pom() {
  const tags = (fields) =>
    Object.entries(fields)
      .map(([name, value]) => `<${name}>${value}</${name}>`)
      .join('');
  const project = { modelVersion: '4.0.0', groupId: 'parts', artifactId: 'parts', version: '1' };
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">${tags(project)}<dependencies><dependency>${tags(ARTIFACT)}</dependency></dependencies></project>`;
}
