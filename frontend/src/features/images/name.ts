import type { Image } from '@/api/types';
import { shortId } from '@/lib/format';

/** What to call an image: its first tag, else its first digest, else its short id. */
export function imageName(image: Image): string {
  return image.tags[0] ?? image.digests[0] ?? shortId(image.id);
}
