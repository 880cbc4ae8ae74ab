import { Button, Drawer, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconListCheck, IconLoader2 } from '@tabler/icons-react';
import type { Operation } from '@/api/types';
import { Failure } from '@/ui/Failure';
import { Loading } from '@/ui/Loading';
import { OperationList } from './OperationList';
import { isOpen, useRecentOperations } from './queries';

const SHOWN = 30;

/** All long work, in sight on every page; the platform remembers it, so a reload loses nothing. */
export function OperationsTray() {
  const [opened, tray] = useDisclosure(false);
  const operations = useRecentOperations();
  const open = operations.data?.filter(isOpen).length ?? 0;
  const label = open === 0 ? 'Operations' : `${open} ${open === 1 ? 'operation' : 'operations'}`;
  return (
    <>
      <Button
        variant="subtle"
        color={open > 0 ? 'harbor' : 'gray'}
        size="compact-sm"
        onClick={tray.open}
        aria-label={open === 0 ? label : `${label} running`}
        leftSection={open > 0 ? <IconLoader2 size={16} /> : <IconListCheck size={16} />}
      >
        <Text span inherit visibleFrom="md">
          {label}
        </Text>
        {open > 0 && (
          <Text span inherit hiddenFrom="md">
            {open}
          </Text>
        )}
      </Button>
      <Drawer opened={opened} onClose={tray.close} position="right" title="Operations" size="md">
        <TrayContent
          isPending={operations.isPending}
          error={operations.error}
          operations={operations.data ?? []}
          retry={operations.refetch}
        />
      </Drawer>
    </>
  );
}

interface ContentProps {
  isPending: boolean;
  error: Error | null;
  operations: Operation[];
  retry: () => unknown;
}

function TrayContent({ isPending, error, operations, retry }: ContentProps) {
  if (isPending) return <Loading what="operations" />;
  if (error) return <Failure what="Operations could not be read" error={error} retry={retry} />;
  if (operations.length === 0)
    return (
      <Text size="sm" c="dimmed">
        Nothing was asked for yet. Pulls, creates, stops and removals show up here with their
        progress and outcome.
      </Text>
    );
  return <OperationList operations={operations.slice(0, SHOWN)} />;
}
