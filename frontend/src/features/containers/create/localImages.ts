import type { Image } from '@/api/types';

/** Every reference that *images* can be called by, once each. */
export function imageTags(images: Image[]): string[] {
  return [...new Set(images.flatMap((image) => image.tags))].sort();
}

/** The full form of a reference: `nginx` is `docker.io/library/nginx:latest`. */
export function fullReference(reference: string): string {
  const [first = '', ...rest] = reference.split('/');
  const hasRegistry = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const path = hasRegistry ? rest.join('/') : reference;
  const registry = hasRegistry ? first : 'docker.io';
  const repository = registry === 'docker.io' && !path.includes('/') ? `library/${path}` : path;
  const isExact = /[:@]/.test(repository.split('/').at(-1) ?? '');
  return `${registry}/${repository}${isExact ? '' : ':latest'}`;
}

/** Whether one of *images* is what *reference* means, by tag, digest or id. */
export function hasImage(images: Image[], reference: string): boolean {
  const wanted = fullReference(reference);
  return images.some(
    (image) =>
      [...image.tags, ...image.digests].some((each) => fullReference(each) === wanted) ||
      image.id === reference ||
      (/^[0-9a-f]{12,64}$/.test(reference) && image.id.startsWith(`sha256:${reference}`)),
  );
}
