/** Something to type, and what it prints. */
export interface Step {
  readonly commands: string;
  readonly output: string;
}

export interface Tour {
  readonly start: Step;
  readonly steps: readonly Step[];
  /** The names of the configuration table. */
  readonly variables: readonly string[];
}

/** Finds the tour in the text of the README: bash blocks, and after each the block that shows its output, if any. */
export function readTour(readme: string): Tour {
  const marked = /^<!-- tour -->$(?<tour>.*)^<!-- \/tour -->$/ms.exec(readme)?.groups?.['tour'];
  if (marked === undefined) throw new Error('The README marks no tour');
  const [start, ...steps] = stepsIn(marked);
  if (start === undefined || steps.length === 0) throw new Error('The tour has no steps');
  const variables = [...readme.matchAll(/^\| `([A-Z_]+)` /gm)].map(([, name = '']) => name);
  return { start, steps, variables };
}

function stepsIn(text: string): Step[] {
  const steps: Step[] = [];
  for (const { groups } of text.matchAll(/^```(?<language>\w+)\n(?<content>.*?)^```$/gms)) {
    const { language = '', content = '' } = groups ?? {};
    const last = steps.at(-1);
    if (language === 'bash') steps.push({ commands: content, output: '' });
    else if (last?.output === '') steps.splice(-1, 1, { ...last, output: content });
    else throw new Error(`Whose output is this?\n${content}`);
  }
  return steps;
}

/** Puts names in place of what differs from run to run; the same id gets the same name everywhere. */
export class Masks {
  private readonly ids = new Map<string, string>();

  /** JSON comes back parsed: how it is laid out tells nothing. */
  mask(output: string): unknown {
    const masked = output
      .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => this.nameOf(id))
      .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, '(a time)')
      .replace(/"position": \d+/g, '"position": "(a position)"');
    return masked.startsWith('{') ? JSON.parse(masked) : masked;
  }

  private nameOf(id: string): string {
    const name = this.ids.get(id) ?? `(id ${this.ids.size + 1})`;
    this.ids.set(id, name);
    return name;
  }
}
