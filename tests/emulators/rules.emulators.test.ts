import { describe, expect, test } from 'vitest'

/** Only emulators started by the Firebase CLI or by `npm run test:google` have the rules. */
const hub = process.env['FIREBASE_EMULATOR_HUB']
const firestore =
  process.env['FIRESTORE_RULES_HOST'] ?? (hub && process.env['FIRESTORE_EMULATOR_HOST'])
const storage = hub && process.env['FIREBASE_STORAGE_EMULATOR_HOST']
const documents = `http://${firestore}/v1/projects/demo-coffer/databases/(default)/documents`
const objects = `http://${storage}/v0/b/demo-coffer.firebasestorage.app/o`

/** Web pages call Firestore and Storage with or without a user's token. Both emulators accept an unsigned token. */
const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
const claims = { sub: 'ann', user_id: 'ann', aud: 'demo-coffer', iat: 1, exp: 2 ** 32 }
const token = `${encode({ alg: 'none', typ: 'JWT' })}.${encode(claims)}.`
const callers = [
  ['a user', { authorization: `Bearer ${token}` }],
  ['an anonymous caller', {}],
] as const

describe.skipIf(firestore === undefined)('firestore.rules', () => {
  test.each(callers)('let %s neither read nor write', async (_, headers) => {
    const path = `${documents}/workspaces/ann`
    const body = JSON.stringify({ fields: { liveBytes: { integerValue: '0' } } })
    const answers = [
      await fetch(path, { headers }),
      await fetch(`${documents}/workspaces`, { headers }),
      await fetch(path, { method: 'PATCH', headers, body }),
      await fetch(path, { method: 'DELETE', headers }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403])
  })
})

describe.skipIf(storage === undefined)('storage.rules', () => {
  test.each(callers)('let %s neither read, nor list, nor write', async (_, headers) => {
    const name = encodeURIComponent('workspaces/ann/a.txt')
    const answers = [
      await fetch(`${objects}/${name}?alt=media`, { headers }),
      await fetch(objects, { headers }),
      await fetch(`${objects}?name=${name}`, { method: 'POST', headers, body: 'x' }),
      await fetch(`${objects}/${name}`, { method: 'DELETE', headers }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403])
  })
})
