import type { Container, Image } from '@/api/types';

function keyOf(host: string, image: string): string {
  return `${host}/${image}`;
}

/** *images* with `used_by` from the live containers: an image hears no event when one is made from it. */
export function withUsers(images: Image[], containers: Container[]): Image[] {
  const users = new Map<string, string[]>();
  for (const { host, image_id, name } of containers) {
    const key = keyOf(host.id, image_id);
    users.set(key, [...(users.get(key) ?? []), name]);
  }
  return images.map((image) => ({
    ...image,
    used_by: users.get(keyOf(image.host.id, image.id)) ?? [],
  }));
}
