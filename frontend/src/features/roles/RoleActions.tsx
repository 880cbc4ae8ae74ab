import { Group } from '@mantine/core';
import type { Role } from '@/api/types';
import { usePermit } from '@/features/session/permissions';
import { DialogButton } from '@/ui/DialogButton';
import { RemoveButton } from '@/ui/RemoveButton';
import { useRemoveRole } from './queries';
import { RoleDialog } from './RoleDialog';

export function RoleActions({ role }: { role: Role }) {
  const removal = useRemoveRole();
  const change = usePermit('update:role', {});
  const permit = usePermit('delete:role', {});
  const isFixed = role.built_in || change.disabled;
  return (
    <Group gap={4} justify="flex-end" wrap="nowrap">
      <DialogButton
        aria-label={`${isFixed ? 'See' : 'Change'} ${role.name}`}
        dialog={(close) => <RoleDialog role={role} isLocked={isFixed} onClose={close} />}
      >
        {isFixed ? 'See' : 'Change…'}
      </DialogButton>
      {!role.built_in && (
        <RemoveButton
          name={role.name}
          loss="Whoever was given it loses what it allows."
          removal={removal}
          id={role.name}
          permit={permit}
        />
      )}
    </Group>
  );
}
