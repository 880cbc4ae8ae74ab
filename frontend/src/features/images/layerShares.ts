import type { Layer } from '@/api/types';

const DARKEST = 1;
const LIGHTEST = 0.4;

/** Each layer with its part of the whole, in percent, and how strong its tint is. */
export function layerShares(layers: Layer[]) {
  const total = Math.max(
    layers.reduce((sum, layer) => sum + layer.unpacked_size, 0),
    1,
  );
  const step = (DARKEST - LIGHTEST) / Math.max(layers.length - 1, 1);
  return layers.map((layer, index) => ({
    layer,
    percent: Math.round((layer.unpacked_size / total) * 100),
    tint: DARKEST - step * index,
  }));
}
