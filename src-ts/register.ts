/** For `--import` and `--require`: starts tracing from the environment alone. */
import { initTracing } from './index';

void initTracing();
