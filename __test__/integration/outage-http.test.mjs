import { testOutage } from './outage.mjs';

testOutage('HTTP', ({ httpPort }) => ({ type: 'otlp-http', endpoint: `http://127.0.0.1:${httpPort}/v1/traces` }));
