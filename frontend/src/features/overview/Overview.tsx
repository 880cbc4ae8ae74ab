import { SimpleGrid, Stack } from '@mantine/core';
import { useContainers } from '@/features/containers/queries';
import { useHosts } from '@/features/hosts/queries';
import { inScope, useScope } from '@/features/scope/scope';
import { Failure } from '@/ui/Failure';
import { Loading } from '@/ui/Loading';
import { PageHeader } from '@/ui/PageHeader';
import { Attention } from './Attention';
import { FirstSteps } from './FirstSteps';
import { HostTiles } from './HostTiles';
import { LastOperations } from './LastOperations';
import { RecentContainers } from './RecentContainers';

export function Overview() {
  return (
    <>
      <PageHeader title="Overview" />
      <OverviewContent />
    </>
  );
}

function OverviewContent() {
  const scope = useScope();
  const containers = useContainers();
  const hosts = useHosts();
  if (containers.isPending || hosts.isPending) return <Loading what="the overview" />;
  const failed = [containers, hosts].find((query) => query.isLoadingError);
  if (failed?.error)
    return <Failure what="Not all could be read" error={failed.error} retry={failed.refetch} />;
  const shown = inScope(containers.data ?? [], scope);
  const shownHosts = (hosts.data ?? []).filter(({ name }) => !scope.host || name === scope.host);
  return (
    <Stack gap="md">
      {shown.length === 0 ? <FirstSteps /> : <Attention containers={shown} hosts={shownHosts} />}
      <HostTiles hosts={shownHosts} containers={shown} />
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        <RecentContainers containers={shown} />
        <LastOperations scope={scope} />
      </SimpleGrid>
    </Stack>
  );
}
