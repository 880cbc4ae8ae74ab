import { Button, type ButtonProps } from '@mantine/core';
import { Link } from 'react-router';

interface Props extends ButtonProps {
  to: string;
  title?: string | undefined;
}

/** A button that leads to a page; disabled, it leads nowhere. */
export function LinkButton({ to, disabled = false, title, ...props }: Props) {
  if (disabled) return <Button disabled title={title} {...props} />;
  return <Button component={Link} to={to} title={title} {...props} />;
}
