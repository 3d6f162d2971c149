import { describe, expect, it, jest } from '@jest/globals';
import { isClean, type Report, tableOf } from '../accounting/report.js';
import { type Scenario } from '../scenarios/scenario.js';

/**
 * The short form of a scenario: what must hold of Watchbook, and that the opposite would be found.
 *
 * @param pace Side by side is for a scenario that waits for most of its time, and has no limit of its own for that.
 */
export async function losesNothing(
  scenario: Scenario,
  pace: 'one by one' | 'side by side' = 'one by one',
): Promise<void> {
  const { name, fault, rounds, control } = scenario;
  const obstacle = await scenario.impossible?.();
  if (obstacle !== undefined) process.stderr.write(`${name} was not tried: ${obstacle}\n`);
  const possible = pace === 'side by side' ? it.concurrent : it;
  const test = obstacle === undefined ? possible : it.skip;
  // Everything within is waited for in bounds of its own; this one would leave servers behind.
  jest.setTimeout(600_000);

  describe(name, () => {
    test(`given ${fault}, then nothing is lost, doubled, skipped or out of order`, async () => {
      const report = await scenario.run(rounds.short);

      print(report);
      expect(report.examples).toEqual([]);
      expect(isClean(report)).toBe(true);
      expect(report.recoveriesMs).toHaveLength(rounds.short);
      expect(report.acknowledged).toBeGreaterThanOrEqual(20 * rounds.short);
    });

    test(`given ${control.naivety}, then it is found: ${control.exposes}`, async () => {
      const report = await control.run();

      print({ ...report, scenario: `${name}, but ${control.naivety}` });
      expect(report[control.exposes]).toBeGreaterThan(0);
    });
  });
}

function print(report: Report): void {
  process.stdout.write(`${tableOf([report])}\n`);
}
