import { Group, Text } from '@mantine/core';
import { OperationStatus } from '@/features/operations/OperationStatus';
import { useOperation } from '@/features/operations/queries';
import type { BulkResult } from './useBulk';

export function BulkItem({ name, item }: { name: string; item: BulkResult | undefined }) {
  const operation = useOperation(item && 'operation' in item ? item.operation : null);
  const problem = item && 'error' in item ? item.error : operation?.error?.message;
  return (
    <li style={{ listStyle: 'none' }}>
      <Group justify="space-between" gap="xs" wrap="nowrap">
        <Text size="sm" truncate>
          {name}
        </Text>
        <Text size="sm" component="span" style={{ flex: 'none' }}>
          {item && 'error' in item && <OperationStatus state="failed" />}
          {operation && <OperationStatus state={operation.state} />}
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
