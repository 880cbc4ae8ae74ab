import { Button, Code } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconKey, IconPlus } from '@tabler/icons-react';
import { Empty } from '@/ui/Empty';
import { Failure } from '@/ui/Failure';
import { Loading } from '@/ui/Loading';
import { PageHeader } from '@/ui/PageHeader';
import { DataTable } from '@/ui/table/DataTable';
import { tokenColumns } from './columns';
import { useTokens } from './queries';
import { TokenDialog } from './TokenDialog';

export function TokenList() {
  const [isCreating, creating] = useDisclosure(false);
  return (
    <>
      <PageHeader title="Access tokens">
        <Button leftSection={<IconPlus size={16} />} onClick={creating.open}>
          New token
        </Button>
      </PageHeader>
      <TokenListContent />
      <TokenDialog opened={isCreating} onClose={creating.close} />
    </>
  );
}

function TokenListContent() {
  const tokens = useTokens();
  if (tokens.isPending) return <Loading what="tokens" />;
  if (tokens.isLoadingError)
    return <Failure what="Tokens could not be read" error={tokens.error} retry={tokens.refetch} />;
  if (tokens.data.length === 0)
    return (
      <Empty icon={IconKey} title="No tokens yet">
        A token lets scripts and the <Code>docker</Code> command act for you, without your password.
        Make one for each of them, so that each can be revoked alone.
      </Empty>
    );
  return (
    <DataTable
      label="Access tokens"
      rows={tokens.data}
      columns={tokenColumns}
      rowId={(token) => String(token.id)}
      sort="-created"
    />
  );
}
