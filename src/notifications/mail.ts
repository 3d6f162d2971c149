import { z } from 'zod';
import { type Delivery } from './deliveries.js';

/** A message without its envelope. */
export interface Mail {
  readonly subject: string;
  readonly text: string;
  readonly messageId: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Says in plain text what a request would say in JSON. */
export function mailAbout({ id, eventId, event, body }: Delivery): Mail {
  const told = Told.parse(JSON.parse(body));
  return {
    subject: `[Watchbook] ${told.sentence}`,
    text: linesOf(told)
      .filter((line) => line !== undefined)
      .join('\n'),
    // The same in each attempt: mail programs show what comes twice once.
    messageId: `<${eventId}.${id}@watchbook>`,
    headers: {
      'Auto-Submitted': 'auto-generated',
      'Watchbook-Event': event,
      'Watchbook-Delivery': id,
    },
  };
}

/** Of a notification, what a message says. */
const Told = z.object({
  sentence: z.string(),
  occurred_at: z.string(),
  link: z.string().nullable(),
  service: z
    .object({
      name: z.string(),
      url: z.string(),
      type: z.string(),
      tags: z.array(z.object({ name: z.string() })),
    })
    .nullable(),
  change: z.object({ from: z.string(), to: z.string(), since: z.string() }).nullable(),
  evidence: z.object({ checks: z.int(), message: z.string(), checked_at: z.string() }).nullable(),
});

function linesOf({
  sentence,
  occurred_at: occurredAt,
  link,
  service,
  change,
  evidence,
}: z.infer<typeof Told>): (string | undefined)[] {
  return [
    `${sentence}.`,
    '',
    service ? `Service: ${service.name}` : undefined,
    service ? `Address: ${service.url} (${service.type})` : undefined,
    service && service.tags.length > 0
      ? `Tags:    ${service.tags.map(({ name }) => name).join(', ')}`
      : undefined,
    change ? `Status:  ${change.from} -> ${change.to}, since ${change.since}` : undefined,
    evidence
      ? `Check:   ${evidence.message} (${evidence.checked_at}; ${evidence.checks} in a row)`
      : undefined,
    `Time:    ${occurredAt}`,
    link === null ? undefined : `More:    ${link}`,
    '',
    '-- ',
    'Watchbook sent this because a webhook of yours leads to this mailbox.',
    '',
  ];
}
