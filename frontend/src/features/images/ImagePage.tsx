import { SimpleGrid, Stack } from '@mantine/core';
import { IconPlus, IconStack2 } from '@tabler/icons-react';
import { useNavigate, useParams } from 'react-router';
import type { Image } from '@/api/types';
import { inScope, useScope, useScopedPath } from '@/features/scope/scope';
import { usePermit } from '@/features/session/permissions';
import { LinkButton } from '@/ui/LinkButton';
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
  const scope = useScope();
  const images = useImages();
  if (images.isPending) return <Loading what="the image" />;
  if (images.isLoadingError)
    return <Failure what="Images could not be read" error={images.error} retry={images.refetch} />;
  const image = inScope(images.data, scope).find((each) => each.id === id);
  if (!image)
    return (
      <Empty icon={IconStack2} title="This image is not here">
        It was removed, or never pulled to {scope.host || 'any host'}.
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
        <LinkButton
          to={scoped(`/containers/new?image=${reference}`)}
          leftSection={<IconPlus size={16} />}
          {...usePermit('create:container', { project: image.project })}
        >
          New container
        </LinkButton>
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
