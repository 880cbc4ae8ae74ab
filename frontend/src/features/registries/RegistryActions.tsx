import { ActionIcon, Button, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPencil, IconTrash } from '@tabler/icons-react';
import type { Registry } from '@/api/types';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { notify } from '@/ui/notify';
import { useRemoveRegistry, useTestRegistry } from './queries';
import { RegistryDialog } from './RegistryDialog';

export function RegistryActions({ registry }: { registry: Registry }) {
  const [isEditing, editing] = useDisclosure(false);
  const [isAsking, asking] = useDisclosure(false);
  return (
    <Group gap={4} justify="flex-end" wrap="nowrap">
      <TestButton registry={registry} />
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={`Edit ${registry.name}`}
        onClick={editing.open}
      >
        <IconPencil size={16} />
      </ActionIcon>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={`Remove ${registry.name}`}
        onClick={asking.open}
      >
        <IconTrash size={16} />
      </ActionIcon>
      <RegistryDialog opened={isEditing} registry={registry} onClose={editing.close} />
      <RemoveDialog registry={registry} opened={isAsking} onClose={asking.close} />
    </Group>
  );
}

function TestButton({ registry }: { registry: Registry }) {
  const test = useTestRegistry();
  return (
    <Button
      variant="default"
      size="compact-xs"
      loading={test.isPending}
      onClick={() => {
        test.mutate(registry.id, {
          onSuccess: ({ ok, message }) => {
            void notify({
              color: ok ? 'teal' : 'red',
              title: ok ? `${registry.name} answers` : `${registry.name} does not work`,
              message,
            });
          },
        });
      }}
    >
      Test
    </Button>
  );
}

interface RemoveProps {
  registry: Registry;
  opened: boolean;
  onClose: () => void;
}

function RemoveDialog({ registry, opened, onClose }: RemoveProps) {
  const remove = useRemoveRegistry();
  return (
    <ConfirmDialog
      opened={opened}
      title={`Remove ${registry.name}`}
      confirm="Remove"
      busy={remove.isPending}
      onConfirm={() => {
        remove.mutate(registry.id, { onSuccess: onClose });
      }}
      onClose={onClose}
    >
      <Text size="sm">
        Its address and credentials are forgotten. Images that came from it stay; private ones
        cannot be pulled again until it is added anew.
      </Text>
    </ConfirmDialog>
  );
}
