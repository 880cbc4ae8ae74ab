import { IconPlus, IconShieldCheck } from '@tabler/icons-react';
import { usePermit } from '@/features/session/permissions';
import { DialogButton } from '@/ui/DialogButton';
import { Empty } from '@/ui/Empty';
import { QueryTable } from '@/ui/table/QueryTable';
import { Toolbar } from '@/ui/Toolbar';
import { roleColumns } from './columns';
import { RoleDialog } from './RoleDialog';
import { useRoles } from './queries';

export function RolesTab() {
  return (
    <>
      <Toolbar>
        <DialogButton
          variant="filled"
          size="xs"
          leftSection={<IconPlus size={16} />}
          {...usePermit('create:role', {})}
          dialog={(close) => <RoleDialog role={null} onClose={close} />}
        >
          New role
        </DialogButton>
      </Toolbar>
      <QueryTable
        label="Roles"
        query={useRoles()}
        columns={roleColumns}
        rowId={(each) => each.name}
        sort="name"
        empty={
          <Empty icon={IconShieldCheck} title="No roles yet">
            A role is a set of permissions, given to users, teams and tokens.
          </Empty>
        }
      />
    </>
  );
}
