/** The demo with each broker: the same pictures, but for the broker's own words. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { accepts, freePorts } from '../../scripts/parts/ports.mjs';
import { until } from '../../scripts/parts/until.mjs';
import { elasticmqMissing, startElasticmq } from '../parts/elasticmq.mjs';
import { rabbitmqMissing, startRabbitmq } from '../parts/rabbitmq.mjs';
import { FREE, runDemo, startDemo, treesOf } from './support.mjs';

const QUEUE = 'sbom-process-queue';

/** What the brokers truly differ in: their words for sending and processing, and SQS, by whose client a message is settled in a request of its own. */
const BROKERS = {
  embedded: { skip: false, send: 'send', process: 'process' },
  rabbitmq: { skip: rabbitmqMissing, send: 'publish', process: 'consume' },
  sqs: { skip: elasticmqMissing, send: 'send', process: 'process', settle: { done: 'delete', failed: 'change_visibility' } },
};

/** The rows of both traces. */
function expectedTrees({ send, process, settle }, queue) {
  const api = 'manifest-api';
  const job = 'job-sbom-process';
  const job_ = settle ? '├─' : '└─';
  const bar = settle ? '│' : ' ';
  const settled = (before, how) => (settle ? [` ${before}└─${settle[how]} ${queue}${job}`] : []);
  const request = [` POST /api/sboms/upload${api}`, ` ├─sbom.store${api}`, ` └─${send} ${queue}${api}`];
  const failed = (branch, before) => [
    `✗  ${branch}${process} ${queue}${job}`,
    `✗${before}${job_}job.process.sbom${job}`,
    ` ${before}${bar} ├─GET 127.0.0.1${job}`,
    ` ${before}${bar} │ └─GET /api/sboms/:sbomId${api}`,
    `✗${before}${bar} └─sbom.parse${job}`,
    ...settled(before, 'failed'),
  ];
  return [
    [
      ...request,
      `   └─${process} ${queue}${job}`,
      `     ${job_}job.process.sbom${job}`,
      `     ${bar} ├─GET 127.0.0.1${job}`,
      `     ${bar} │ └─GET /api/sboms/:sbomId${api}`,
      `     ${bar} ├─sbom.parse${job}`,
      `     ${bar} ├─vulnerabilities.match${job}`,
      `     ${bar} └─PATCH 127.0.0.1${job}`,
      `     ${bar}   └─PATCH /api/sboms/:sbomId${api}`,
      ...settled('     ', 'done').map((row) => row.slice(1)),
    ],
    [...request, ...failed('├─', '  │ '), ...failed('└─', '    ')],
  ];
}

for (const [broker, { skip, ...words }] of Object.entries(BROKERS)) {
  test(`${broker}: one trace from the request to the finished job, and one to the dead letter`, { skip }, async () => {
    const { code, stdout, stderr } = await runDemo('--broker', broker, ...FREE);
    assert.deepEqual([code, stderr], [0, ''], stdout + stderr);
    assert.deepEqual(treesOf(stdout), expectedTrees(words, QUEUE), stdout);
    for (const line of ['INFO  3 components, 1 vulnerabilities', 'INFO  sbom-1 is now processed', 'WARN  attempt 2 with sbom-2']) {
      assert.equal(stdout.split(`│ ${line}`).length + stdout.split(`  ${line}`).length, 3, `${line}\n${stdout}`);
    }
    const spans = treesOf(stdout).flat().length;
    assert.match(stdout, new RegExp(`^${spans} spans of 2 traces arrived\\.`, 'm'));
    assert.equal(/Beside them 3 polls of the queue/.test(stdout), broker === 'sqs');
    // Nothing of the services' is printed but their lines.
    assert.doesNotMatch(stdout, /Warning|OBS_/);
  });
}

