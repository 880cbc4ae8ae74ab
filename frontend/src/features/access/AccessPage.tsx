import { Tabs } from '@mantine/core';
import { useNavigate, useParams } from 'react-router';
import { useScopedPath } from '@/features/scope/scope';
import { useMay } from '@/features/session/permissions';
import { PageHeader } from '@/ui/PageHeader';
import { ACCESS_TABS } from './tabs';

/** Who may do what: people, what they are given, and what they act with. */
export function AccessPage() {
  const { tab } = useParams();
  const navigate = useNavigate();
  const scoped = useScopedPath();
  const may = useMay();
  const tabs = ACCESS_TABS.filter(({ permission }) => permission === null || may(permission));
  const shown = tabs.find(({ value }) => value === tab) ?? tabs[0];
  return (
    <>
      <PageHeader title="Access" />
      <Tabs
        value={shown?.value ?? null}
        keepMounted={false}
        onChange={(next) => {
          void navigate(scoped(`/access/${next ?? ''}`));
        }}
      >
        <Tabs.List mb="md">
          {tabs.map(({ value }) => (
            <Tabs.Tab key={value} value={value} tt="capitalize">
              {value}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {tabs.map(({ value, Content }) => (
          <Tabs.Panel key={value} value={value}>
            <Content />
          </Tabs.Panel>
        ))}
      </Tabs>
    </>
  );
}
