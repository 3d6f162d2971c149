import { describe, expect, it } from '@jest/globals';
import { fold } from '../../../src/domain/decider.js';
import { service, type ServiceCommand } from '../../../src/domain/services/service.js';
import {
  deleted,
  paused,
  registered,
  restored,
  resumed,
  serviceId,
  tagged,
} from '../support/services.js';
import { given } from '../support/specification.js';

describe('Pausing a service', () => {
  it('pauses it', () =>
    given(service, [registered()]).when({ type: 'PauseService' }).then([paused]));

  it('says nothing when it is paused', () =>
    given(service, [registered(), paused]).when({ type: 'PauseService' }).thenNothing());

  it('resumes it', () =>
    given(service, [registered(), paused]).when({ type: 'ResumeService' }).then([resumed]));

  it('says nothing when it runs', () =>
    given(service, [registered()]).when({ type: 'ResumeService' }).thenNothing());

  it('says nothing when it runs again', () =>
    given(service, [registered(), paused, resumed]).when({ type: 'ResumeService' }).thenNothing());
});

describe('Transferring a service', () => {
  it('gives it to somebody else', () =>
    given(service, [registered()])
      .when({ type: 'TransferService', ownerId: 'grace' })
      .then([{ type: 'ServiceTransferred', data: { serviceId, ownerId: 'grace' } }]));

  it('says nothing when it is theirs', () =>
    given(service, [registered()]).when({ type: 'TransferService', ownerId: 'ada' }).thenNothing());

  it('gives it back', () =>
    given(service, [
      registered(),
      { type: 'ServiceTransferred', data: { serviceId, ownerId: 'grace' } },
    ])
      .when({ type: 'TransferService', ownerId: 'ada' })
      .then([{ type: 'ServiceTransferred', data: { serviceId, ownerId: 'ada' } }]));
});

describe('Deleting a service', () => {
  it('deletes it', () =>
    given(service, [registered()]).when({ type: 'DeleteService' }).then([deleted]));

  it('deletes it again once it was restored', () =>
    given(service, [registered(), deleted, restored])
      .when({ type: 'DeleteService' })
      .then([deleted]));
});

describe('Restoring a service', () => {
  it('brings a deleted one back', () =>
    given(service, [registered(), deleted]).when({ type: 'RestoreService' }).then([restored]));

  it('says nothing when it is there', () =>
    given(service, [registered()]).when({ type: 'RestoreService' }).thenNothing());

  it('says nothing when it is back', () =>
    given(service, [registered(), deleted, restored])
      .when({ type: 'RestoreService' })
      .thenNothing());

  it('brings back its settings, its tags and its pause', () => {
    const before = [registered(), ...tagged('blue'), paused];
    expect(fold(service, [...before, deleted, restored])).toStrictEqual(fold(service, before));
  });

  it('is refused for a service that never was', () =>
    given(service).when({ type: 'RestoreService' }).thenRefused('service-not-found'));
});

const commands: ServiceCommand[] = [
  { type: 'ChangeService', name: 'Store' },
  { type: 'ChangeService' },
  { type: 'TagService', tagId: 'blue' },
  { type: 'UntagService', tagId: 'blue' },
  { type: 'PauseService' },
  { type: 'ResumeService' },
  { type: 'TransferService', ownerId: 'grace' },
  { type: 'DeleteService' },
];

describe('A service that never was', () => {
  it.each(commands)('cannot be found: $type', (command) =>
    given(service).when(command).thenRefused('service-not-found'),
  );
});

describe('A deleted service', () => {
  it.each(commands)('cannot be found: $type', (command) =>
    given(service, [registered(), deleted]).when(command).thenRefused('service-not-found'),
  );
});
