import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Container } from '@/api/types';
import { rememberOperation } from '@/features/operations/queries';
import { requestVerb, type Verb } from '../queries';

/** What became of one container's request: refused at once, or an operation to follow. */
export type BulkResult = { error: string } | { operation: string };

/** Ask *verb* of many containers at once, keeping each answer by container id. */
export function useBulk(verb: Verb) {
  const client = useQueryClient();
  const [items, setItems] = useState<Partial<Record<string, BulkResult>>>({});
  const note = (id: string, result: BulkResult) => {
    setItems((current) => ({ ...current, [id]: result }));
  };
  const ask = async ({ id }: Container) => {
    try {
      const operation = await requestVerb(verb, id);
      rememberOperation(client, operation);
      note(id, { operation: operation.id });
    } catch (error) {
      note(id, { error: error instanceof Error ? error.message : String(error) });
    }
  };
  return {
    items,
    run: (containers: Container[]) => {
      for (const container of containers) void ask(container);
    },
  };
}
