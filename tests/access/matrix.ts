/**
 * Who gets what answer, worked out from the contract: a row for each route and each relation of the sender to what
 * it is about, a column for each standing. `nothing` has a role without permissions; `superuser` has the role
 * `viewer`. The last column is everybody who was deactivated, whatever they could do before.
 *
 * 403P lacks the permission · 403O belongs to another · 403S superusers cannot delete themselves
 */
const table = `
  route                              about     anonymous nothing viewer member operator admin superuser deactivated
  POST /auth/login                   -         200       200     200    200    200      200   200       401
  POST /auth/refresh                 -         200       200     200    200    200      200   200       401
  POST /auth/logout                  -         204       204     204    204    204      204   204       204

  GET /services                      -         401       403P    200    200    200      200   200       401
  POST /services                     -         401       403P    403P   201    201      201   201       401
  GET /services/{id}                 own       401       403P    200    200    200      200   200       401
  GET /services/{id}                 other     401       403P    200    403O   200      200   200       401
  GET /services/{id}                 missing   401       404     404    404    404      404   404       401
  PATCH /services/{id}               own       401       403P    403P   200    200      200   200       401
  PATCH /services/{id}               other     401       403P    403P   403O   200      200   200       401
  PATCH /services/{id}               missing   401       404     404    404    404      404   404       401
  DELETE /services/{id}              own       401       403P    403P   200    200      200   200       401
  DELETE /services/{id}              other     401       403P    403P   403O   200      200   200       401
  DELETE /services/{id}              missing   401       404     404    404    404      404   404       401
  PUT /services/{id}/tags/{tag_id}   own       401       403P    403P   200    200      200   200       401
  PUT /services/{id}/tags/{tag_id}   other     401       403P    403P   403O   200      200   200       401
  PUT /services/{id}/tags/{tag_id}   missing   401       404     404    404    404      404   404       401
  DELETE /services/{id}/tags/{tag_id} own      401       403P    403P   200    200      200   200       401
  DELETE /services/{id}/tags/{tag_id} other    401       403P    403P   403O   200      200   200       401
  DELETE /services/{id}/tags/{tag_id} missing  401       404     404    404    404      404   404       401
  POST /services/{id}/pause          own       401       403P    403P   200    200      200   200       401
  POST /services/{id}/pause          other     401       403P    403P   403O   200      200   200       401
  POST /services/{id}/pause          missing   401       404     404    404    404      404   404       401
  POST /services/{id}/resume         own       401       403P    403P   200    200      200   200       401
  POST /services/{id}/resume         other     401       403P    403P   403O   200      200   200       401
  POST /services/{id}/resume         missing   401       404     404    404    404      404   404       401
  POST /services/{id}/transfer       own       401       403P    403P   200    200      200   200       401
  POST /services/{id}/transfer       other     401       403P    403P   403O   200      200   200       401
  POST /services/{id}/transfer       missing   401       404     404    404    404      404   404       401
  POST /services/{id}/restore        own       401       403P    403P   200    200      200   200       401
  POST /services/{id}/restore        other     401       403P    403P   403O   200      200   200       401
  POST /services/{id}/restore        missing   401       404     404    404    404      404   404       401
  GET /services/{id}/history         own       401       403P    200    200    200      200   200       401
  GET /services/{id}/history         other     401       403P    200    403O   200      200   200       401
  GET /services/{id}/history         missing   401       404     404    404    404      404   404       401

  POST /services/{id}/check          own       401       403P    403P   200    200      200   200       401
  POST /services/{id}/check          other     401       403P    403P   403O   200      200   200       401
  POST /services/{id}/check          missing   401       404     404    404    404      404   404       401
  GET /services/{id}/checks          own       401       403P    200    200    200      200   200       401
  GET /services/{id}/checks          other     401       403P    200    403O   200      200   200       401
  GET /services/{id}/checks          missing   401       404     404    404    404      404   404       401
  GET /services/{id}/uptime          own       401       403P    200    200    200      200   200       401
  GET /services/{id}/uptime          other     401       403P    200    403O   200      200   200       401
  GET /services/{id}/uptime          missing   401       404     404    404    404      404   404       401

  GET /tags                          -         401       403P    200    200    200      200   200       401
  POST /tags                         -         401       403P    403P   201    201      201   201       401
  GET /tags/{id}                     own       401       403P    200    200    200      200   200       401
  GET /tags/{id}                     other     401       403P    200    403O   200      200   200       401
  GET /tags/{id}                     missing   401       404     404    404    404      404   404       401
  PATCH /tags/{id}                   own       401       403P    403P   200    200      200   200       401
  PATCH /tags/{id}                   other     401       403P    403P   403O   200      200   200       401
  PATCH /tags/{id}                   missing   401       404     404    404    404      404   404       401
  DELETE /tags/{id}                  own       401       403P    403P   200    200      200   200       401
  DELETE /tags/{id}                  other     401       403P    403P   403O   200      200   200       401
  DELETE /tags/{id}                  missing   401       404     404    404    404      404   404       401

  GET /webhooks                      -         401       403P      403P      200       200       200       200       401      
  POST /webhooks                     -         401       403P      403P      201       201       201       201       401      
  GET /webhooks/{id}                 own       401       403P      403P      200       200       200       200       401      
  GET /webhooks/{id}                 other     401       403P      403P      403O      403O      200       200       401      
  GET /webhooks/{id}                 missing   401       404       404       404       404       404       404       401      
  PATCH /webhooks/{id}               own       401       403P      403P      200       200       200       200       401      
  PATCH /webhooks/{id}               other     401       403P      403P      403O      403O      200       200       401      
  PATCH /webhooks/{id}               missing   401       404       404       404       404       404       404       401      
  DELETE /webhooks/{id}              own       401       403P      403P      200       200       200       200       401      
  DELETE /webhooks/{id}              other     401       403P      403P      403O      403O      200       200       401      
  DELETE /webhooks/{id}              missing   401       404       404       404       404       404       404       401      
  POST /webhooks/{id}/enable         own       401       403P      403P      200       200       200       200       401      
  POST /webhooks/{id}/enable         other     401       403P      403P      403O      403O      200       200       401      
  POST /webhooks/{id}/enable         missing   401       404       404       404       404       404       404       401      
  POST /webhooks/{id}/rotate-secret  own       401       403P      403P      200       200       200       200       401      
  POST /webhooks/{id}/rotate-secret  other     401       403P      403P      403O      403O      200       200       401      
  POST /webhooks/{id}/rotate-secret  missing   401       404       404       404       404       404       404       401      
  POST /webhooks/{id}/test           own       401       403P      403P      202       202       202       202       401      
  POST /webhooks/{id}/test           other     401       403P      403P      403O      403O      202       202       401      
  POST /webhooks/{id}/test           missing   401       404       404       404       404       404       404       401      
  GET /webhooks/{id}/deliveries      own       401       403P      403P      200       200       200       200       401      
  GET /webhooks/{id}/deliveries      other     401       403P      403P      403O      403O      200       200       401      
  GET /webhooks/{id}/deliveries      missing   401       404       404       404       404       404       404       401      
  GET /webhooks/{id}/deliveries/{delivery_id} own       401       403P      403P      200       200       200       200       401      
  GET /webhooks/{id}/deliveries/{delivery_id} other     401       403P      403P      403O      403O      200       200       401      
  GET /webhooks/{id}/deliveries/{delivery_id} missing   401       404       404       404       404       404       404       401      
  POST /webhooks/{id}/deliveries/{delivery_id}/retry own       401       403P      403P      202       202       202       202       401      
  POST /webhooks/{id}/deliveries/{delivery_id}/retry other     401       403P      403P      403O      403O      202       202       401      
  POST /webhooks/{id}/deliveries/{delivery_id}/retry missing   401       404       404       404       404       404       404       401      

  POST /users/signup                 -         201       201     201    201    201      201   201       201
  GET /users/me                      -         401       200     200    200    200      200   200       401
  PATCH /users/me                    -         401       200     200    200    200      200   200       401
  DELETE /users/me                   -         401       200     200    200    200      200   403S      401
  PATCH /users/me/password           -         401       200     200    200    200      200   200       401
  GET /users                         -         401       403P    403P   403P   403P     200   200       401
  POST /users                        -         401       403P    403P   403P   403P     201   201       401
  GET /users/{id}                    own       401       403P    403P   403P   403P     200   200       401
  GET /users/{id}                    other     401       403P    403P   403P   403P     200   200       401
  GET /users/{id}                    superuser 401       403P    403P   403P   403P     200   200       401
  GET /users/{id}                    missing   401       404     404    404    404      404   404       401
  PATCH /users/{id}                  own       401       403P    403P   403P   403P     200   200       401
  PATCH /users/{id}                  other     401       403P    403P   403P   403P     200   200       401
  PATCH /users/{id}                  superuser 401       403P    403P   403P   403P     403P  200       401
  PATCH /users/{id}                  missing   401       404     404    404    404      404   404       401
  DELETE /users/{id}                 own       401       403P    403P   403P   403P     200   403S      401
  DELETE /users/{id}                 other     401       403P    403P   403P   403P     200   200       401
  DELETE /users/{id}                 superuser 401       403P    403P   403P   403P     403P  200       401
  DELETE /users/{id}                 missing   401       404     404    404    404      404   404       401
  GET /users/{id}/permissions        own       401       403P    403P   403P   403P     200   200       401
  GET /users/{id}/permissions        other     401       403P    403P   403P   403P     200   200       401
  GET /users/{id}/permissions        superuser 401       403P    403P   403P   403P     200   200       401
  GET /users/{id}/permissions        missing   401       404     404    404    404      404   404       401

  GET /roles                         -         401       403P    403P   403P   403P     200   200       401
  GET /roles/{name}                  other     401       403P    403P   403P   403P     200   200       401
  GET /roles/{name}                  missing   401       404     404    404    404      404   404       401
  PUT /roles/{name}                  missing   401       403P    403P   403P   403P     200   200       401
  PUT /roles/{name}                  other     401       403P    403P   403P   403P     200   200       401
  PUT /roles/{name}                  built-in  401       403P    403P   403P   403P     409   409       401
  DELETE /roles/{name}               other     401       403P    403P   403P   403P     200   200       401
  DELETE /roles/{name}               built-in  401       403P    403P   403P   403P     409   409       401
  DELETE /roles/{name}               missing   401       404     404    404    404      404   404       401
  GET /audit                         -         401       403P    403P   403P   200      200   200       401
  GET /audit/export                  -         401       403P    403P   403P   200      200   200       401

  GET /permissions                   -         401       200     200    200    200      200   200       401

  GET /projections                   -         401       403P    403P   403P   403P     200   200       401
  GET /projections/{name}            other     401       403P    403P   403P   403P     200   200       401
  GET /projections/{name}            missing   401       404     404    404    404      404   404       401
  POST /projections/{name}/verify    other     401       403P    403P   403P   403P     200   200       401
  POST /projections/{name}/verify    missing   401       404     404    404    404      404   404       401
  POST /projections/{name}/rebuild   other     401       403P    403P   403P   403P     202   202       401
  POST /projections/{name}/rebuild   missing   401       404     404    404    404      404   404       401
  POST /projections/{name}/rollback  other     401       403P    403P   403P   403P     409   409       401
  POST /projections/{name}/rollback  missing   401       404     404    404    404      404   404       401
  GET /projections/{name}/rebuilds/{id}    other   401   403P    403P   403P   403P     200   200       401
  GET /projections/{name}/rebuilds/{id}    missing 401   404     404    404    404      404   404       401
  DELETE /projections/{name}/rebuilds/{id} other   401   403P    403P   403P   403P     409   409       401
  DELETE /projections/{name}/rebuilds/{id} missing 401   404     404    404    404      404   404       401
  POST /projections/{name}/retry     other     401       403P    403P   403P   403P     409   409       401
  POST /projections/{name}/retry     missing   401       404     404    404    404      404   404       401
  POST /projections/{name}/skip      other     401       403P    403P   403P   403P     409   409       401
  POST /projections/{name}/skip      missing   401       404     404    404    404      404   404       401
`;

