import { ActionIcon, Button, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPencil, IconTrash } from '@tabler/icons-react';
import type { Host, Registry } from '@/api/types';
import { useHosts } from '@/features/hosts/queries';
import { useHostScope } from '@/features/scope/scope';
import { usePermit } from '@/features/session/permissions';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { notify } from '@/ui/notify';
import { useRemoveRegistry, useTestRegistry } from './queries';
import { RegistryDialog } from './RegistryDialog';

export function RegistryActions({ registry }: { registry: Registry }) {
  const place = { project: registry.project };
  const change = usePermit('update:registry', place);
  const remove = usePermit('delete:registry', place);
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
        {...change}
      >
        <IconPencil size={16} />
      </ActionIcon>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={`Remove ${registry.name}`}
        onClick={asking.open}
        {...remove}
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
  const host = useAskingHost();
  const permit = usePermit('test:registry', { project: registry.project });
  return (
    <Button
      variant="default"
      size="compact-xs"
      loading={test.isPending}
      disabled={permit.disabled || !host}
      title={permit.title ?? (host ? `${host.name} asks it` : 'No host is online to ask it')}
      onClick={() => {
        if (!host) return;
        test.mutate(
          { id: registry.id, host: host.id },
          {
            onSuccess: (operation) => {
              if (operation) return;
              const message = `${host.name} asked it, with what is kept for it.`;
              void notify({ color: 'teal', title: `${registry.name} answers`, message });
            },
          },
        );
      }}
    >
      Test
    </Button>
  );
}

/** The host that a registry is tested from: the one that is shown, or the first that answers. */
function useAskingHost(): Host | undefined {
  const [scope] = useHostScope();
  const online = useHosts().data?.filter(({ state }) => state === 'online') ?? [];
  return online.find(({ name }) => name === scope) ?? online[0];
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
