import { Drawer, Text } from '@mantine/core';
import { Failure } from '@/ui/Failure';
import { Loading } from '@/ui/Loading';
import { OperationList } from './OperationList';
import { useRecentOperations } from './queries';

const SHOWN = 30;

export function OperationsDrawer({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Drawer opened={opened} onClose={onClose} position="right" title="Operations" size="md">
      <DrawerContent />
    </Drawer>
  );
}

function DrawerContent() {
  const operations = useRecentOperations();
  if (operations.isPending) return <Loading what="operations" />;
  if (operations.isLoadingError)
    return (
      <Failure
        what="Operations could not be read"
        error={operations.error}
        retry={operations.refetch}
      />
    );
  if (operations.data.length === 0)
    return (
      <Text size="sm" c="dimmed">
        Nothing was asked for yet. Pulls, creates, stops and removals show up here with their
        progress and outcome.
      </Text>
    );
  return <OperationList operations={operations.data.slice(0, SHOWN)} />;
}
