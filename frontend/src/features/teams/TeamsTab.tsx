import { IconPlus, IconUsersGroup } from '@tabler/icons-react';
import { usePermit } from '@/features/session/permissions';
import { DialogButton } from '@/ui/DialogButton';
import { Empty } from '@/ui/Empty';
import { QueryTable } from '@/ui/table/QueryTable';
import { Toolbar } from '@/ui/Toolbar';
import { teamColumns } from './columns';
import { TeamDialog } from './TeamDialog';
import { useTeams } from './queries';

export function TeamsTab() {
  return (
    <>
      <Toolbar>
        <DialogButton
          variant="filled"
          size="xs"
          leftSection={<IconPlus size={16} />}
          {...usePermit('create:team', {})}
          dialog={(close) => <TeamDialog onClose={close} />}
        >
          New team
        </DialogButton>
      </Toolbar>
      <QueryTable
        label="Teams"
        query={useTeams()}
        columns={teamColumns}
        rowId={(each) => String(each.id)}
        sort="name"
        empty={
          <Empty icon={IconUsersGroup} title="No teams yet">
            A team is given roles once, for all who are in it.
          </Empty>
        }
      />
    </>
  );
}
