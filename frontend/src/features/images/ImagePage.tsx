import { Button, SimpleGrid, Stack } from '@mantine/core';
import { IconPlus, IconStack2 } from '@tabler/icons-react';
import { Link, useNavigate, useParams } from 'react-router';
import type { Image } from '@/api/types';
import { useScope, useScopedPath } from '@/features/hosts/scope';
import { formatBytes } from '@/lib/format';
import { Empty } from '@/ui/Empty';
import { Failure } from '@/ui/Failure';
import { Loading } from '@/ui/Loading';
import { PageHeader } from '@/ui/PageHeader';
import { Section } from '@/ui/Section';
import { ImageConfigFacts } from './ImageConfigFacts';
import { ImageFacts } from './ImageFacts';
import { LayerBar } from './LayerBar';
import { imageName } from './name';
import { useImages } from './queries';
import { RemoveImage } from './RemoveImage';

export function ImagePage() {
  const { id = '' } = useParams();
  const [scope] = useScope();
  const images = useImages();
  if (images.isPending) return <Loading what="the image" />;
  if (images.isLoadingError)
    return <Failure what="Images could not be read" error={images.error} retry={images.refetch} />;
  const image = images.data.find((each) => each.id === id && (!scope || each.host.name === scope));
  if (!image)
    return (
      <Empty icon={IconStack2} title="This image is not here">
        It was removed, or never pulled to {scope || 'any host'}.
      </Empty>
    );
  return <ImageView image={image} />;
}

function ImageView({ image }: { image: Image }) {
  const navigate = useNavigate();
  const scoped = useScopedPath();
  const reference = encodeURIComponent(image.tags[0] ?? image.id);
  return (
    <>
      <PageHeader
        title={imageName(image)}
        aside={`${formatBytes(image.size)} · ${image.os}/${image.architecture} · ${image.host.name}`}
      >
        <Button
          component={Link}
          to={scoped(`/containers/new?image=${reference}`)}
          leftSection={<IconPlus size={16} />}
        >
          New container
        </Button>
        <RemoveImage image={image} onRemoved={() => void navigate(scoped('/images'))} />
      </PageHeader>
      <Stack gap="md">
        <Section title={`${image.layers.length} layers`}>
          <LayerBar layers={image.layers} />
        </Section>
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
          <Section title="Identity">
            <ImageFacts image={image} />
          </Section>
          <Section title="What a container starts with">
            <ImageConfigFacts config={image.config} />
          </Section>
        </SimpleGrid>
      </Stack>
    </>
  );
}
