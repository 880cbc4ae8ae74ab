import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router';
import { useUrlParam } from '@/lib/useUrlParam';

/** Whose objects all lists show: those on a host, by name, and in a project, by id; empty for all. */
export interface Scope {
  host: string;
  project: string;
}

/** Where an object is; what lies on no host or in no project is in every scope. */
interface Placed {
  host?: { name: string };
  project?: string;
}

/** The scope, which is kept in the address. */
export function useScope(): Scope {
  const [host] = useHostScope();
  const [project] = useUrlParam('project');
  return useMemo(() => ({ host, project }), [host, project]);
}

export function useHostScope(): [string, (host: string) => void] {
  return useUrlParam('host');
}

/** Paths that keep the scope of the present page. */
export function useScopedPath(): (path: string) => string {
  const [parameters] = useSearchParams();
  const host = parameters.get('host');
  const project = parameters.get('project');
  return useCallback(
    (path: string) => {
      const kept = new URLSearchParams({ ...(project && { project }), ...(host && { host }) });
      if (kept.size === 0) return path;
      return `${path}${path.includes('?') ? '&' : '?'}${kept.toString()}`;
    },
    [host, project],
  );
}

export function inScope<T extends Placed>(items: T[], scope: Scope): T[] {
  return items.filter(
    ({ host, project }) =>
      (!scope.host || !host || host.name === scope.host) &&
      (!scope.project || !project || project === scope.project),
  );
}
