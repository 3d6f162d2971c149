import { once } from 'node:events';
import { createServer } from 'node:http';

/** What is checked: a server that answers at once, in a process of its own. It tells its port, and ends with its parent. */
const server = createServer((_, response) => response.end('all is well\n'));
server.listen(0, '127.0.0.1', 4096);
await once(server, 'listening');
process.send?.(server.address());
process.on('disconnect', () => process.exit());
