import { NavLink, Text } from '@mantine/core';
import { Link, useLocation } from 'react-router';
import { useContainers } from '@/features/containers/queries';
import { useMay } from '@/features/session/permissions';
import { inScope, useScope, useScopedPath } from '@/features/scope/scope';
import { useImages } from '@/features/images/queries';
import { placesFor } from './places';

export function Navigation({ onGo }: { onGo: () => void }) {
  const { pathname } = useLocation();
  const scoped = useScopedPath();
  const counts = useCounts();
  return placesFor(useMay()).map((place) => {
    const isHere = place.path === '/' ? pathname === '/' : pathname.startsWith(place.path);
    const count = counts[place.path];
    return (
      <NavLink
        key={place.path}
        component={Link}
        to={scoped(place.path)}
        label={place.label}
        leftSection={<place.icon size={18} stroke={1.6} />}
        rightSection={
          count !== undefined && (
            <Text size="xs" c="dimmed">
              {count}
            </Text>
          )
        }
        active={isHere}
        aria-current={isHere ? 'page' : undefined}
        onClick={onGo}
      />
    );
  });
}

function useCounts(): Record<string, number | undefined> {
  const scope = useScope();
  const containers = useContainers().data;
  const images = useImages().data;
  return {
    '/containers': containers && inScope(containers, scope).length,
    '/images': images && inScope(images, scope).length,
  };
}
