import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconBuildingWarehouse, IconPlus } from '@tabler/icons-react';
import { Empty } from '@/ui/Empty';
import { Failure } from '@/ui/Failure';
import { Loading } from '@/ui/Loading';
import { PageHeader } from '@/ui/PageHeader';
import { DataTable } from '@/ui/table/DataTable';
import { registryColumns } from './columns';
import { useRegistries } from './queries';
import { RegistryDialog } from './RegistryDialog';
import { useProjectScope } from '@/features/projects/remembered';
import { usePermit } from '@/features/session/permissions';

export function RegistryList() {
  const [isAdding, adding] = useDisclosure(false);
  return (
    <>
      <PageHeader title="Registries">
        <Button
          leftSection={<IconPlus size={16} />}
          onClick={adding.open}
          {...usePermit('create:registry')}
        >
          Add a registry
        </Button>
      </PageHeader>
      <RegistryListContent />
      <RegistryDialog opened={isAdding} registry={null} onClose={adding.close} />
    </>
  );
}

function RegistryListContent() {
  const [scope] = useProjectScope();
  const registries = useRegistries();
  if (registries.isPending) return <Loading what="registries" />;
  if (registries.isLoadingError)
    return (
      <Failure
        what="Registries could not be read"
        error={registries.error}
        retry={registries.refetch}
      />
    );
  const shown = registries.data.filter(({ project }) => !scope || project === scope);
  if (shown.length === 0)
    return (
      <Empty icon={IconBuildingWarehouse} title="No registries added">
        Public images are pulled without one. Add a registry to keep its credentials, to trust its
        certificate, or to allow plain HTTP.
      </Empty>
    );
  return (
    <DataTable
      label="Registries"
      rows={shown}
      columns={registryColumns}
      rowId={(registry) => String(registry.id)}
      sort="name"
    />
  );
}
