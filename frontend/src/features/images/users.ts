import type { Container, Image } from '@/api/types';

function keyOf({ host, project }: Container | Image, image: string): string {
  return `${host.id}/${project}/${image}`;
}

/** *images* with `used_by` from the live containers: an image hears no event when one is made from it. */
export function withUsers(images: Image[], containers: Container[]): Image[] {
  const users = new Map<string, string[]>();
  for (const container of containers) {
    const key = keyOf(container, container.image_id);
    users.set(key, [...(users.get(key) ?? []), container.name]);
  }
  return images.map((image) => ({
    ...image,
    used_by: users.get(keyOf(image, image.id)) ?? [],
  }));
}
