import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { loadConfig } from '../../shared/config/load-config.ts'
import type { LogEntry } from '../../shared/observability/log.ts'
import { openRenderer } from '../../shared/runtime/renderer.ts'
import { requestOf } from '../ports/renderer.ts'
import { motley } from '../support/files/pictures.ts'

const oidc = {
  AUTH_MODE: 'oidc',
  OIDC_ISSUER: 'https://issuer.example',
  OIDC_AUDIENCE: 'coffer',
  OIDC_JWKS_URL: 'https://issuer.example/jwks',
}
const cloud = { ...oidc, MEDIA_GCS_BUCKET_NAME: 'files', GOOGLE_CLOUD_PROJECT: 'demo' }
const emulators = {
  FIRESTORE_EMULATOR_HOST: 'localhost:1',
  STORAGE_EMULATOR_HOST: 'http://localhost:2',
}
const open = () => Promise.reject(new Error('opened'))
const service = { RENDER_SERVICE_URL: 'https://render-x-uc.a.run.app' }

test.each<[string, Record<string, string>, object]>([
  ['on one machine', {}, { by: 'processes' }],
  ['over emulators', { ...cloud, ...emulators }, { by: 'processes' }],
  [
    'under the Firebase emulator',
    { ...cloud, K_SERVICE: 'read', FUNCTIONS_EMULATOR: 'true' },
    { by: 'processes' },
  ],
  ['over the stores of the cloud', cloud, { by: 'nothing' }],
  ['on Cloud Run', { ...cloud, K_SERVICE: 'read' }, { by: 'nothing' }],
  [
    'on Cloud Run with a volume',
    { ...oidc, K_SERVICE: 'read', WORKSPACE_STORAGE_DIR: '/mnt/files' },
    { by: 'nothing' },
  ],
  [
    'where the service is named',
    { ...cloud, K_SERVICE: 'read', ...service },
    { by: 'service', origin: service.RENDER_SERVICE_URL, isAuthorized: true },
  ],
  [
    'where the service is on this machine',
    { RENDER_SERVICE_URL: 'http://127.0.0.1:8090/' },
    { by: 'service', origin: 'http://127.0.0.1:8090', isAuthorized: false },
  ],
])('opens the configured renderer %s', (_, env, expected) => {
  expect(loadConfig(env).rendering).toEqual(expected)
})

test('refuses to decode in the cloud without the service and logs it once', async () => {
  const logged: LogEntry[] = []
  const renderer = await openRenderer(loadConfig(cloud), (entry) => logged.push(entry))
  const picture = await motley().png().toBuffer()
  await expect(renderer.render(requestOf(picture, { open }))).rejects.toMatchObject({
    code: 'unsupported-type',
    message: expect.stringMatching(/service "render".*Download the file itself/) as string,
  })
  await expect(renderer.normalize(Readable.from([picture]), {})).rejects.toMatchObject({
    code: 'unsupported-type',
    message: expect.stringMatching(/service "render".*without normalize=image/) as string,
  })
  expect(logged.map(({ severity }) => severity)).toEqual(['WARNING'])
  expect(logged[0]?.message).toContain('RENDER_SERVICE_URL')
})
