import { startApplication } from '../../src/composition/application.js';
import { readConfiguration } from '../../src/platform/configuration.js';
import { createLogger } from '../../src/platform/logger.js';

/** Watchbook as it is shipped, in a process of its own; tells its port on standard output. */
const configuration = readConfiguration(process.env);
const application = await startApplication(configuration, createLogger(configuration.logLevel));
process.send?.({ port: application.address.port });
process.once('SIGTERM', () => void application.stop().then(() => process.exit(0)));
