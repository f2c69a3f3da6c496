/**
 * How the two apps become files: `build/ui/{console,officer}/index.html` and hashed assets beside them.
 *
 * The pages run under a strict Content-Security-Policy, so nothing is inlined: no data: URLs made of assets, no
 * inline scripts, no module-preload polyfill, workers as files of their own.
 */
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig, type UserConfig } from 'vite'
import { pocketShell } from './pocket-shell.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

const config: UserConfig = defineConfig({
  root,
  base: '/',
  publicDir: false,
  plugins: [react(), pocketShell()],
  worker: { format: 'es' },
  server: { proxy: { '/api': { target: 'http://127.0.0.1:8080', ws: true } } },
  build: {
    outDir: `${root}build/ui`,
    emptyOutDir: false, // build.ts builds beside and swaps, so that a running server never serves half a build
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
    cssTarget: 'chrome110',
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1600, // the map engine is one megabyte before compression
    rollupOptions: {
      input: { console: `${root}console/index.html`, officer: `${root}officer/index.html`, 'service-worker': `${root}officer/service-worker.ts` },
      // a service worker rules from where it lies, and browsers ask for it by the same name again and again
      output: { entryFileNames: ({ name }) => (name === 'service-worker' ? 'officer/worker.js' : 'assets/[name]-[hash].js') },
    },
  },
})

export default config
