/** The command line of the demo. */
import { parseArgs } from 'node:util';
import { Problem } from '../../scripts/lib/problem.mjs';
import { BROKERS } from './brokers/index.mjs';

const HELP = `An Express API, a queue and a job, with traffic; then the traces, from request to finished job.

  npm run demo                                     shows the traces here
  npm run demo -- --broker rabbitmq                with RabbitMQ between the API and the job, which is started for it
  npm run demo -- --endpoint http://host:4317      sends them to a collector instead (4317 gRPC, 4318 HTTP)

  --broker NAME                    ${BROKERS.join(', ')} (default embedded, a queue of the demo's own)
  --broker-url URL                 one that runs, instead of starting it: amqp://host:5672, or http://host:9324 for sqs
  --grpc-port N   --http-port N    ports of the demo's own receiver (default 4317 and 4318; 0 takes a free one)
  --width N                        columns of the picture (default: the terminal's)
  --help

NO_COLOR=1 leaves colours out.`;

/** The options, or undefined after `--help`. */
export function readOptions(args) {
  const text = { type: 'string' };
  const ports = { 'grpc-port': text, 'http-port': text };
  const broker = { broker: text, 'broker-url': text };
  const { values } = parsed({ args, options: { endpoint: text, ...broker, ...ports, width: text, help: { type: 'boolean' } } });
  if (values.help) {
    console.log(HELP);
    return undefined;
  }
  return {
    broker: known(values.broker ?? 'embedded'),
    brokerUrl: values['broker-url'],
    endpoint: values.endpoint === undefined ? undefined : endpoint(values.endpoint),
    grpcPort: whole('--grpc-port', values['grpc-port'] ?? '4317', 65_535),
    httpPort: whole('--http-port', values['http-port'] ?? '4318', 65_535),
    width: whole('--width', values.width ?? String(process.stdout.columns ?? 110), 10_000),
    colour: process.env.NO_COLOR ? false : process.stdout.isTTY || Boolean(process.env.FORCE_COLOR),
  };
}

function parsed(config) {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new Problem('OBS_DEMO_OPTION_UNKNOWN', `${error.message}. See \`npm run demo -- --help\`.`);
  }
}

function known(broker) {
  if (!BROKERS.includes(broker)) throw new Problem('OBS_DEMO_BROKER_UNKNOWN', `there is no --broker ${broker}; known are ${BROKERS.join(', ')}.`);
  return broker;
}

function endpoint(value) {
  if (!/^https?:\/\/./.test(value) || !URL.canParse(value)) {
    throw new Problem('OBS_DEMO_ENDPOINT_INVALID', `--endpoint ${value} is no URL; write it like http://localhost:4317.`);
  }
  return value;
}

function whole(name, value, max) {
  if (!/^\d{1,5}$/.test(value) || Number(value) > max) {
    throw new Problem('OBS_DEMO_NUMBER_INVALID', `${name} ${value} is no whole number from 0 to ${max}.`);
  }
  return Number(value);
}
