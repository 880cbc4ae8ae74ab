import { IconDevices } from '@tabler/icons-react';
import { WhoseSelect } from '@/features/users/WhoseSelect';
import { useUrlParam } from '@/lib/useUrlParam';
import { Empty } from '@/ui/Empty';
import { QueryTable } from '@/ui/table/QueryTable';
import { Toolbar } from '@/ui/Toolbar';
import { sessionColumns } from './columns';
import { useSessions } from './queries';

export function SessionsTab() {
  const [user, setUser] = useUrlParam('of');
  return (
    <>
      <Toolbar>
        <WhoseSelect
          permission="view:session"
          label="Whose sessions"
          value={user}
          onChange={setUser}
        />
      </Toolbar>
      <QueryTable
        label="Sessions"
        query={useSessions(user)}
        columns={sessionColumns}
        rowId={(session) => String(session.id)}
        sort="-used"
        empty={
          <Empty icon={IconDevices} title="Signed in nowhere">
            Browsers in which {user || 'you'} sign in show up here.
          </Empty>
        }
      />
    </>
  );
}
