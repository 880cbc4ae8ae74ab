import { IconPlus, IconMail } from '@tabler/icons-react';
import { usePermit } from '@/features/session/permissions';
import { DialogButton } from '@/ui/DialogButton';
import { Empty } from '@/ui/Empty';
import { QueryTable } from '@/ui/table/QueryTable';
import { Toolbar } from '@/ui/Toolbar';
import { invitationColumns } from './columns';
import { InvitationDialog } from './InvitationDialog';
import { useInvitations } from './queries';

export function InvitationsTab() {
  return (
    <>
      <Toolbar>
        <DialogButton
          variant="filled"
          size="xs"
          leftSection={<IconPlus size={16} />}
          {...usePermit('create:invitation', {})}
          dialog={(close) => <InvitationDialog onClose={close} />}
        >
          New invitation
        </DialogButton>
      </Toolbar>
      <QueryTable
        label="Invitations"
        query={useInvitations()}
        columns={invitationColumns}
        rowId={(each) => String(each.id)}
        sort="name"
        empty={
          <Empty icon={IconMail} title="No invitations yet">
            An invitation is a link by which somebody becomes a user and chooses a password.
          </Empty>
        }
      />
    </>
  );
}
