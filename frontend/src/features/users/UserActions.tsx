import { Button, Group } from '@mantine/core';
import type { User } from '@/api/types';
import { RolesButton } from '@/features/bindings/RolesButton';
import { usePermit } from '@/features/session/permissions';
import { RemoveButton } from '@/ui/RemoveButton';
import { useChangeUser, useRemoveUser } from './queries';

export function UserActions({ user }: { user: User }) {
  const removal = useRemoveUser();
  return (
    <Group gap={4} justify="flex-end" wrap="nowrap">
      <RolesButton side={{ kind: 'user', id: String(user.id), name: user.username }} />
      <ActiveButton user={user} />
      <RemoveButton
        name={user.username}
        loss="Their tokens, roles and sessions go with them, and what uses those is refused from now on. Containers and images stay."
        removal={removal}
        id={user.id}
        permit={usePermit('delete:user', {})}
      />
    </Group>
  );
}

function ActiveButton({ user }: { user: User }) {
  const change = useChangeUser(user.id);
  return (
    <Button
      variant="default"
      size="compact-xs"
      aria-label={`${user.is_active ? 'Shut out' : 'Let in'} ${user.username}`}
      loading={change.isPending}
      {...usePermit('update:user', {})}
      onClick={() => {
        change.mutate({ is_active: !user.is_active });
      }}
    >
      {user.is_active ? 'Shut out' : 'Let in'}
    </Button>
  );
}
