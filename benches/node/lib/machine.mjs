// What the figures were measured on: a figure without its machine says nothing.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { generation, ownFolder, peersFolder, repositoryFolder } from './peers.mjs';

const PEERS = [
  '@opentelemetry/api',
  '@opentelemetry/sdk-trace-node',
  '@opentelemetry/sdk-trace',
  '@opentelemetry/exporter-trace-otlp-proto',
  '@opentelemetry/instrumentation-http',
  '@opentelemetry/instrumentation-express',
  'dd-trace',
  'express',
  'pino',
];

function versionOf(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).version;
  } catch {
    return undefined;
  }
}

function git(...args) {
  try {
    return execFileSync('git', ['-C', repositoryFolder, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return '';
  }
}

/** CPU, kernel, Node, load at the start, package versions and commit. */
export function describeMachine() {
  const packages = { '@manifest-cyber/observability-ts': versionOf(`${ownFolder}/package.json`) };
  for (const name of PEERS) {
    const version = versionOf(`${peersFolder}node_modules/${name}/package.json`);
    if (version) packages[name] = version;
  }
  return {
    cpu: os.cpus()[0]?.model ?? 'unknown',
    cores: os.cpus().length,
    memoryMiB: Math.round(os.totalmem() / 2 ** 20),
    kernel: `${os.type()} ${os.release()}`,
    node: process.version,
    loadAverage: os.loadavg().map((load) => Math.round(load * 100) / 100),
    peers: generation,
    packages,
    commit: git('rev-parse', 'HEAD'),
    changed: git('status', '--porcelain', '--untracked-files=no') !== '',
  };
}
