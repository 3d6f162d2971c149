import { type CommandKeyEvent } from '../../domain/idempotency/events.js';
import { type ClaimEvent } from '../../domain/names/claim.js';
import { type NameKind } from '../../domain/names/unique-name.js';
import { type RefusalEvent } from '../../domain/refusals/events.js';
import { type SuperuserRosterEvent } from '../../domain/users/events.js';
import { type Part, phrase, type Phrase, plainly, type Sentences } from './telling.js';

/** What the write side keeps for itself: names, the superusers' roster, commands sent with a key, and refusals. */
export const writeSideSentences: Sentences<
  (ClaimEvent | SuperuserRosterEvent | CommandKeyEvent | RefusalEvent)['type'],
  undefined
> = {
  NameClaimed: ({ kind, holderId }) =>
    plainly(phrase`claimed ${names[kind].what} for ${names[kind].holder(holderId)}`),
  NameReleased: ({ kind, holderId }) =>
    plainly(phrase`released ${names[kind].what} that ${names[kind].holder(holderId)} had`),
  SuperuserEnlisted: ({ userId }) =>
    plainly(phrase`counted ${{ person: userId }} among the superusers`),
  SuperuserDischarged: ({ userId }) =>
    plainly(phrase`counted ${{ person: userId }} no more among the superusers`),
  CommandKeyed: ({ command, target }) =>
    plainly(phrase`sent a command with an Idempotency-Key: ${inWords(command, target)}`),
  CommandRefused: ({ command, target, reason, unrecorded }) => {
    const more = unrecorded === 0 ? [] : [`; ${unrecorded} more like it were not recorded`];
    return plainly(phrase`was not allowed to ${inWords(command, target)}: ${reason}${more}`);
  },
};

const names: Readonly<Record<NameKind, { what: string; holder: (id: string) => Part }>> = {
  'tag-name': { what: 'a tag name', holder: (id) => ({ subject: `tag-${id}` }) },
  'user-email': { what: 'an e-mail address', holder: (id) => ({ person: id }) },
};

/** `DeleteService` about a service reads `delete service *billing*`. */
function inWords(command: string, target: string): Phrase {
  const words = command.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
  const [kind = ''] = target.split('-');
  const subject = { subject: target };
  if (words.endsWith(` ${kind}`)) return phrase`${words.slice(0, -kind.length)}${subject}`;
  return phrase`${words} (${subject})`;
}
