import { Group, Stack, Text } from '@mantine/core';
import type { Operation } from '@/api/types';
import { OperationStatus } from '@/features/operations/OperationStatus';
import { LayerRow } from './LayerRow';

/** A pull, layer by layer. */
export function PullProgress({ operation }: { operation: Operation }) {
  const layers = operation.progress?.layers ?? [];
  return (
    <Stack gap={6} mt={6} role="group" aria-label="Pull progress">
      <Group justify="space-between">
        <Text size="sm" fw={500} truncate>
          {operation.subject.name}
        </Text>
        <Text size="sm" component="span">
          <OperationStatus state={operation.state} />
        </Text>
      </Group>
      {operation.error && (
        <Text size="sm" c="var(--state-bad)">
          {operation.error.message}
        </Text>
      )}
      {layers.map((layer) => (
        <LayerRow key={layer.digest} layer={layer} />
      ))}
    </Stack>
  );
}
