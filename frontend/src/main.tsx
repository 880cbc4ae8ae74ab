import { MantineProvider } from '@mantine/core';
import '@mantine/core/styles.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { lazy, StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { RouterProvider } from 'react-router';
import './app/global.css';
import { reloadWhenPartsAreMissing } from './app/missingParts';
import { queryClient } from './app/queryClient';
import { router } from './app/router';
import { theme } from './app/theme';
import { useNotifications } from './ui/notify';

const NotificationCorner = lazy(async () => ({
  default: (await import('./app/NotificationCorner')).NotificationCorner,
}));

function Notices() {
  return <Suspense fallback={null}>{useNotifications() && <NotificationCorner />}</Suspense>;
}

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');

reloadWhenPartsAreMissing();

createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <Notices />
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
