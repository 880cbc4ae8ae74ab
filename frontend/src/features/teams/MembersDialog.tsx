import { Checkbox, Modal, Stack } from '@mantine/core';
import type { Team } from '@/api/types';
import { useUsers } from '@/features/users/queries';
import { Failure } from '@/ui/Failure';
import { Loading } from '@/ui/Loading';
import { useChangeMember } from './queries';

export function MembersDialog({ team, onClose }: { team: Team; onClose: () => void }) {
  return (
    <Modal opened onClose={onClose} title={`Members of ${team.name}`}>
      <MemberChoices team={team} />
    </Modal>
  );
}

function MemberChoices({ team }: { team: Team }) {
  const users = useUsers();
  const change = useChangeMember(team.name);
  if (users.isPending) return <Loading what="users" rows={3} />;
  if (users.isLoadingError) return <Failure what="Users could not be read" error={users.error} />;
  const members = new Set(team.members.map(({ username }) => username));
  return (
    <Stack gap="xs">
      {users.data.map(({ username }) => (
        <Checkbox
          key={username}
          label={username}
          checked={members.has(username)}
          disabled={change.isPending}
          onChange={(event) => {
            change.mutate({ username, isMember: event.currentTarget.checked });
          }}
        />
      ))}
    </Stack>
  );
}
