import { fileURLToPath } from 'node:url'
import { defineConfig, loadEnv, type Plugin } from 'vite'

const own = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))

export default defineConfig(({ mode }) => ({
  base: './',
  // In another repository install the package instead: see docs/library.md.
  resolve: {
    alias: {
      'coffer/client': own('shared/client/coffer.ts'),
      'coffer/web': own('web/file/index.ts'),
    },
  },
  plugins: [policy(loadEnv(mode, process.cwd())['VITE_COFFER_URL'] ?? 'http://127.0.0.1:8080')],
}))

/** The policy of the built page. Pictures are addresses in memory; bytes come from the service, and in the cloud from its bucket. */
function policy(service: string): Plugin {
  const api = `${new URL(service).origin} https://storage.googleapis.com`
  const content = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    // The empty icon.
    'img-src blob: data:',
    `media-src ${api}`,
    `connect-src ${api}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')
  const meta = { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content } }
  return {
    name: 'policy',
    apply: 'build',
    transformIndexHtml: () => [{ ...meta, injectTo: 'head-prepend' }],
  }
}
