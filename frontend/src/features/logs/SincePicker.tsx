import { Select, TextInput } from '@mantine/core';
import { localMoment, SINCE_CHOICES } from './since';
import type { LogSettings } from './useLogSettings';

const OWN = 'own';
const HOUR = 3_600_000;

/** From when on lines are shown: a stretch of time up to now, or a moment of one's own. */
export function SincePicker({ settings }: { settings: LogSettings }) {
  const { since } = settings.query;
  const isOwn = !SINCE_CHOICES.some(({ value }) => value === since);
  return (
    <>
      <Select
        aria-label="Since"
        size="xs"
        w={140}
        allowDeselect={false}
        value={isOwn ? OWN : since}
        data={[...SINCE_CHOICES, { value: OWN, label: 'since…' }]}
        onChange={(value) => {
          settings.setSince(value === OWN ? localMoment(Date.now() - HOUR) : (value ?? ''));
        }}
      />
      {isOwn && (
        <TextInput
          aria-label="Since when"
          type="datetime-local"
          size="xs"
          value={since}
          onChange={(event) => {
            settings.setSince(event.currentTarget.value);
          }}
        />
      )}
    </>
  );
}
