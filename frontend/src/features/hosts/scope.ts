import { useCallback } from 'react';
import { useSearchParams } from 'react-router';
import { useUrlParam } from '@/lib/useUrlParam';

/** The host whose objects are shown, by name; empty means all of them. Kept in the address. */
export function useScope(): [string, (host: string) => void] {
  return useUrlParam('host');
}

/** Paths that keep the scope of the present page. */
export function useScopedPath(): (path: string) => string {
  const [parameters] = useSearchParams();
  const host = parameters.get('host');
  return useCallback(
    (path: string) => {
      if (!host) return path;
      return `${path}${path.includes('?') ? '&' : '?'}host=${encodeURIComponent(host)}`;
    },
    [host],
  );
}

export function inScope<T extends { host: { name: string } }>(items: T[], scope: string): T[] {
  return scope ? items.filter((item) => item.host.name === scope) : items;
}
