import { describe, expect, test } from 'vitest'
import { checked } from '../program/settings.ts'
import { clamdMebibytes } from '../program/services/scanner.ts'
import { leastSettings, place } from './simulate.ts'

const given = (settings: Record<string, unknown>) => () =>
  checked({ ...leastSettings, ...settings }, place)

test('three settings are required: alert recipients, billing account and sign-in', () => {
  expect(checked(leastSettings, place)).toMatchObject({
    name: 'coffer',
    topology: 'api',
    trashRetentionDays: 30,
    protectData: true,
    region: 'europe-west1',
  })
})

describe('an invalid value is named', () => {
  test.each([
    [{ alertEmails: [] }, 'coffer:alertEmails must name at least one recipient of alerts'],
    [{ budget: undefined }, 'coffer:budget '],
    [{ topology: 'vm' }, 'coffer:topology '],
    [{ corsOrigins: ['https://app.example.com/x'] }, 'coffer:corsOrigins.0 must be an origin'],
    [{ auth: { mode: 'local' } }, 'coffer:auth.mode '],
    [
      { auth: { mode: 'oidc', issuer: 'http://x', audience: 'a', jwksUrl: 'https://x' } },
      'coffer:auth.issuer must be an https URL',
    ],
    [{ softDeleteDays: 3 }, 'coffer:softDeleteDays '],
    [{ maxFileMegabytes: 2000 }, 'coffer:maxFileMegabytes '],
    [{ secrets: { TOKEN: { secret: 's', version: 'latest' } } }, 'coffer:secrets.TOKEN.version '],
    [{ kmsKey: 'my-key' }, 'coffer:kmsKey '],
    [{ name: 'Coffer' }, 'coffer:name must be 2 to 14'],
    [{ domain: 'files.example.com' }, 'coffer:domain is for coffer:topology=functions'],
  ])('%j', (settings, message) => {
    expect(given(settings)).toThrow(message)
  })
})

test('an unknown key is rejected', () => {
  expect(given({ maxInstance: 3 })).toThrow('maxInstance')
})

test('rejects settings that need more memory than Cloud Run has and names the settings to lower', () => {
  const settings = given({ maxFileMegabytes: 1023, scan: { concurrency: 32 } })()
  expect(() => clamdMebibytes(settings)).toThrow(
    'coffer:scan.concurrency × coffer:maxFileMegabytes',
  )
})
