import { SegmentedControl, Stack } from '@mantine/core';
import { useState } from 'react';
import type { ContainerRequest } from '@/api/types';
import { CodeBlock } from '@/ui/CodeBlock';
import { dockerCommand, restCall } from './dockerCommand';

/** The same wish as a `docker` command and as a REST call. */
export function ShowAs({ request }: { request: ContainerRequest }) {
  const [form, setForm] = useState('docker');
  const code = form === 'docker' ? dockerCommand(request) : restCall(request, location.origin);
  return (
    <Stack gap="xs">
      <SegmentedControl
        size="xs"
        aria-label="Show as"
        value={form}
        onChange={setForm}
        data={[
          { value: 'docker', label: 'docker' },
          { value: 'rest', label: 'REST' },
        ]}
        style={{ alignSelf: 'flex-start' }}
      />
      <CodeBlock code={code} what={form === 'docker' ? 'the command' : 'the call'} />
    </Stack>
  );
}
