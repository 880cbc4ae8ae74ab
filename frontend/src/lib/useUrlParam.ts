import { useCallback } from 'react';
import { useSearchParams } from 'react-router';

/** One query parameter as state; the default is not written to the address. */
export function useUrlParam(name: string, fallback = ''): [string, (value: string) => void] {
  const [parameters, setParameters] = useSearchParams();
  const set = useCallback(
    (value: string) => {
      setParameters(
        (current) => {
          const next = new URLSearchParams(current);
          if (value === fallback) next.delete(name);
          else next.set(name, value);
          return next;
        },
        { replace: true },
      );
    },
    [setParameters, name, fallback],
  );
  return [parameters.get(name) ?? fallback, set];
}
