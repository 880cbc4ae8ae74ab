import { Text, Tooltip } from '@mantine/core';
import type { Layer } from '@/api/types';
import { formatBytes, shortId } from '@/lib/format';
import { Mono } from '@/ui/Mono';
import classes from './LayerBar.module.css';
import { layerShares } from './layerShares';

/** Layers as one bar, each as wide as it is big, the bottom one first; and as a list. */
export function LayerBar({ layers }: { layers: Layer[] }) {
  const shares = layerShares(layers);
  return (
    <>
      <div className={classes.bar} aria-hidden>
        {shares.map(({ layer, percent, tint }) => (
          <Tooltip
            key={layer.digest}
            label={`${shortId(layer.digest)} · ${formatBytes(layer.unpacked_size)}`}
          >
            <div className={classes.piece} style={{ flexGrow: percent, opacity: tint }} />
          </Tooltip>
        ))}
      </div>
      <ol className={classes.list}>
        {shares.map(({ layer, percent, tint }) => (
          <li key={layer.digest} className={classes.row}>
            <span className={classes.swatch} style={{ opacity: tint }} aria-hidden />
            <Mono>{shortId(layer.digest)}</Mono>
            <Text span size="sm" ml="auto">
              {formatBytes(layer.unpacked_size)}
            </Text>
            <Text span size="sm" c="dimmed" w={56} ta="right">
              {percent} %
            </Text>
            <Text span size="sm" c="dimmed" w={130} ta="right" visibleFrom="xs">
              {formatBytes(layer.size)} packed
            </Text>
          </li>
        ))}
      </ol>
    </>
  );
}
