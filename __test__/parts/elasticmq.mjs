/** ElasticMQ as SQS, in tests. */
import { PROGRAMS } from '../../scripts/parts/elasticmq.mjs';
import { needs } from './installed.mjs';

export { startElasticmq } from '../../scripts/parts/elasticmq.mjs';

/** The `skip` option of tests with SQS. */
export const elasticmqMissing = needs(...PROGRAMS);
