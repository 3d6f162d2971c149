import { describe, jest } from '@jest/globals';
import { hearingOfOthers } from './eventstoredb/hearing.js';
import { losingReplies } from './eventstoredb/losing-replies.js';
import { failingClusters, refusingServers } from './eventstoredb/refusing-servers.js';
import { silentServers } from './eventstoredb/silent-servers.js';
import { underLoad } from './eventstoredb/under-load.js';
import { useDouble } from './support/use-eventstoredb-double.js';

jest.setTimeout(60_000);

const double = useDouble();

describe('EventStoreDB, failing', () => {
  losingReplies(double, true);
  hearingOfOthers(double);
  silentServers(double, true);
  refusingServers(double, true);
  failingClusters(double, true);
  underLoad(double, true);
});
