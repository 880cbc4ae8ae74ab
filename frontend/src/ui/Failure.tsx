import { Alert, Button, Code, Group, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';

interface Props {
  what: string;
  error: Error & { code?: string };
  retry?: () => unknown;
}

/** What could not be done, in the platform's own words, with its stable code. */
export function Failure({ what, error, retry }: Props) {
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle />} title={what} role="alert">
      <Text size="sm">{error.message}</Text>
      <Group gap="sm" mt="xs">
        {retry && (
          <Button size="xs" variant="default" onClick={() => void retry()}>
            Try again
          </Button>
        )}
        {error.code && <Code>{error.code}</Code>}
      </Group>
    </Alert>
  );
}
