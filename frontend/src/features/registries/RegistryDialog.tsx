import { Modal } from '@mantine/core';
import type { Registry } from '@/api/types';
import { RegistryForm } from './RegistryForm';

interface Props {
  opened: boolean;
  registry: Registry | null;
  onClose: () => void;
}

/** Adds a registry, or changes *registry*. */
export function RegistryDialog({ opened, registry, onClose }: Props) {
  const title = registry ? `Change ${registry.name}` : 'Add a registry';
  return (
    <Modal opened={opened} onClose={onClose} title={title}>
      <RegistryForm registry={registry} onDone={onClose} />
    </Modal>
  );
}
