import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { pageHeaders } from '../../shared/http/server/page-headers.ts'

const read = (name: string) => readFile(new URL(`../../${name}`, import.meta.url), 'utf8')

/** Without comments and line breaks. */
async function rules(name: string): Promise<string> {
  const text = await read(name)
  return text
    .replace(/\/\/.*$/gm, '')
    .replace(/\s+/g, ' ')
    .trim()
}

describe('the Firebase project', () => {
  test('denies clients everything in Firestore', async () => {
    expect(await rules('firestore.rules')).toBe(
      "rules_version = '2'; service cloud.firestore { match /databases/{database}/documents { " +
        'match /{document=**} { allow read, write: if false; } } }',
    )
  })

  test('denies clients everything in the bucket', async () => {
    expect(await rules('storage.rules')).toBe(
      "rules_version = '2'; service firebase.storage { match /b/{bucket}/o { " +
        'match /{path=**} { allow read, write: if false; } } }',
    )
  })

  test('deploys the functions that functions/index.ts exports, but for storage, which is local, and blocks, which needs a sidecar', async () => {
    const exported = await import('../../functions/index.ts')
    const manifest = await read('functions.yaml')
    const [, endpoints = ''] = manifest.split('\nendpoints:\n')
    const names = [...endpoints.matchAll(/^ {2}(\w+):$/gm)].map(([, name]) => name)
    const entryPoints = [...endpoints.matchAll(/^ {4}entryPoint: (\w+)$/gm)].map(([, name]) => name)
    expect(names).toEqual(entryPoints)
    expect(new Set([...names, 'storage', 'blocks'])).toEqual(new Set(Object.keys(exported)))
  })

  test('gives Hosting one origin: what is under /api/workspace/, and the metadata of the MCP server, go to api', async () => {
    const { hosting } = JSON.parse(await read('firebase.json')) as {
      hosting: { rewrites: { source: string; function: { functionId: string } }[] }
    }
    const sources = [
      '/.well-known/oauth-protected-resource',
      '/.well-known/oauth-protected-resource/**',
      '/api/workspace/**',
    ]
    const toApi = { functionId: 'api', region: 'us-central1' }
    expect(hosting.rewrites).toEqual(sources.map((source) => ({ source, function: toApi })))
  })

  test('serves the page with the headers of the local server, and with Cloud Storage in its policy', async () => {
    const { hosting } = JSON.parse(await read('firebase.json')) as {
      hosting: { headers: { source: string; headers: { key: string; value: string }[] }[] }
    }
    const page = hosting.headers.find(({ source }) => source === '/')
    const headers = page?.headers.map(({ key, value }) => [key, value]) ?? []
    expect(Object.fromEntries(headers)).toEqual({
      ...pageHeaders('firebase'),
      'Cache-Control': 'no-cache',
    })
  })

  test('has separate settings for demo-coffer, the project of the emulators', async () => {
    const settings = await read('.env.demo-coffer')
    expect(settings).toMatch(/^AUTH_MODE=firebase$/m)
    expect(settings).toMatch(/^MEDIA_GCS_BUCKET_NAME=demo-coffer\./m)
    expect(await read('package.json')).toContain('tests/emulators/firebase-cli/start.ts')
    expect(await read('tests/emulators/firebase-cli/start.ts')).toContain("'demo-coffer'")
  })
})
