import { Group } from '@mantine/core';
import type { Team } from '@/api/types';
import { RolesButton } from '@/features/bindings/RolesButton';
import { usePermit } from '@/features/session/permissions';
import { DialogButton } from '@/ui/DialogButton';
import { RemoveButton } from '@/ui/RemoveButton';
import { MembersDialog } from './MembersDialog';
import { useRemoveTeam } from './queries';

export function TeamActions({ team }: { team: Team }) {
  const removal = useRemoveTeam();
  return (
    <Group gap={4} justify="flex-end" wrap="nowrap">
      <DialogButton
        aria-label={`Members of ${team.name}`}
        {...usePermit('update:team', {})}
        dialog={(close) => <MembersDialog team={team} onClose={close} />}
      >
        Members…
      </DialogButton>
      <RolesButton side={{ kind: 'team', id: String(team.id), name: team.name }} />
      <RemoveButton
        name={team.name}
        loss="Its members lose the roles that they have through it."
        removal={removal}
        id={team.name}
        permit={usePermit('delete:team', {})}
      />
    </Group>
  );
}
