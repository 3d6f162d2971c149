import { type Permission } from '../access/permissions.js';

export type RoleEvent =
  | RoleEventOf<'RoleDefined', { permissions: readonly Permission[]; builtIn: boolean }>
  | RoleEventOf<'RolePermissionsGranted', { permissions: readonly Permission[] }>
  | RoleEventOf<'RolePermissionsRevoked', { permissions: readonly Permission[] }>
  | RoleEventOf<'RoleRemoved', object>;

interface RoleEventOf<Type extends string, Data extends object> {
  readonly type: Type;
  readonly data: Readonly<{ role: string } & Data>;
}
