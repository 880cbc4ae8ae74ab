import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { useState } from 'react';
import { CodeBlock } from '@/ui/CodeBlock';
import { TokenForm } from './TokenForm';

interface Props {
  /** Whose it will be; empty for one's own. */
  owner: string;
  onClose: () => void;
}

export function TokenDialog({ owner, onClose }: Props) {
  const [token, setToken] = useState<string | null>(null);
  if (token === null) return <TokenForm owner={owner} onMade={setToken} onClose={onClose} />;
  return (
    <Modal opened onClose={onClose} title="New access token" closeOnClickOutside={false}>
      <Stack gap="sm">
        <Alert color="harbor" icon={<IconKey />} title="Copy it now">
          <Text size="sm">It is shown this once; only a fingerprint of it is kept.</Text>
        </Alert>
        <CodeBlock code={token} what="the token" />
        <Group justify="flex-end">
          <Button onClick={onClose}>I have it</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
