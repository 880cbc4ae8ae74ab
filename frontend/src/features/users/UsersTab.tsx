import { IconPlus, IconUsers } from '@tabler/icons-react';
import { usePermit } from '@/features/session/permissions';
import { DialogButton } from '@/ui/DialogButton';
import { Empty } from '@/ui/Empty';
import { QueryTable } from '@/ui/table/QueryTable';
import { Toolbar } from '@/ui/Toolbar';
import { userColumns } from './columns';
import { useUsers } from './queries';
import { UserDialog } from './UserDialog';

export function UsersTab() {
  return (
    <>
      <Toolbar>
        <DialogButton
          variant="filled"
          size="xs"
          leftSection={<IconPlus size={16} />}
          {...usePermit('create:user', {})}
          dialog={(close) => <UserDialog onClose={close} />}
        >
          New user
        </DialogButton>
      </Toolbar>
      <QueryTable
        label="Users"
        query={useUsers()}
        columns={userColumns}
        rowId={(user) => String(user.id)}
        sort="name"
        empty={
          <Empty icon={IconUsers} title="No users">
            Invite somebody, or make a robot for a program.
          </Empty>
        }
      />
    </>
  );
}
