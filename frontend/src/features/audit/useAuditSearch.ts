import { useSearchParams } from 'react-router';
import type { AuditSearch } from './search';

const NAMES = ['text', 'actor', 'verb', 'kind', 'outcome', 'since', 'until', 'project'] as const;

/** What is looked for and the page of it, both in the address; another search starts at page 1. */
export function useAuditSearch() {
  const [parameters, setParameters] = useSearchParams();
  const search = Object.fromEntries(
    NAMES.map((name) => [name, parameters.get(name) ?? '']),
  ) as unknown as AuditSearch;
  const page = Math.max(Number(parameters.get('page') ?? 1) || 1, 1);
  const set = (name: string, value: string) => {
    setParameters(
      (current) => {
        const next = new URLSearchParams(current);
        next.delete('page');
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: name !== 'page' },
    );
  };
  return { search, page, set };
}
