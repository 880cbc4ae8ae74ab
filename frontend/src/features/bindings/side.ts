import type { Binding, BindingRequest } from '@/api/types';

/** Whose bindings are shown: a subject's, who has roles; or a project's, in which they are held. */
export interface Side {
  kind: 'user' | 'team' | 'token' | 'project';
  id: string;
  name: string;
}

/** What is at the other end: a subject as `user:dana`, or a scope as `project:shop`; `` is everything. */
export type Other = string;

export function bindingsOf(bindings: Binding[], { kind, id }: Side): Binding[] {
  return bindings.filter(({ subject, scope }) => {
    const end = kind === 'project' ? scope : subject;
    return end.kind === kind && end.id === id;
  });
}

/** `deployer in Web shop`, or from the project's side `deployer for team shop-devs`. */
export function bindingText({ role, subject, scope }: Binding, side: Side): string {
  if (side.kind === 'project') return `${role} for ${subject.kind} ${subject.name}`;
  if (scope.kind === 'everything') return `${role} on everything`;
  return scope.kind === 'project' ? `${role} in ${scope.name}` : `${role} on host ${scope.name}`;
}

/** A subject or scope as the request names it. */
function field(kind: string, id: string, name: string): Partial<BindingRequest> {
  if (kind === 'token') return { token: Number(id) };
  return kind === 'project' ? { project: id } : { [kind]: name };
}

export function bindingRequest(role: string, side: Side, other: Other): BindingRequest {
  const [, kind = '', name = ''] = /^(\w+):(.+)$/.exec(other) ?? [];
  return {
    role,
    ...field(side.kind, side.id, side.name),
    ...(kind && field(kind, name, name)),
  };
}
