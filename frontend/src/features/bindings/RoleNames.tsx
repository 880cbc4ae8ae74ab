import { Text } from '@mantine/core';
import { useBindings } from './queries';
import { bindingsOf, bindingText, type Side } from './side';

/** The roles of one side, in a few words. */
export function RoleNames({ side }: { side: Side }) {
  const found = bindingsOf(useBindings().data ?? [], side);
  const text = found.map((binding) => bindingText(binding, side)).join(', ');
  return (
    <Text span size="sm" truncate title={text} c={text ? '' : 'dimmed'}>
      {text || 'none'}
    </Text>
  );
}
