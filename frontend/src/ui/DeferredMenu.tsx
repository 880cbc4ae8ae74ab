import { cloneElement, Suspense, useState, type ReactElement, type ReactNode } from 'react';

interface ButtonProps {
  onClick?: () => void;
  'aria-haspopup'?: 'menu';
}

interface Props {
  button: ReactElement<ButtonProps>;
  /** Draws the menu, open, around the button that it is given; fetched when it is first asked for. */
  menu: (button: ReactElement) => ReactNode;
}

/** A button that opens a menu, without the weight of menus until somebody opens one. */
export function DeferredMenu({ button, menu }: Props) {
  const [isWanted, setWanted] = useState(false);
  if (isWanted) return <Suspense fallback={button}>{menu(button)}</Suspense>;
  const want = () => {
    setWanted(true);
  };
  return cloneElement(button, { onClick: want, 'aria-haspopup': 'menu' });
}