export const standings = [
  'anonymous',
  'nothing',
  'viewer',
  'member',
  'operator',
  'admin',
  'superuser',
] as const;
export type Standing = (typeof standings)[number];

/** Somebody who was deactivated, and what they were before. */
export type Deactivated = `deactivated ${Exclude<Standing, 'anonymous'>}`;
export type Who = Standing | Deactivated;

export interface Cell {
  /** Such as `GET /services/{id}`. */
  readonly route: string;
  /** How what it is about stands to the sender. */
  readonly about: string;
  readonly who: Who;
  readonly status: number;
  /** What a 403 must say. */
  readonly reason: string | undefined;
}

const reasons: Readonly<Record<string, string>> = {
  P: 'Insufficient permissions',
  O: 'Not authorized',
  S: 'Superusers cannot delete themselves',
};

export const cells: readonly Cell[] = table
  .trim()
  .split('\n')
  .slice(1)
  .filter((line) => line.trim() !== '')
  .flatMap(cellsOf);

function cellsOf(line: string): Cell[] {
  const [method = '', path = '', about = '', ...answers] = line.trim().split(/\s+/);
  if (answers.length !== standings.length + 1) throw new Error(`Not a whole row: ${line}`);
  const cell = (who: Who, answer = ''): Cell => ({
    route: `${method} ${path}`,
    about,
    who,
    status: Number(answer.slice(0, 3)),
    reason: reasons[answer.slice(3)],
  });
  const ofDeactivated = answers.at(-1);
  return [
    ...standings.map((who, column) => cell(who, answers[column])),
    ...standings.flatMap((who) =>
      who === 'anonymous' ? [] : [cell(`deactivated ${who}`, ofDeactivated)],
    ),
  ];
}
