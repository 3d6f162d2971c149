import { type Position } from '../position.js';

interface Reached {
  /** Everything up to here, inclusive, was read. */
  readonly upTo: Position;
  readonly atEnd: boolean;
}

/**
 * The pages after a position, until one is at the end. While one is dealt with, the server makes the next, and, as long
 * as pages reach equally far, the one after that, whose beginning can be guessed. A wrong guess is thrown away.
 *
 * @param ask For the page after a position.
 */
export async function* readAhead<Page extends Reached>(
  after: Position,
  ask: (after: Position) => Promise<Page>,
): AsyncGenerator<Page> {
  let stride = 0n;
  let asked = [askFor(after, ask)];
  for (let next = asked.shift(); next !== undefined; next = asked.shift()) {
    const page = await next.page;
    if (!page.atEnd) {
      if (asked[0]?.after !== page.upTo) asked = [askFor(page.upTo, ask)];
      const isSteady = page.upTo - next.after === stride;
      if (isSteady) asked.push(askFor(page.upTo + stride, ask));
      stride = page.upTo - next.after;
    }
    yield page;
    if (page.atEnd) return;
  }
}

interface Asked<Page> {
  readonly after: Position;
  readonly page: Promise<Page>;
}

function askFor<Page>(after: Position, ask: (after: Position) => Promise<Page>): Asked<Page> {
  const page = ask(after);
  // It fails for whoever waits for it; nobody may.
  page.catch(() => undefined);
  return { after, page };
}
