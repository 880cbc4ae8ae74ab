import { ActionIcon, List, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconTrash } from '@tabler/icons-react';
import type { Image } from '@/api/types';
import { usePermit } from '@/features/session/permissions';
import { formatBytes } from '@/lib/format';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { imageName } from './name';
import { useRemoveImage } from './queries';

/** Asks, and says what goes with it, before an image is removed. */
export function RemoveImage({ image, onRemoved }: { image: Image; onRemoved?: () => void }) {
  const [isAsking, asking] = useDisclosure(false);
  const remove = useRemoveImage();
  const permit = usePermit('delete:image', { project: image.project, host: image.host.id });
  const confirm = () => {
    remove.mutate(image, {
      onSuccess: () => {
        asking.close();
        onRemoved?.();
      },
    });
  };
  return (
    <>
      <ActionIcon
        variant="subtle"
        color="gray"
        onClick={asking.open}
        {...permit}
        aria-label={`Remove ${imageName(image)}`}
      >
        <IconTrash size={16} />
      </ActionIcon>
      <ConfirmDialog
        opened={isAsking}
        title={`Remove ${imageName(image)}`}
        confirm="Remove"
        busy={remove.isPending}
        onConfirm={confirm}
        onClose={asking.close}
      >
        <Text size="sm">It leaves {image.host.name}; it can be pulled again. What goes:</Text>
        <List size="sm">
          <List.Item>{Math.max(image.tags.length, 1)} name(s) of this image</List.Item>
          <List.Item>
            up to {formatBytes(image.size)} of layers, those that no other image uses
          </List.Item>
        </List>
        {image.used_by.length > 0 && (
          <Text size="sm" c="var(--state-warn)">
            Used by {image.used_by.join(', ')}: remove {image.used_by.length > 1 ? 'those' : 'that'}{' '}
            first, or this is refused.
          </Text>
        )}
      </ConfirmDialog>
    </>
  );
}
