import { Anchor, Text } from '@mantine/core';
import { Link } from 'react-router';
import type { AuditEntry } from '@/api/types';
import { objectPath } from './objectPath';

/** `create container job-92`, and why it was not done. */
export function ObjectLink({ entry }: { entry: AuditEntry }) {
  const { verb, kind, object, detail } = entry;
  const path = objectPath(entry);
  const name = object.name || object.id;
  const why = Object.entries(detail)
    .filter(([, value]) => value !== '')
    .map(([key, value]) => `${key}: ${value}`)
    .join('; ');
  return (
    <Text span size="sm" truncate title={why}>
      {verb.replaceAll('_', ' ')} {kind}{' '}
      {path ? (
        <Anchor component={Link} to={path} inherit underline="always">
          {name}
        </Anchor>
      ) : (
        name
      )}
      {why && (
        <Text span inherit c="dimmed">
          {' '}
          · {why}
        </Text>
      )}
    </Text>
  );
}
