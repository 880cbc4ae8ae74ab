import { Text } from '@mantine/core';
import type { UseMutationResult } from '@tanstack/react-query';
import { ConfirmDialog } from './ConfirmDialog';
import { DialogButton } from './DialogButton';

interface Props<T> {
  /** The name of what goes. */
  name: string;
  verb?: string;
  /** What is lost with it. */
  loss: string;
  removal: UseMutationResult<unknown, Error, T>;
  id: T;
  permit?: { disabled: boolean; title: string | undefined };
}

/** Asks, saying what is lost, and then removes the object with *id*. */
export function RemoveButton<T>({ name, verb = 'Remove', loss, removal, id, permit }: Props<T>) {
  return (
    <DialogButton
      aria-label={`${verb} ${name}`}
      {...permit}
      dialog={(close) => (
        <ConfirmDialog
          opened
          title={`${verb} ${name}`}
          confirm={verb}
          busy={removal.isPending}
          onConfirm={() => {
            removal.mutate(id, { onSuccess: close });
          }}
          onClose={close}
        >
          <Text size="sm">{loss}</Text>
        </ConfirmDialog>
      )}
    >
      {verb}…
    </DialogButton>
  );
}
