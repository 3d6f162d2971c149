import { type Evidence, type ServiceHealthEvent } from '../../domain/health/events.js';
import { phrase, type Phrase, type Sentences, telling } from './telling.js';

/** What the monitor saw. */
export const healthSentences: Sentences<ServiceHealthEvent['type'], undefined> = {
  ServiceHealthChanged: ({ serviceId, from, to, reason, evidence }) => {
    const service = { subject: `service-${serviceId}` };
    const changes = [{ field: 'status', old: from, new: to }];
    switch (reason) {
      case 'paused':
        return telling(phrase`looks at ${service} no more, which was ${from}`, changes);
      case 'silence':
        return telling(
          phrase`cannot tell any more how ${service} is${because(evidence)}, which was ${from}`,
          changes,
        );
      case 'checks':
        return telling(
          phrase`found ${service} ${to}, which was ${from}${because(evidence)}`,
          changes,
        );
    }
  },
};

function because(evidence: Evidence | null): Phrase {
  if (evidence === null) return [];
  const times = evidence.checks > 1 ? ` (${evidence.checks} checks in a row)` : '';
  return [`: ${evidence.message}${times}`];
}
