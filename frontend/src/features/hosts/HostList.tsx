import { SimpleGrid } from '@mantine/core';
import { IconServer } from '@tabler/icons-react';
import { Empty } from '@/ui/Empty';
import { Failure } from '@/ui/Failure';
import { Loading } from '@/ui/Loading';
import { PageHeader } from '@/ui/PageHeader';
import { HostCard } from './HostCard';
import { useHosts } from './queries';

export function HostList() {
  return (
    <>
      <PageHeader title="Hosts" />
      <HostListContent />
    </>
  );
}

function HostListContent() {
  const hosts = useHosts();
  if (hosts.isPending) return <Loading what="hosts" />;
  if (hosts.isLoadingError)
    return <Failure what="Hosts could not be read" error={hosts.error} retry={hosts.refetch} />;
  if (hosts.data.length === 0)
    return (
      <Empty icon={IconServer} title="No host has joined yet">
        A host joins by itself when its agent starts; the start command runs one on this machine.
      </Empty>
    );
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
      {hosts.data.map((host) => (
        <HostCard key={host.id} host={host} />
      ))}
    </SimpleGrid>
  );
}
