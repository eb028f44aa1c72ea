import { testOutage } from './outage.mjs';

testOutage('gRPC', ({ grpcPort }) => ({ type: 'otlp-grpc', endpoint: `http://127.0.0.1:${grpcPort}` }));
