import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

export default defineConfig(({ command }) => ({
  // Django serves the build under /static/; the development server serves from the root.
  base: command === 'build' ? '/static/' : '/',
  plugins: [react()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: {
    proxy: {
      '/api': 'http://127.0.0.1:8000',
      '/ws': { target: 'ws://127.0.0.1:8000', ws: true },
    },
  },
  build: { outDir: 'dist', assetsDir: 'assets', manifest: 'manifest.json' },
  test: { environment: 'node', include: ['src/**/*.test.{ts,tsx}'] },
}));
