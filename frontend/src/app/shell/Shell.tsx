import { AppShell, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useEffect } from 'react';
import { Navigate, Outlet, useLocation } from 'react-router';
import { listen } from '@/app/live';
import type { User } from '@/api/types';
import { useGrants } from '@/features/session/permissions';
import { useSession } from '@/features/session/queries';
import { useRememberedProject } from '@/features/projects/remembered';
import { Failure } from '@/ui/Failure';
import { Loading } from '@/ui/Loading';
import { Header } from './Header';
import { HostSwitch } from './HostSwitch';
import { Navigation } from './Navigation';
import { ProjectSwitch } from './ProjectSwitch';
import { useShortcuts } from './useShortcuts';

const PALETTE_AFTER = 1500;

const loadPalette = () => import('./Palette');
const Palette = lazy(async () => ({ default: (await loadPalette()).Palette }));
const ShortcutHelp = lazy(async () => ({ default: (await import('./ShortcutHelp')).ShortcutHelp }));

/** The frame around every page, for those who are signed in. */
export function Shell() {
  const session = useSession();
  const grants = useGrants();
  const { pathname, search } = useLocation();
  if (session.isPending || grants.isPending) return <Loading what="your session" />;
  if (session.isLoadingError)
    return (
      <Failure what="The platform does not answer" error={session.error} retry={session.refetch} />
    );
  if (session.data === null)
    return <Navigate to={`/sign-in?next=${encodeURIComponent(pathname + search)}`} replace />;
  return <Frame user={session.data} />;
}

function Frame({ user }: { user: User }) {
  const client = useQueryClient();
  const [isMenuOpen, menu] = useDisclosure(false);
  const [isPaletteOpen, palette] = useDisclosure(false);
  const [isHelpOpen, help] = useDisclosure(false);
  useEffect(() => listen(client), [client]);
  useEffect(() => {
    // Fetched once the page stands, so that the first keys after Ctrl-K are not lost.
    const timer = setTimeout(() => void loadPalette(), PALETTE_AFTER);
    return () => {
      clearTimeout(timer);
    };
  }, []);
  useRememberedProject();
  useShortcuts({ onPalette: palette.toggle, onHelp: help.open });
  return (
    <AppShell
      header={{ height: 48 }}
      navbar={{ width: 190, breakpoint: 'sm', collapsed: { mobile: !isMenuOpen } }}
      padding={{ base: 'sm', sm: 'lg' }}
    >
      <AppShell.Header>
        <Header
          user={user}
          isMenuOpen={isMenuOpen}
          onMenu={menu.toggle}
          onPalette={palette.open}
          onHelp={help.open}
        />
      </AppShell.Header>
      <AppShell.Navbar p={8} aria-label="Main">
        <Stack gap={6} mb={8} hiddenFrom="sm">
          <ProjectSwitch />
          <HostSwitch />
        </Stack>
        <Navigation onGo={menu.close} />
      </AppShell.Navbar>
      <AppShell.Main>
        <Suspense fallback={<Loading what="the page" />}>
          <Outlet />
        </Suspense>
      </AppShell.Main>
      <Suspense fallback={null}>
        {isPaletteOpen && <Palette opened onClose={palette.close} />}
        {isHelpOpen && <ShortcutHelp opened onClose={help.close} />}
      </Suspense>
    </AppShell>
  );
}
