import { describe, it } from '@jest/globals';
import { claim, type ClaimEvent, NameIsClaimed } from '../../../src/domain/names/claim.js';
import { given } from '../support/specification.js';

const kind = 'tag-name';

const claimed = (holderId: string, asOf: number): ClaimEvent => ({
  type: 'NameClaimed',
  data: { kind, holderId, asOf },
});
const released = (holderId: string, asOf: number): ClaimEvent => ({
  type: 'NameReleased',
  data: { kind, holderId, asOf },
});

describe('Claiming a name', () => {
  it('gets one that is free, even before there is a holder', () =>
    given(claim)
      .when({ type: 'ClaimName', kind, holderId: 'a', asOf: -1 })
      .then([claimed('a', -1)]));

  it('gets one that was released', () =>
    given(claim, [claimed('a', 0), released('a', 1)])
      .when({ type: 'ClaimName', kind, holderId: 'b', asOf: 0 })
      .then([claimed('b', 0)]));

  it('is told again by its holder, so that a takeover under way loses', () =>
    given(claim, [claimed('a', 0)])
      .when({ type: 'ClaimName', kind, holderId: 'a', asOf: 0 })
      .then([claimed('a', 0)]));

  it('is told again by its holder when they know more', () =>
    given(claim, [claimed('a', 0)])
      .when({ type: 'ClaimName', kind, holderId: 'a', asOf: 3 })
      .then([claimed('a', 3)]));

  it('keeps what is known when its holder is told late, so that no late release counts', () =>
    given(claim, [claimed('a', 3)])
      .when({ type: 'ClaimName', kind, holderId: 'a', asOf: 1 })
      .then([claimed('a', 3)]));

  it('names the holder to anybody else', () =>
    given(claim, [claimed('a', 0)])
      .when({ type: 'ClaimName', kind, holderId: 'b', asOf: 5 })
      .thenThrown(new NameIsClaimed('a')));

  it('tells an e-mail address from a name of a tag', () =>
    given(claim)
      .when({ type: 'ClaimName', kind: 'user-email', holderId: 'ada', asOf: -1 })
      .then([{ type: 'NameClaimed', data: { kind: 'user-email', holderId: 'ada', asOf: -1 } }]));
});

describe('Taking over a name', () => {
  it('releases it from its holder first', () =>
    given(claim, [claimed('a', 4)])
      .when({ type: 'TakeOverName', kind, holderId: 'b', asOf: 0 })
      .then([released('a', 4), claimed('b', 0)]));

  it('releases it from whoever has it now', () =>
    given(claim, [claimed('a', 4), released('a', 4), claimed('c', 2)])
      .when({ type: 'TakeOverName', kind, holderId: 'b', asOf: -1 })
      .then([released('c', 2), claimed('b', -1)]));

  it.each([
    { name: 'was never claimed', history: [] },
    { name: 'was released', history: [claimed('a', 4), released('a', 5)] },
  ])('just claims one that $name', ({ history }) =>
    given(claim, history)
      .when({ type: 'TakeOverName', kind, holderId: 'b', asOf: 0 })
      .then([claimed('b', 0)]),
  );

  it('leaves nothing to release to whom it was taken from', () =>
    given(claim, [claimed('a', 4), released('a', 4), claimed('b', 0)])
      .when({ type: 'ReleaseName', kind, holderId: 'a', asOf: 5 })
      .thenNothing());
});

describe('Releasing a name', () => {
  it('frees it', () =>
    given(claim, [claimed('a', 0)])
      .when({ type: 'ReleaseName', kind, holderId: 'a', asOf: 1 })
      .then([released('a', 1)]));

  it('says nothing when it is free', () =>
    given(claim).when({ type: 'ReleaseName', kind, holderId: 'a', asOf: 1 }).thenNothing());

  it('says nothing when it was released before', () =>
    given(claim, [claimed('a', 0), released('a', 1)])
      .when({ type: 'ReleaseName', kind, holderId: 'a', asOf: 1 })
      .thenNothing());

  it('leaves it to somebody else who has it', () =>
    given(claim, [claimed('a', 0), released('a', 1), claimed('b', 0)])
      .when({ type: 'ReleaseName', kind, holderId: 'a', asOf: 2 })
      .thenNothing());

  it.each([1, 2])('counts for nothing after a claim that knew as much (as of %d)', (asOf) =>
    given(claim, [claimed('a', 0), claimed('a', 2)])
      .when({ type: 'ReleaseName', kind, holderId: 'a', asOf })
      .thenNothing(),
  );
});
