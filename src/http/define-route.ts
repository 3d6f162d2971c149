import { type z } from 'zod';
import { type FieldProblem } from '../domain/domain-error.js';
import { invalidFields } from './problem.js';
import { type AnyRoute, type Route } from './route.js';

/** Makes a route that checks everything it is given, and names all that is wrong with it at once. */
export function route<Params, Query, Body>(definition: Route<Params, Query, Body>): AnyRoute {
  return {
    ...definition,
    async run(contents, occasion) {
      const params = definition.params.safeParse(contents.params, wording);
      const query = definition.query.safeParse(contents.query, wording);
      const body = definition.body.safeParse(contents.body ?? {}, wording);
      if (!params.success || !query.success || !body.success)
        throw invalidFields([params, query, body].flatMap(problems));
      return definition.handle({
        params: params.data,
        query: query.data,
        body: body.data,
        occasion,
      });
    },
  };
}

function problems({ error }: z.ZodSafeParseResult<unknown>): FieldProblem[] {
  return (error?.issues ?? []).flatMap((issue) => {
    const path = issue.path.join('.');
    if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }];
    return issue.keys.map((key) => ({
      path: [...issue.path, key].join('.'),
      message: 'There is no such field',
    }));
  });
}

/** Where a schema has no words of its own. */
const wording: z.core.ParseContext<z.core.$ZodIssue> = {
  error: ({ code, input }) =>
    code === 'invalid_type' && input === undefined ? 'Required' : undefined,
};