const RUNNING = {
  rabbitmq: { skip: rabbitmqMissing, start: startRabbitmq, url: (server) => server.url },
  sqs: { skip: elasticmqMissing, start: startElasticmq, url: (server) => server.endpoint },
};
for (const [broker, { skip, start, url }] of Object.entries(RUNNING)) {
  describe(`a ${broker} broker that runs`, { skip }, () => {
    test('is used, twice, and is left as it was', async (t) => {
      const server = await start();
      t.after(() => server.close());
      const queues = new Set();
      for (let i = 0; i < 2; i++) {
        const { code, stdout, stderr } = await runDemo('--broker', broker, '--broker-url', url(server), ...FREE);
        assert.equal(code, 0, stderr);
        const [queue] = /sbom-process-queue-[0-9a-f]{6}/.exec(stdout);
        queues.add(queue);
        assert.deepEqual(treesOf(stdout), expectedTrees(BROKERS[broker], queue), stdout);
      }
      assert.equal(queues.size, 2);
    });
  });
}

test('Ctrl-C ends the broker and the services', { skip: rabbitmqMissing }, async () => {
  const demo = startDemo(['--broker', 'rabbitmq', ...FREE]);
  const numbers = () =>
    [/queue \(rabbitmq\) +127\.0\.0\.1:(\d+)/, /manifest-api .*process (\d+)/, /job-sbom-process +process (\d+)/].map(
      (pattern) => pattern.exec(demo.printed())?.[1],
    );
  await until('the services', () => !numbers().includes(undefined), { timeoutMillis: 60_000, describe: demo.printed });
  const [broker, ...services] = numbers();
  demo.child.kill('SIGINT');
  const { code, stderr } = await demo.ended;
  assert.deepEqual([code, stderr], [130, '']);
  assert.equal(await accepts(Number(broker)), false);
  for (const pid of services) assert.throws(() => process.kill(Number(pid), 0), { code: 'ESRCH' });
});

test('Ctrl-C while the broker starts ends that', { skip: elasticmqMissing }, async () => {
  const demo = startDemo(['--broker', 'sqs', ...FREE]);
  await until('the start', () => demo.printed().includes('starting ElasticMQ'), { describe: demo.printed });
  demo.child.kill('SIGINT');
  const { code, stdout, stderr } = await demo.ended;
  assert.deepEqual([code, stderr], [130, '']);
  assert.doesNotMatch(stdout, /manifest-api/);
});

describe('what is missing or wrong is one clear message', () => {
  const rows = [
    { args: ['--broker', 'kafka'], expected: /^OBS_DEMO_BROKER_UNKNOWN: .*kafka; known are embedded, rabbitmq, sqs\.\n$/ },
    { args: ['--broker-url', 'amqp://localhost'], expected: /^OBS_DEMO_BROKER_URL_UNUSED: .*--broker rabbitmq.*\n$/ },
    { args: ['--broker', 'rabbitmq', '--broker-url', 'http://localhost'], expected: /^OBS_DEMO_BROKER_URL_INVALID: .*amqp:\/\/.*\n$/ },
    { args: ['--broker', 'sqs', '--broker-url', 'localhost'], expected: /^OBS_DEMO_BROKER_URL_INVALID: .*http:\/\/.*\n$/ },
  ];
  for (const { args, expected } of rows) {
    test(args.join(' '), async () => {
      const { code, stderr } = await runDemo(...args, ...FREE);
      assert.equal(code, 1);
      assert.match(stderr, expected);
    });
  }

  for (const [broker, scheme] of Object.entries({ rabbitmq: 'amqp://guest:secret@', sqs: 'http://' })) {
    test(`nothing runs at --broker-url of ${broker}; a password is not printed`, async () => {
      const [port] = await freePorts(1);
      const { code, stdout, stderr } = await runDemo('--broker', broker, '--broker-url', `${scheme}127.0.0.1:${port}`, ...FREE);
      assert.equal(code, 1);
      assert.match(stderr, new RegExp(`^OBS_DEMO_BROKER_FAILED: .*127\\.0\\.0\\.1:${port}.*ECONNREFUSED.*--broker-url.*\\n$`));
      assert.doesNotMatch(stdout + stderr, /secret/);
    });
  }

  for (const [broker, missing] of Object.entries({ rabbitmq: 'epmd, erl', sqs: 'java, mvn' })) {
    test(`${broker} is not installed`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'observability-ts-demo-'));
      const { code, stderr } = await startDemo(['--broker', broker, ...FREE], { PATH: folder }).ended;
      rmdirSync(folder);
      assert.equal(code, 1);
      assert.match(stderr, new RegExp(`^OBS_DEMO_BROKER_MISSING: .*${missing}.*--broker-url.*--broker embedded.*\\n$`));
    });
  }
});
