/** RabbitMQ in tests. */
import { PROGRAMS } from '../../scripts/parts/rabbitmq.mjs';
import { needs } from './installed.mjs';

export { startRabbitmq } from '../../scripts/parts/rabbitmq.mjs';

/** The `skip` option of tests with RabbitMQ. */
export const rabbitmqMissing = needs(...PROGRAMS);
