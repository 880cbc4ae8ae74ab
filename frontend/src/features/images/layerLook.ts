import type { LayerProgress } from '@/api/types';

interface Look {
  word: string;
  percent: number;
  color: string;
}

/** A layer's phase as bar and word. */
export function layerLook({ phase, current, total }: LayerProgress): Look {
  const percent = total > 0 ? Math.min(100, Math.round((current / total) * 100)) : 0;
  switch (phase) {
    case 'waiting':
      return { word: 'waiting', percent: 0, color: 'gray' };
    case 'downloading':
      return { word: `downloading ${percent} % of`, percent, color: 'harbor' };
    case 'extracting':
      return { word: `unpacking ${percent} % of`, percent, color: 'grape' };
    case 'done':
      return { word: 'done', percent: 100, color: 'teal' };
    case 'exists':
      return { word: 'already here', percent: 100, color: 'teal' };
  }
}
