interface Permission {
  name: string;
  verb: string;
  kind: string;
}

export interface KindPermissions {
  kind: string;
  permissions: Permission[];
}

/** *permissions* in groups of one kind, in the order in which the kinds come. */
export function byKind(permissions: Permission[]): KindPermissions[] {
  const kinds = [...new Set(permissions.map(({ kind }) => kind))];
  return kinds.map((kind) => ({
    kind,
    permissions: permissions.filter((each) => each.kind === kind),
  }));
}

/** *held* with or without the permission *name*. */
export function withPermission(held: string[], name: string, isHeld: boolean): string[] {
  const others = held.filter((each) => each !== name);
  return isHeld ? [...others, name].sort() : others;
}
