import react from '@vitejs/plugin-react';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

import { compress } from './vite/compress';
import { licences } from './vite/licences';
import { themeCss } from './vite/theme_css';

// `npm run dev` passes calls on to this collector; its certificate is its own, hence `secure`.
const collector = process.env['VIGIE_COLLECTOR_HTTP'] ?? 'https://127.0.0.1:7444';
const proxied = { target: collector, secure: false };

export default defineConfig({
  plugins: [react(), themeCss(), licences(), compress()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    cssCodeSplit: true,
    chunkSizeWarningLimit: 700,
  },
  server: { proxy: { '/session': proxied, '^/vigie\\.v1\\..*': proxied, '/api': proxied } },
  test: { include: ['src/**/*.test.ts', 'src/**/*.test.tsx'] },
});
