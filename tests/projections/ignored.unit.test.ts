import { describe, expect, it } from '@jest/globals';
import { evolve, type Projection } from '../../src/projections/projection.js';
import { roles } from '../../src/projections/roles.js';
import { rowFold } from '../../src/projections/row-fold.js';
import { services } from '../../src/projections/services.js';
import { tags } from '../../src/projections/tags.js';
import { users } from '../../src/projections/users.js';
import { examples } from './support/examples.js';
import { history, rowOf } from './support/history.js';

const own = { services: /^Service/, tags: /^Tag/, users: /^(User|SuperuserG|SuperuserR)/ };

function behaviour<Row extends object>(projection: Projection<Row>, row: Row, about: RegExp): void {
  const handled = Object.values(examples).filter(({ type }) => about.test(type));
  const strange = Object.values(examples).filter(({ type }) => !about.test(type));

  describe(`The projection ${projection.name}`, () => {
    it.each(strange)('given a row, when $type, then it is the very same row', (event) => {
      for (const recorded of history([event])) expect(evolve(projection, row, recorded)).toBe(row);
      expect(rowFold(projection).missing(history([event]))).toEqual([]);
      expect(rowFold(projection).handles(event.type)).toBe(false);
    });

    it.each(handled)('given $type, then it says which row that is about', (event) => {
      expect(rowFold(projection).handles(event.type)).toBe(true);
      expect(rowFold(projection).missing(history([event]))).toEqual([keyOf(projection, row)]);
    });
  });
}

behaviour(services, rowOf(services, [examples.ServiceRegistered]), own.services);
behaviour(tags, rowOf(tags, [examples.TagCreated]), own.tags);
behaviour(users, rowOf(users, [examples.UserRegistered]), own.users);
behaviour(roles, rowOf(roles, [examples.RoleDefined]), /^Role/);

function keyOf<Row extends object>(projection: Projection<Row>, row: Row): unknown {
  return row[projection.key];
}
