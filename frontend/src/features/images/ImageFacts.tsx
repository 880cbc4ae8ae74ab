import { Text } from '@mantine/core';
import type { Image } from '@/api/types';
import { shortId } from '@/lib/format';
import { Fact, Facts } from '@/ui/Facts';
import { Mono } from '@/ui/Mono';
import { RelativeTime } from '@/ui/RelativeTime';

export function ImageFacts({ image }: { image: Image }) {
  return (
    <Facts>
      <Fact name="Tags">
        {image.tags.length === 0 && 'none'}
        {image.tags.map((tag) => (
          <div key={tag}>
            <Mono copy="the tag">{tag}</Mono>
          </div>
        ))}
      </Fact>
      <Fact name="Digests">
        {image.digests.length === 0 && 'none'}
        {image.digests.map((digest) => (
          <div key={digest}>
            <Mono copy="the digest">{digest}</Mono>
          </div>
        ))}
      </Fact>
      <Fact name="Id">
        <Mono copy="the whole id" value={image.id}>
          {shortId(image.id)}
        </Mono>
      </Fact>
      <Fact name="Built">
        <RelativeTime time={image.created} />
      </Fact>
      <Fact name="Used by">
        {image.used_by.join(', ') || (
          <Text span size="sm" c="dimmed">
            no container
          </Text>
        )}
      </Fact>
    </Facts>
  );
}
