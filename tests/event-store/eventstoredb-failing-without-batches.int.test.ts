import { describe, jest } from '@jest/globals';
import { losingReplies } from './eventstoredb/losing-replies.js';
import { failingClusters, refusingServers } from './eventstoredb/refusing-servers.js';
import { silentServers } from './eventstoredb/silent-servers.js';
import { underLoad } from './eventstoredb/under-load.js';
import { useDouble } from './support/use-eventstoredb-double.js';

jest.setTimeout(60_000);

const double = useDouble();

describe('EventStoreDB without batch appends, failing', () => {
  losingReplies(double, false);
  silentServers(double, false);
  refusingServers(double, false);
  failingClusters(double, false);
  underLoad(double, false);
});
