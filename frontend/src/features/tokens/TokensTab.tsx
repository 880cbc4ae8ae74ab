import { Code } from '@mantine/core';
import { IconKey, IconPlus } from '@tabler/icons-react';
import { WhoseSelect } from '@/features/users/WhoseSelect';
import { useUrlParam } from '@/lib/useUrlParam';
import { DialogButton } from '@/ui/DialogButton';
import { Empty } from '@/ui/Empty';
import { QueryTable } from '@/ui/table/QueryTable';
import { Toolbar } from '@/ui/Toolbar';
import { tokenColumns } from './columns';
import { useTokens } from './queries';
import { TokenDialog } from './TokenDialog';

export function TokensTab() {
  const [owner, setOwner] = useUrlParam('of');
  return (
    <>
      <Toolbar>
        <WhoseSelect
          permission="view:token"
          label="Whose tokens"
          value={owner}
          onChange={setOwner}
        />
        <DialogButton
          variant="filled"
          size="xs"
          leftSection={<IconPlus size={16} />}
          dialog={(close) => <TokenDialog owner={owner} onClose={close} />}
        >
          New token
        </DialogButton>
      </Toolbar>
      <QueryTable
        label="Access tokens"
        query={useTokens(owner)}
        columns={tokenColumns}
        rowId={(token) => String(token.id)}
        sort="name"
        empty={
          <Empty icon={IconKey} title="No tokens yet">
            A token lets scripts and the <Code>docker</Code> command act for you, without your
            password. Make one for each of them, so that each can be revoked alone.
          </Empty>
        }
      />
    </>
  );
}
