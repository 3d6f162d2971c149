import { type z } from 'zod';
import { type FieldProblem } from '../domain/domain-error.js';
import { invalidFields } from './problem.js';
import { type AnyRoute, type Contents, type Route } from './route.js';

/** Makes a route that checks everything it is given, and names all that is wrong with it at once. */
export function route<Params, Query, Body>(definition: Route<Params, Query, Body>): AnyRoute {
  return {
    ...definition,
    async run(contents, occasion) {
      const params = definition.params.safeParse(contents.params, wording);
      const query = definition.query.safeParse(contents.query, wording);
      const body = definition.body.safeParse(sentBody(contents), wording);
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

/** No body is as good as an empty one; `null` is something else. */
function sentBody({ body }: Contents): unknown {
  return body === undefined ? {} : body;
}

function problems({ error }: z.ZodSafeParseResult<unknown>): FieldProblem[] {
  return (error?.issues ?? []).flatMap((issue) => describe(issue));
}

function describe(issue: z.core.$ZodIssue, outer: readonly PropertyKey[] = []): FieldProblem[] {
  const path = [...outer, ...issue.path];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...path, key].join('.'),
        message: 'There is no such field',
      }));
    case 'invalid_union': {
      // Of several forms, the one that was probably meant: the least is wrong with it.
      const [nearest] = [...issue.errors].sort((a, b) => a.length - b.length);
      if (nearest === undefined || nearest.length === 0) break;
      return nearest.flatMap((inner) => describe(inner, path));
    }
    default:
  }
  return [{ path: path.join('.'), message: issue.message }];
}

/** Where a schema has no words of its own. */
const wording: z.core.ParseContext<z.core.$ZodIssue> = {
  error: ({ code, input }) =>
    code === 'invalid_type' && input === undefined ? 'Required' : undefined,
};
