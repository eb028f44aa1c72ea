/** Parts from Maven Central. */
import { writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../lib/run.mjs';

/** Fetches an artifact and all that it depends on into `lib` of a folder. */
export async function fetchJars(artifact, folder) {
  const project = join(folder, 'pom.xml');
  writeFileSync(project, pom(artifact));
  await run('mvn', ['--batch-mode', '--quiet', '--file', project, 'dependency:copy-dependencies', `-DoutputDirectory=${join(folder, 'lib')}`]);
  await rm(project);
}

/** A project that is nothing but its dependency. */
function pom(artifact) {
  const tags = (fields) =>
    Object.entries(fields)
      .map(([name, value]) => `<${name}>${value}</${name}>`)
      .join('');
  const project = { modelVersion: '4.0.0', groupId: 'parts', artifactId: 'parts', version: '1' };
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">${tags(project)}<dependencies><dependency>${tags(artifact)}</dependency></dependencies></project>`;
}
