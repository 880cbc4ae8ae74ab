import { createBrowserRouter } from 'react-router';
import { NotFound, PageCrashed } from './NotFound';
import { Shell } from './shell/Shell';

async function loadInvitation() {
  const { AcceptInvitation } = await import('@/features/session/AcceptInvitation');
  return { Component: AcceptInvitation };
}

export const router = createBrowserRouter([
  {
    path: '/sign-in',
    lazy: async () => ({ Component: (await import('@/features/session/SignIn')).SignIn }),
  },
  {
    path: '/setup',
    lazy: async () => ({ Component: (await import('@/features/session/Setup')).Setup }),
  },
  ...['/invite', '/invitation'].map((path) => ({ path, lazy: loadInvitation })),
  {
    Component: Shell,
    ErrorBoundary: PageCrashed,
    HydrateFallback: () => null,
    children: [
      {
        index: true,
        lazy: async () => ({ Component: (await import('@/features/overview/Overview')).Overview }),
      },
      {
        path: 'containers',
        lazy: async () => ({
          Component: (await import('@/features/containers/ContainerList')).ContainerList,
        }),
      },
      {
        path: 'containers/new',
        lazy: async () => ({
          Component: (await import('@/features/containers/create/ContainerCreate')).ContainerCreate,
        }),
      },
      {
        path: 'containers/:id/:tab?',
        lazy: async () => ({
          Component: (await import('@/features/containers/detail/ContainerPage')).ContainerPage,
        }),
      },
      {
        path: 'images',
        lazy: async () => ({ Component: (await import('@/features/images/ImageList')).ImageList }),
      },
      {
        path: 'images/:id',
        lazy: async () => ({ Component: (await import('@/features/images/ImagePage')).ImagePage }),
      },
      {
        path: 'networks',
        lazy: async () => ({
          Component: (await import('@/features/networks/NetworkList')).NetworkList,
        }),
      },
      {
        path: 'registries',
        lazy: async () => ({
          Component: (await import('@/features/registries/RegistryList')).RegistryList,
        }),
      },
      {
        path: 'hosts',
        lazy: async () => ({ Component: (await import('@/features/hosts/HostList')).HostList }),
      },
      {
        path: 'activity',
        lazy: async () => ({
          Component: (await import('@/features/operations/Activity')).Activity,
        }),
      },
      {
        path: 'access/:tab?',
        lazy: async () => ({
          Component: (await import('@/features/access/AccessPage')).AccessPage,
        }),
      },
      {
        path: 'audit',
        lazy: async () => ({ Component: (await import('@/features/audit/AuditPage')).AuditPage }),
      },
      { path: '*', Component: NotFound },
    ],
  },
]);
