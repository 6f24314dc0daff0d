import { fileURLToPath } from 'node:url'
import { defineConfig, loadEnv, type Plugin } from 'vite'

export default defineConfig(({ mode }) => ({
  base: './',
  // In another repository install the package instead: see docs/library.md.
  resolve: {
    alias: {
      'coffer/client': fileURLToPath(new URL('../../shared/client/coffer.ts', import.meta.url)),
    },
  },
  plugins: [policy(loadEnv(mode, process.cwd())['VITE_COFFER_URL'] ?? 'http://127.0.0.1:8080')],
}))

/** The policy of the built page. It connects to the service, and in the cloud to the bucket that takes the bytes. */
function policy(service: string): Plugin {
  const content = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    // The empty icon.
    'img-src data:',
    `connect-src ${new URL(service).origin} https://storage.googleapis.com`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
  const meta = { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content } }
  return {
    name: 'policy',
    apply: 'build',
    transformIndexHtml: () => [{ ...meta, injectTo: 'head-prepend' }],
  }
}
