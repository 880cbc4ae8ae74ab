import { Button, Group, Modal, Stack, type ModalProps } from '@mantine/core';
import type { ReactNode, SubmitEventHandler } from 'react';
import { Failure } from './Failure';

interface Props {
  title: string;
  submit: string;
  /** What is said to have failed. */
  failure: string;
  error: Error | null;
  isPending: boolean;
  isLocked?: boolean;
  size?: ModalProps['size'];
  children: ReactNode;
  onSubmit: SubmitEventHandler<HTMLFormElement>;
  onClose: () => void;
}

/** A dialog that is one form. */
export function FormModal({ title, submit, failure, error, children, ...props }: Props) {
  const { isPending, isLocked = false, size = 'md', onSubmit, onClose } = props;
  return (
    <Modal opened onClose={onClose} title={title} size={size} closeOnClickOutside={false}>
      <form onSubmit={onSubmit} noValidate>
        <Stack gap="sm">
          {error && <Failure what={failure} error={error} />}
          {children}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {isLocked ? 'Close' : 'Cancel'}
            </Button>
            {!isLocked && (
              <Button type="submit" loading={isPending}>
                {submit}
              </Button>
            )}
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
