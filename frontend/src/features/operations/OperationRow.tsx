import { Button, Group, Progress, Stack, Text } from '@mantine/core';
import type { Operation } from '@/api/types';
import { usePermit } from '@/features/session/permissions';
import { RelativeTime } from '@/ui/RelativeTime';
import { operationPercent, operationTitle } from './describe';
import { OperationStatus } from './OperationStatus';
import { isOpen, useCancelOperation } from './queries';

/** One operation: what, where, how far, how it ended. */
export function OperationRow({ operation }: { operation: Operation }) {
  return (
    <Stack gap={4} component="li" py={8} aria-label={operationTitle(operation)}>
      <Group justify="space-between" gap="xs" wrap="nowrap" align="flex-start">
        <Text size="sm" fw={500} style={{ overflowWrap: 'anywhere' }}>
          {operationTitle(operation)}
        </Text>
        <Text size="sm" component="span" style={{ flex: 'none' }}>
          <OperationStatus state={operation.state} />
        </Text>
      </Group>
      {isOpen(operation) && <OpenProgress operation={operation} />}
      {operation.error && (
        <Text size="xs" c="var(--state-bad)" style={{ overflowWrap: 'anywhere' }}>
          {operation.error.message}
        </Text>
      )}
      <Text size="xs" c="dimmed">
        {operation.host.name} · {operation.actor} ·{' '}
        <RelativeTime time={operation.finished_at ?? operation.created_at} />
      </Text>
    </Stack>
  );
}

function OpenProgress({ operation }: { operation: Operation }) {
  const cancel = useCancelOperation();
  const percent = operationPercent(operation);
  const permit = usePermit('cancel:operation', {
    project: operation.project,
    host: operation.host.id,
  });
  return (
    <Group gap="sm" wrap="nowrap">
      <Progress
        value={percent ?? 100}
        animated
        striped={percent === null}
        size="sm"
        flex={1}
        aria-label="Progress"
      />
      {percent !== null && <Text size="xs">{percent} %</Text>}
      <Button
        variant="default"
        size="compact-xs"
        loading={cancel.isPending}
        title={permit.title}
        disabled={permit.disabled || operation.cancel_requested_at !== null}
        onClick={() => {
          cancel.mutate(operation.id);
        }}
      >
        {operation.cancel_requested_at ? 'Cancelling…' : 'Cancel'}
      </Button>
    </Group>
  );
}
