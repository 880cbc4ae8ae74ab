import { Button, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconListCheck, IconLoader2 } from '@tabler/icons-react';
import { lazy, Suspense } from 'react';
import { isOpen, useRecentOperations } from './queries';

const OperationsDrawer = lazy(async () => ({
  default: (await import('./OperationsDrawer')).OperationsDrawer,
}));

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
      <Suspense fallback={null}>
        {opened && <OperationsDrawer opened onClose={tray.close} />}
      </Suspense>
    </>
  );
}
