/** The brokers that the demo can put between the API and the job. */
import { randomBytes } from 'node:crypto';
import { Problem } from '../../../scripts/lib/problem.mjs';
import { missingOf } from '../../../scripts/parts/installed.mjs';

/** Their names on the command line; each is a file beside this one, and one in ../../queues/. */
export const BROKERS = ['embedded', 'rabbitmq', 'sqs'];

const QUEUE = 'sbom-process-queue';

/** Deliveries until a message is a dead letter. */
const MAX_ATTEMPTS = 2;

/**
 * Starts a broker, or connects to the one at `url`, and makes the demo's queue in it. What comes back says where it is (`place`), what the services have to
 * know (`environment`), and resolves `deadLetter()` when a message has failed for good; `close()` takes away what was made.
 */
export async function startBroker({ name, url, told }) {
  const { about, PROGRAMS = [], start } = await import(`./${name}.mjs`);
  if (url !== undefined) checkUrl(name, url, about);
  else if (about !== undefined) {
    checkInstalled(name, PROGRAMS, about);
    told(`starting ${about.title} …`);
  }
  // A server that was there before may have a queue of that name.
  const queue = url === undefined ? QUEUE : `${QUEUE}-${randomBytes(3).toString('hex')}`;
  try {
    return { ...(await start({ queue, maxAttempts: MAX_ATTEMPTS, url })), maxAttempts: MAX_ATTEMPTS };
  } catch (error) {
    throw url === undefined ? startFailed(name, error, about) : unreachable(name, url, error);
  }
}

function checkUrl(name, url, about) {
  if (about === undefined) throw new Problem('OBS_DEMO_BROKER_URL_UNUSED', '--broker-url is for --broker rabbitmq and --broker sqs.');
  if (!URL.canParse(url) || !about.protocols.includes(new URL(url).protocol)) {
    throw new Problem('OBS_DEMO_BROKER_URL_INVALID', `--broker-url is no URL of --broker ${name}; write it like ${about.example}.`);
  }
}

function checkInstalled(name, programs, about) {
  const missing = missingOf(programs);
  if (missing.length === 0) return;
  const way = `${about.install}; or use one that runs, \`--broker ${name} --broker-url ${about.example}\`; or \`--broker embedded\`, which needs nothing.`;
  throw new Problem('OBS_DEMO_BROKER_MISSING', `${missing.join(', ')} not found. ${way}`);
}

function startFailed(name, error, about) {
  const way = `Use one that runs, \`--broker ${name} --broker-url ${about?.example}\`, or \`--broker embedded\`, which needs nothing.`;
  return new Problem('OBS_DEMO_BROKER_START_FAILED', `--broker ${name} did not start. ${way}\n${error.message}`);
}

/** The URL may hold a password: what is printed is where it leads. */
function unreachable(name, url, error) {
  const reason = error.code ?? error.name;
  const told = error.message ? `${reason}: ${error.message}` : reason;
  const way = 'See that it runs there and lets you in, or leave --broker-url out, and the demo starts one.';
  return new Problem('OBS_DEMO_BROKER_FAILED', `the ${name} broker at ${new URL(url).host} did not take the demo's queue (${told}). ${way}`);
}
