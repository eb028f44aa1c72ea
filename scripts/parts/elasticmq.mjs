/** ElasticMQ, a server of Amazon SQS's protocol, from Maven Central. */
import { connect } from 'node:net';
import { join } from 'node:path';
import { ensurePart } from './cache.mjs';
import { fetchJars } from './maven.mjs';
import { freePorts } from './ports.mjs';
import { LIGHT_JAVA, startProcess } from './service.mjs';

const VERSION = '1.6.12';
const ARTIFACT = { groupId: 'org.elasticmq', artifactId: 'elasticmq-server_2.13', version: VERSION };

/** What has to be installed. */
export const PROGRAMS = ['java', 'mvn'];

/** The folder of ElasticMQ's jars; the first call on a machine fetches them. */
async function elasticmqJars() {
  const folder = await ensurePart('elasticmq', VERSION, (unfinished) => fetchJars(ARTIFACT, unfinished));
  return join(folder, 'lib');
}

/** Starts a server on a free port of 127.0.0.1. */
export async function startElasticmq() {
  const jars = await elasticmqJars();
  const [port] = await freePorts(1);
  const settings = {
    'node-address.host': '127.0.0.1',
    'node-address.port': port,
    'rest-sqs.bind-hostname': '127.0.0.1',
    'rest-sqs.bind-port': port,
    'rest-stats.enabled': false,
  };
  const options = Object.entries(settings).map(([name, value]) => `-D${name}=${value}`);
  const running = await startProcess('java', [...LIGHT_JAVA, ...options, '-cp', `${jars}/*`, 'org.elasticmq.server.Main'], {
    ready: () => answersHttp(port),
    timeoutMillis: 60_000,
  });
  const endpoint = `http://127.0.0.1:${port}`;
  return {
    endpoint,
    /** Options of an SQS client of it. */
    client: { endpoint, region: 'elasticmq', credentials: { accessKeyId: 'x', secretAccessKey: 'x' } },
    close: () => running.stop(),
  };
}

/** Whether a server answers in HTTP, whatever it answers. Over a bare socket: a request of Node's would be traced where the test itself is. */
function answersHttp(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('GET / HTTP/1.0\r\n\r\n'));
    const answer = (yes) => {
      socket.destroy();
      resolve(yes);
    };
    socket.once('data', (bytes) => answer(bytes.toString('latin1').startsWith('HTTP/1.1 ')));
    socket.once('error', () => answer(false)).once('close', () => answer(false));
  });
}
