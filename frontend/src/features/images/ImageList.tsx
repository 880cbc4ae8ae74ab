import { Button, Group, Text } from '@mantine/core';
import { IconDownload, IconStack2 } from '@tabler/icons-react';
import { useMemo } from 'react';
import type { Image } from '@/api/types';
import { inScope, useScope } from '@/features/scope/scope';
import { usePermit } from '@/features/session/permissions';
import { useUrlParam } from '@/lib/useUrlParam';
import { Empty } from '@/ui/Empty';
import { Failure } from '@/ui/Failure';
import { FilterInput } from '@/ui/FilterInput';
import { Loading } from '@/ui/Loading';
import { PageHeader } from '@/ui/PageHeader';
import { DataTable } from '@/ui/table/DataTable';
import { imageColumns } from './columns';
import { filterImages } from './filter';
import { PullDialog } from './PullDialog';
import { useImages } from './queries';

export function ImageList() {
  const [pull, setPull] = useUrlParam('pull');
  const open = () => {
    setPull('1');
  };
  return (
    <>
      <PageHeader title="Images">
        <Button
          leftSection={<IconDownload size={16} />}
          onClick={open}
          {...usePermit('pull:image')}
        >
          Pull an image
        </Button>
      </PageHeader>
      <ImageListContent onPull={open} />
      <PullDialog
        opened={pull === '1'}
        onClose={() => {
          setPull('');
        }}
      />
    </>
  );
}

function ImageListContent({ onPull }: { onPull: () => void }) {
  const permit = usePermit('pull:image');
  const scope = useScope();
  const images = useImages();
  const scoped = useMemo(() => inScope(images.data ?? [], scope), [images.data, scope]);
  if (images.isPending) return <Loading what="images" />;
  if (images.isLoadingError)
    return <Failure what="Images could not be read" error={images.error} retry={images.refetch} />;
  if (scoped.length === 0)
    return (
      <Empty
        icon={IconStack2}
        title={scope.host ? `No images on ${scope.host}` : 'No images yet'}
        action={
          <Button variant="default" onClick={onPull} {...permit}>
            Pull an image
          </Button>
        }
      >
        An image is the file system and settings that containers start from. Pull one from a
        registry; private registries need their credentials first, under Registries.
      </Empty>
    );
  return <ImageTable images={scoped} />;
}

function ImageTable({ images }: { images: Image[] }) {
  const [query, setQuery] = useUrlParam('filter');
  const rows = useMemo(() => filterImages(images, query), [images, query]);
  return (
    <>
      <Group mb="sm">
        <FilterInput value={query} onChange={setQuery} placeholder="tag, id or container" />
      </Group>
      {rows.length === 0 ? (
        <Text size="sm" c="dimmed" py="lg" ta="center">
          None of the {images.length} images fits this filter.
        </Text>
      ) : (
        <DataTable
          label="Images"
          rows={rows}
          columns={imageColumns}
          rowId={(image) => `${image.host.id}/${image.project}/${image.id}`}
          sort="name"
        />
      )}
    </>
  );
}
