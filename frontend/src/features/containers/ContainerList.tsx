import { Button, Group, Text } from '@mantine/core';
import { IconBox, IconPlus } from '@tabler/icons-react';
import type { RowSelectionState } from '@tanstack/react-table';
import { useMemo, useState } from 'react';
import { Link } from 'react-router';
import type { Container } from '@/api/types';
import { inScope, useScope, useScopedPath } from '@/features/scope/scope';
import { usePermit } from '@/features/session/permissions';
import { useUrlParam } from '@/lib/useUrlParam';
import { Empty } from '@/ui/Empty';
import { Failure } from '@/ui/Failure';
import { FilterInput } from '@/ui/FilterInput';
import { LinkButton } from '@/ui/LinkButton';
import { Loading } from '@/ui/Loading';
import { PageHeader } from '@/ui/PageHeader';
import { DataTable } from '@/ui/table/DataTable';
import { BulkBar } from './bulk/BulkBar';
import { containerColumns } from './columns';
import { filterContainers } from './filter';
import { useContainers } from './queries';
import { StateChips } from './StateChips';

export function ContainerList() {
  const scoped = useScopedPath();
  return (
    <>
      <PageHeader title="Containers">
        <LinkButton
          to={scoped('/containers/new')}
          leftSection={<IconPlus size={16} />}
          {...usePermit('create:container')}
        >
          New container
        </LinkButton>
      </PageHeader>
      <ContainerListContent />
    </>
  );
}

function ContainerListContent() {
  const scope = useScope();
  const containers = useContainers();
  const scoped = useMemo(() => inScope(containers.data ?? [], scope), [containers.data, scope]);
  if (containers.isPending) return <Loading what="containers" />;
  if (containers.isLoadingError)
    return (
      <Failure
        what="Containers could not be read"
        error={containers.error}
        retry={containers.refetch}
      />
    );
  if (scoped.length === 0) return <NoContainersYet host={scope.host} />;
  return <ContainerTable containers={scoped} />;
}

function NoContainersYet({ host }: { host: string }) {
  return (
    <Empty
      icon={IconBox}
      title={host ? `No containers on ${host}` : 'No containers yet'}
      action={
        <Button component={Link} to="/images?pull=1" variant="default">
          Pull an image
        </Button>
      }
    >
      A container runs a program from an image. Pull one, such as <b>busybox</b> or <b>nginx</b>,
      then create a container from it with “New container”.
    </Empty>
  );
}

function ContainerTable({ containers }: { containers: Container[] }) {
  const [query, setQuery] = useUrlParam('filter');
  const [selection, setSelection] = useState<RowSelectionState>({});
  const rows = useMemo(() => filterContainers(containers, query), [containers, query]);
  const selected = rows.filter((container) => selection[container.id]);
  return (
    <>
      <Group mb="sm" gap="sm">
        <FilterInput value={query} onChange={setQuery} placeholder="name, state:running, image:…" />
        <StateChips containers={containers} query={query} onQuery={setQuery} />
        <BulkBar
          selected={selected}
          onClear={() => {
            setSelection({});
          }}
        />
      </Group>
      {rows.length === 0 ? (
        <Text size="sm" c="dimmed" py="lg" ta="center">
          None of the {containers.length} containers fits this filter.
        </Text>
      ) : (
        <DataTable
          label="Containers"
          rows={rows}
          columns={containerColumns}
          rowId={(container) => container.id}
          sort="-created"
          selection={selection}
          onSelectionChange={setSelection}
        />
      )}
    </>
  );
}
