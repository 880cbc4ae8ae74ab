import { ActionIcon, Group, Modal, Stack, Text } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import type { Binding } from '@/api/types';
import { usePermit } from '@/features/session/permissions';
import { Failure } from '@/ui/Failure';
import { Loading } from '@/ui/Loading';
import { BindingForm } from './BindingForm';
import { useBindings, useTakeRole } from './queries';
import { bindingsOf, bindingText, type Side } from './side';

/** The roles of a user, team or token, or those held in a project: to see, give and take back. */
export function BindingsDialog({ side, onClose }: { side: Side; onClose: () => void }) {
  const title = `Roles ${side.kind === 'project' ? 'in project' : `of ${side.kind}`} ${side.name}`;
  return (
    <Modal opened onClose={onClose} title={title} size="lg">
      <Stack gap="md">
        <BindingList side={side} />
        <BindingForm side={side} />
      </Stack>
    </Modal>
  );
}

function BindingList({ side }: { side: Side }) {
  const bindings = useBindings();
  if (bindings.isPending) return <Loading what="roles" rows={2} />;
  if (bindings.isLoadingError)
    return <Failure what="Roles could not be read" error={bindings.error} />;
  const shown = bindingsOf(bindings.data, side);
  if (shown.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {side.kind === 'project'
          ? 'Nobody has a role in this project alone.'
          : 'None: nothing is allowed.'}
      </Text>
    );
  return (
    <Stack gap={4} component="ul" p={0} m={0}>
      {shown.map((binding) => (
        <BindingRow key={binding.id} binding={binding} side={side} />
      ))}
    </Stack>
  );
}

function BindingRow({ binding, side }: { binding: Binding; side: Side }) {
  const take = useTakeRole();
  const { kind, id } = binding.scope;
  const permit = usePermit('delete:binding', kind === 'everything' ? {} : { [kind]: id });
  const text = bindingText(binding, side);
  return (
    <Group component="li" justify="space-between" gap="xs" wrap="nowrap">
      <Text size="sm">{text}</Text>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={`Take back ${text}`}
        {...permit}
        loading={take.isPending}
        onClick={() => {
          take.mutate(binding.id);
        }}
      >
        <IconTrash size={16} />
      </ActionIcon>
    </Group>
  );
}
