import { Group, Text } from '@mantine/core';
import type { OperationState } from '@/api/types';
import { OperationStatus } from '@/features/operations/OperationStatus';
import { useOperation } from '@/features/operations/queries';
import type { BulkResult } from './useBulk';

interface Outcome {
  state: OperationState | null;
  problem: string | undefined;
}

function useOutcome(result: BulkResult | undefined): Outcome {
  const operation = useOperation(result && 'operation' in result ? result.operation : null);
  if (result && 'error' in result) return { state: 'failed', problem: result.error };
  return { state: operation?.state ?? null, problem: operation?.error?.message };
}

export function BulkItem({ name, item }: { name: string; item: BulkResult | undefined }) {
  const { state, problem } = useOutcome(item);
  return (
    <li style={{ listStyle: 'none' }}>
      <Group justify="space-between" gap="xs" wrap="nowrap">
        <Text size="sm" truncate>
          {name}
        </Text>
        <Text size="sm" component="span" style={{ flex: 'none' }}>
          {state && <OperationStatus state={state} />}
        </Text>
      </Group>
      {problem && (
        <Text size="xs" c="var(--state-bad)">
          {problem}
        </Text>
      )}
    </li>
  );
}
