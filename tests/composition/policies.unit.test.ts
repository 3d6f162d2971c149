import { Container } from 'inversify';
import { describe, expect, it } from '@jest/globals';
import { policiesModule, policiesOf } from '../../src/composition/policies.module.js';
import { tokens } from '../../src/composition/tokens.js';
import { CreateTagPolicy, DeleteTagPolicy } from '../../src/commands/tags/policies.js';
import { SignUpPolicy } from '../../src/commands/users/policies.js';
import { readConfiguration } from '../../src/platform/configuration.js';

describe('Finding policies', () => {
  it('given one was found, when asked again, then it is the same', () => {
    const container = new Container();
    container.bind(CreateTagPolicy).toSelf();
    const policies = policiesOf(container);

    expect(policies(CreateTagPolicy)).toBe(policies(CreateTagPolicy));
  });

  it('given nobody bound it, or bound something else to it, then that is an error', () => {
    const container = new Container();
    container.bind<object>(CreateTagPolicy).toConstantValue(new DeleteTagPolicy());
    const policies = policiesOf(container);

    expect(() => policies(DeleteTagPolicy)).toThrow('DeleteTagPolicy');
    expect(() => policies(CreateTagPolicy)).toThrow('CreateTagPolicy is bound to something else');
  });

  it.each([
    ['open', true],
    ['closed', false],
  ])('given sign-up is %s, then that is what its policy says', (SIGNUP, allowed) => {
    const container = new Container();
    container.bind(tokens.configuration).toConstantValue(readConfiguration({ SIGNUP }));
    container.load(policiesModule);

    expect(policiesOf(container)(SignUpPolicy).decide()).toMatchObject({ allowed });
  });
});
