import { z } from 'zod';
import { type AuditLog, type AuditSearch, toldTypes, wordsOf } from '../../audit/audit-log.js';
import { type AuditEntry } from '../../audit/audit-entry.js';
import { type Cursors } from '../cursors.js';
import { route } from '../define-route.js';
import { begun, exportFormats, exportTypes, written } from '../export-formats.js';
import { invalidFields } from '../problem.js';
import { type Querying } from '../querying.js';
import { type AnyRoute, none } from '../route.js';
import { moment, pagingFields, searchText, wire } from '../wire.js';

const search = {
  actor_id: z
    .string()
    .regex(/^[\w.-]{1,64}$/, 'Must be the id of a user, or the name of a process')
    .optional(),
  stream: z
    .string()
    .regex(/^[a-z]+-\S{1,200}$/, 'Must be the name of a stream, such as service-<id>')
    .optional(),
  type: z.enum(toldTypes, { error: 'There is no such type of event' }).optional(),
  outcome: z.enum(['accepted', 'refused']).optional(),
  correlation_id: z
    .string()
    .regex(/^[\x21-\x7e]{1,128}$/, 'Must be what correlation_id of an entry says')
    .optional(),
  q: searchText
    .refine((text) => wordsOf(text).length > 0, 'Must hold a letter or a digit')
    .optional(),
  from: moment.optional().meta({ description: 'Inclusive' }),
  to: moment.optional().meta({ description: 'Exclusive' }),
};

interface Times {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}
const isForwards = ({ from, to }: Times): boolean =>
  from === undefined || to === undefined || from < to;
const backwards = { path: ['to'], message: 'Must be later than from' };

const Search = z
  .strictObject({
    ...search,
    limit: pagingFields.limit,
    cursor: z
      .string()
      .max(100)
      .optional()
      .meta({ description: '`next_cursor` of the page before, of the same search' }),
  })
  .refine(isForwards, backwards);
const Export = z
  .strictObject({ ...search, format: z.enum(exportFormats).default('jsonl') })
  .refine(isForwards, backwards);

const AuditEntryView = z.strictObject({
  position: z.string(),
  event_id: z.uuid(),
  recorded_at: wire.timestamp,
  stream: z.string(),
  revision: z.int(),
  type: z.string(),
  outcome: z.enum(['accepted', 'refused']),
  sentence: z.string(),
  changes: z.array(z.strictObject({ field: z.string(), old: z.unknown(), new: z.unknown() })),
  actor: z
    .strictObject({
      kind: z.enum(['user', 'process', 'anonymous']),
      id: z.string(),
      name: z.string(),
    })
    .nullable(),
  command: z.string().nullable(),
  command_id: z.string().nullable(),
  reason: z.string().nullable(),
  allowed_by: z.string().nullable(),
  correlation_id: z.string().nullable(),
  causation_id: z.string().nullable(),
  request_id: z.string().nullable(),
});

export const AuditPageView = z.strictObject({
  data: z.array(AuditEntryView),
  next_cursor: z.string().nullable(),
});

/** What an export in CSV has of each entry. */
const columns: readonly (keyof Row)[] = [
  ...(['recorded_at', 'sentence', 'outcome', 'reason', 'actor_kind', 'actor_id'] as const),
  ...(['actor_name', 'type', 'stream', 'revision', 'changes', 'command', 'allowed_by'] as const),
  ...(['request_id', 'correlation_id', 'causation_id', 'command_id', 'event_id'] as const),
  'position',
];

export function auditRoutes(querying: Querying, audit: AuditLog, cursors: Cursors): AnyRoute[] {
  const common = { tag: 'audit', access: 'user', kind: 'query', params: none, body: none } as const;

  return [
    route({
      ...common,
      method: 'get',
      path: '/audit',
      summary: 'Search the audit log',
      description:
        'Everything that happened and everything that was refused, newest first, with `audit:read`. ' +
        'E-mail addresses and names of users are shown to those who may read users.',
      query: Search,
      answers: { 200: { description: 'A page of entries', body: AuditPageView } },
      handle: ({ query: { limit, cursor, ...given }, occasion }) =>
        querying.answer(occasion, async (actor) => {
          const list = ['audit', ...fieldsOf(given)];
          const before = cursor === undefined ? undefined : cursors.read(cursor, list);
          if (cursor !== undefined && before === undefined) throw foreignCursor();
          const { entries, next } = await audit.page(actor, searchOf(given), { before, limit });
          const nextCursor = next === undefined ? null : cursors.make(next, list);
          return { body: { data: entries, next_cursor: nextCursor } };
        }),
    }),
    route({
      ...common,
      method: 'get',
      path: '/audit/export',
      summary: 'Export the audit log',
      description:
        'Everything that matches, oldest first, as JSON lines or as CSV. Cells that a spreadsheet would take for ' +
        'formulas begin with an apostrophe. What happens during the export is not in it.',
      query: Export,
      answers: {
        200: { description: 'All entries', types: Object.values(exportTypes) },
      },
      handle: ({ query: { format, ...given }, occasion }) =>
        querying.answer(occasion, async (actor) => {
          const batches = audit.all(actor, searchOf(given));
          const chunks =
            format === 'csv'
              ? written(format, columns, flat(batches))
              : written(format, [], batches);
          const disposition = `attachment; filename="watchbook-audit.${format}"`;
          return {
            stream: { type: exportTypes[format], chunks: await begun(chunks) },
            headers: { 'Content-Disposition': disposition },
          };
        }),
    }),
  ];
}

type Given = z.infer<z.ZodObject<typeof search>>;

function searchOf({ actor_id, correlation_id, ...same }: Given): AuditSearch {
  return { ...same, actorId: actor_id, correlationId: correlation_id };
}

/** In one order, whatever the order of the parameters. */
function fieldsOf(given: Given): unknown[] {
  const { actor_id, stream, type, outcome, correlation_id, q, from, to } = given;
  return [actor_id, stream, type, outcome, correlation_id, q, from, to];
}

function foreignCursor(): Error {
  const message = 'Must be what next_cursor of the page before said, for the same search';
  return invalidFields([{ path: 'cursor', message }]);
}

type Row = Omit<AuditEntry, 'actor'> & {
  readonly actor_kind: string | undefined;
  readonly actor_id: string | undefined;
  readonly actor_name: string | undefined;
};

async function* flat(batches: AsyncIterable<readonly AuditEntry[]>): AsyncIterable<readonly Row[]> {
  for await (const entries of batches)
    yield entries.map(({ actor, ...entry }) => ({
      ...entry,
      actor_kind: actor?.kind,
      actor_id: actor?.id,
      actor_name: actor?.name,
    }));
}
