import type { Image } from '@/api/types';

/** The images whose tags, digests, id or containers have every word of *query*. */
export function filterImages(images: Image[], query: string): Image[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return images.filter((image) => {
    const text = [...image.tags, ...image.digests, image.id, ...image.used_by].join(' ');
    return words.every((word) => text.toLowerCase().includes(word));
  });
}
