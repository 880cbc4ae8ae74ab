import { IconNetwork } from '@tabler/icons-react';
import { inScope, useScope } from '@/features/scope/scope';
import { Empty } from '@/ui/Empty';
import { Failure } from '@/ui/Failure';
import { Loading } from '@/ui/Loading';
import { PageHeader } from '@/ui/PageHeader';
import { DataTable } from '@/ui/table/DataTable';
import { networkColumns } from './columns';
import { useNetworks } from './queries';

export function NetworkList() {
  return (
    <>
      <PageHeader title="Networks" />
      <NetworkListContent />
    </>
  );
}

function NetworkListContent() {
  const scope = useScope();
  const networks = useNetworks();
  if (networks.isPending) return <Loading what="networks" />;
  if (networks.isLoadingError)
    return (
      <Failure what="Networks could not be read" error={networks.error} retry={networks.refetch} />
    );
  const shown = inScope(networks.data, scope);
  if (shown.length === 0)
    return (
      <Empty icon={IconNetwork} title="No networks yet">
        The default network “bridge” of the project is made when the first container that uses it is
        created.
      </Empty>
    );
  return (
    <DataTable
      label="Networks"
      rows={shown}
      columns={networkColumns}
      rowId={(network) => network.id}
      sort="name"
    />
  );
}
