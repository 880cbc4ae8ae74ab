import { Group, Progress, Text } from '@mantine/core';
import type { LayerProgress } from '@/api/types';
import { formatBytes, shortId } from '@/lib/format';
import { Mono } from '@/ui/Mono';
import { layerLook } from './layerLook';

/** One layer of a pull: where it stands, in bytes and in a word. */
export function LayerRow({ layer }: { layer: LayerProgress }) {
  const { word, percent, color } = layerLook(layer);
  return (
    <Group gap="sm" wrap="nowrap">
      <Text size="xs" w={92} style={{ flex: 'none' }}>
        <Mono>{shortId(layer.digest)}</Mono>
      </Text>
      <Progress value={percent} color={color} size="sm" flex={1} aria-label={`Layer ${word}`} />
      <Text size="xs" c="dimmed" w={{ base: 130, xs: 210 }} ta="right" style={{ flex: 'none' }}>
        {word}
        {layer.total > 0 && ` ${formatBytes(layer.total)}`}
      </Text>
    </Group>
  );
}
