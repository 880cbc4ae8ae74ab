import { Button, type ButtonProps } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ReactNode } from 'react';

interface Props extends ButtonProps {
  title?: string | undefined;
  'aria-label'?: string;
  /** Draws the dialog that the button opens. */
  dialog: (close: () => void) => ReactNode;
}

/** A button that opens a dialog, which is made anew each time. */
export function DialogButton({ dialog, ...props }: Props) {
  const [isOpen, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button variant="default" size="compact-xs" onClick={open} {...props} />
      {isOpen && dialog(close)}
    </>
  );
}
