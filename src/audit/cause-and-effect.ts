import { type AuditEntry } from './audit-entry.js';

/** A command or an event, and what came of it. */
export interface CauseNode {
  readonly text: string;
  readonly effects: readonly CauseNode[];
}

/** Entries of one correlation, in their order, as trees: commands hold their events, events the commands they caused. */
export function causeAndEffect(entries: readonly AuditEntry[]): readonly CauseNode[] {
  const commands = new Map<string, AuditEntry[]>();
  for (const entry of entries) {
    const id = entry.command_id ?? entry.event_id;
    commands.set(id, [...(commands.get(id) ?? []), entry]);
  }
  const known = new Set(entries.map(({ event_id: id }) => id));
  const all = [...commands.values()];

  const causedBy = (eventId: string): CauseNode[] =>
    all.filter(([first]) => first?.causation_id === eventId).map(commandNode);
  const commandNode = (events: readonly AuditEntry[]): CauseNode => ({
    text: commandText(events[0]),
    effects: events.map((event) => ({
      text: event.sentence,
      effects: causedBy(event.event_id),
    })),
  });
  return all.filter(([first]) => !known.has(first?.causation_id ?? '')).map(commandNode);
}

function commandText(first: AuditEntry | undefined): string {
  if (first === undefined) return '';
  const { command, actor, recorded_at: at, allowed_by: allowedBy } = first;
  const permission = allowedBy === null ? '' : `, allowed by ${allowedBy}`;
  return `${command ?? 'unknown'} by ${actor?.name ?? 'somebody'} at ${at}${permission}`;
}
