/** RabbitMQ as it is installed, with a node, a port and files of its own. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from './ports.mjs';
import { startProcess } from './service.mjs';

/** Debian's place for the server itself; what is in PATH there changes the user. */
const SERVER = '/usr/lib/rabbitmq/bin/rabbitmq-server';

/** The header with which an AMQP 0-9-1 client begins; a server that is ready answers it with a method frame, `connection.start`. */
const PROTOCOL_HEADER = Buffer.from('AMQP\x00\x00\x09\x01', 'latin1');
const METHOD_FRAME = 1;

/** The request for the names that epmd knows: its length, and its letter. */
const NAMES_REQUEST = Buffer.from([0, 1, 'n'.charCodeAt(0)]);

/** How long a server may take to answer, in milliseconds, before it is asked again. */
const ANSWER_MILLIS = 5_000;

/** What has to be installed; Debian's package `rabbitmq-server` brings it all. */
export const PROGRAMS = [SERVER, 'epmd', 'erl'];

/** Starts a broker on a free port of 127.0.0.1. */
export async function startRabbitmq() {
  const folder = mkdtempSync(join(tmpdir(), 'observability-ts-rabbitmq-'));
  const [port, nodePort, namesPort] = await freePorts(3);
  const file = (name, text = '') => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  mkdirSync(join(folder, 'home'));
  const env = {
    ...process.env,
    HOME: join(folder, 'home'),
    // Its script then becomes the server instead of watching over it, so that ending one process ends it all.
    RUNNING_UNDER_SYSTEMD: 'true',
    ERL_EPMD_PORT: String(namesPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    ERL_CRASH_DUMP_BYTES: '0',
    RABBITMQ_NODENAME: `observability-${process.pid}-${port}@localhost`,
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(nodePort),
    RABBITMQ_MNESIA_BASE: join(folder, 'data'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_LOGS: '-',
    RABBITMQ_CONF_ENV_FILE: file('environment.conf'),
    RABBITMQ_CONFIG_FILE: file('rabbitmq.conf', 'loopback_users = none\nlog.console.level = warning\n'),
    RABBITMQ_ENABLED_PLUGINS_FILE: file('plugins', '[].\n'),
    RABBITMQ_PID_FILE: join(folder, 'pid'),
    // Two schedulers and no busy waiting: what runs beside it is what is measured.
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none',
  };
  // The server would start this daemon itself, and leave it running.
  const names = await startProcess('epmd', ['-port', String(namesPort), '-address', '127.0.0.1'], {
    env,
    ready: () => answers(namesPort, NAMES_REQUEST),
  });
  const start = () => startProcess(SERVER, [], { env, ready: () => answers(port, PROTOCOL_HEADER, METHOD_FRAME), timeoutMillis: 90_000 });
  let running;
  try {
    running = await start();
  } catch (error) {
    await names.stop();
    throw error;
  }
  return {
    url: `amqp://guest:guest@127.0.0.1:${port}`,
    port,
    /** What it printed last. */
    output: () => running.output(),
    /** Whether the broker has written the definition of a durable classic queue: it does so a while after it said that the queue is there. */
    hasWritten: (queue) => holdsDefinition(join(folder, 'data'), queue),
    /** Ends it at once, as a machine that loses power does; durable queues and persistent messages stay. */
    kill: () => running.kill(),
    /** Starts it again, on the same port. */
    async restart() {
      await running.stop();
      running = await start();
    },
    /** Ends it and removes its files. */
    async close() {
      await running.stop();
      await names.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Whether the files of definitions below a folder have that of a queue. The name's length stands before it, by which it is not found in a longer one. */
function holdsDefinition(folder, queue) {
  const written = `${String.fromCharCode(queue.length)}${queue}`;
  return readdirSync(folder, { recursive: true, withFileTypes: true }).some((file) => {
    if (!file.isFile() || !/^(LATEST\.LOG|rabbit_durable_queue\.DC.)$/.test(file.name)) return false;
    const text = readFileSync(join(file.parentPath ?? file.path, file.name), 'latin1');
    return file.name === 'LATEST.LOG' ? isCommitted(text, text.indexOf(written)) : text.includes(written);
  });
}

/**
 * Whether a log has, beside what a transaction wrote at a place, also that it was committed, which comes later and may be on disk later: a broker that is killed
 * between the two takes the transaction back. What is written has before it `{tid, …}, presume_abort`; the other entry is `{tid, …}, committed`.
 */
function isCommitted(log, at) {
  if (at === -1) return false;
  const start = log.lastIndexOf('tid', at);
  const transaction = log.slice(start, log.indexOf('\x0dpresume_abort', start));
  return log.includes(`${transaction}\x09committed`);
}

/** Whether a server answers the first bytes of its protocol, with a first byte where that is given. */
function answers(port, request, firstByte) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    const answer = (yes) => {
      socket.destroy();
      resolve(yes);
    };
    socket.once('data', (bytes) => answer(firstByte === undefined || bytes[0] === firstByte));
    socket.setTimeout(ANSWER_MILLIS, () => answer(false));
    socket.once('error', () => answer(false)).once('close', () => answer(false));
  });
}
