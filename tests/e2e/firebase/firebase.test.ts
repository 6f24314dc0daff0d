import { chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { skipWithoutClamd, startClamd, type TestClamd } from '../../support/clamd/clamd.ts'
import { eicar } from '../../support/files/eicar.ts'
import { firebaseNote, skipWithoutFirebase } from '../../support/firebase-cli.ts'
import { expectProblem } from '../../support/http/problem.ts'
import { chromiumOptions } from '../../browser/chromium.ts'
import { skipWithoutProgram } from '../../support/programs.ts'
import { mcpProtocolCases } from '../cases/agents/protocol.ts'
import { anonymousCases } from '../cases/access/anonymous.ts'
import { contentCases } from '../cases/reads/content.ts'
import { Caller } from '../support/caller.ts'
import { signatures } from '../cloud/cloud-stand-ins.ts'
import { hubDifferences, startFirebase, type FirebaseServer } from './firebase-server.ts'
import { describeApi } from '../suite.ts'

/** A signed-in user who calls through Firebase Hosting. */
async function signedIn({ auth, origins }: FirebaseServer, email: string): Promise<Caller> {
  await auth.signUp(email, 'correct horse')
  const token = await auth.signIn(email, 'correct horse')
  return new Caller(origins.hosting, email, `Bearer ${token}`)
}

describe.skipIf(skipWithoutFirebase || skipWithoutClamd)(
  `the Firebase emulators${firebaseNote}`,
  () => {
    let clamd: TestClamd | undefined
    let server: FirebaseServer | undefined
    const running = () => {
      if (!server) throw new Error('the emulators run only while tests do')
      return server
    }
    const start = async (env: Record<string, string> = {}) =>
      (server = await startFirebase({
        CLAMAV_SERVICE_HOST: clamd?.host ?? '',
        CLAMAV_SERVICE_PORT: `${clamd?.port}`,
        ...env,
      }))
    beforeAll(async () => {
      clamd = await startClamd()
    })
    afterAll(() => clamd?.[Symbol.asyncDispose]())

    const pageCases = () => {
      describe('a web page', () => {
        test('signs in, uploads, sees the storage trigger scan, and downloads', async () => {
          const user = await signedIn(running(), 'ann@example.com')
          const { file, upload } = await user.reserve({ path: '/a.txt', sizeBytes: 5 })
          await expectProblem(await user.get('/content/a.txt'), 409, 'not-scanned')
          expect((await fetch(upload.url, { method: 'PUT', body: 'hello' })).ok).toBe(true)
          expect(await user.settled(file.id)).toMatchObject({ state: 'ready', path: '/a.txt' })
          const link = await user.get(`/files/${file.id}/download`)
          expect(link.status).toBe(302)
          expect(await (await fetch(link.headers.get('location') ?? '')).text()).toBe('hello')
          expect(await user.text('/a.txt')).toBe('hello')
          const { headers } = await user.get('/content/a.txt')
          expect(headers.get('content-security-policy')).toBe("default-src 'none'; sandbox")
        })

        test('gets a refusal for a virus, and other users do not see its files', async () => {
          const user = await signedIn(running(), 'bob@example.com')
          const answer = await user.post([{ name: 'file', fileName: 'v', body: eicar() }])
          const { file } = await expectProblem(answer, 422, 'infected')
          await expectProblem(await user.get(`/files/${file?.id}/content`), 403, 'infected')
          const other = await signedIn(running(), 'eve@example.com')
          await expectProblem(await other.get(`/files/${file?.id}`), 404, 'not-found')
        })

        test.skipIf(skipWithoutProgram('chromium'))(
          'signs in by password and by a link in the file browser, and stays signed in after a reload',
          async () => {
            const user = await signedIn(running(), 'cat@example.com')
            await user.store('/hers.txt', 'x')
            const browser = await chromium.launch(chromiumOptions())
            const page = await browser.newPage()
            const complaints: string[] = []
            page.on('console', (message) => {
              if (message.text().includes('Content Security Policy'))
                complaints.push(message.text())
            })
            await page.goto(running().origins.hosting)
            const dialog = page.getByRole('dialog', { name: 'Sign in' })
            await dialog.getByLabel('E-mail').fill('cat@example.com')
            await dialog.getByLabel('Password').fill('wrong horse')
            await dialog.getByRole('button', { name: 'Sign in' }).click()
            await dialog.getByText('The e-mail address or the password is wrong.').waitFor()
            await dialog.getByLabel('Password').fill('correct horse')
            await dialog.getByRole('button', { name: 'Sign in' }).click()
            await page.getByText('hers.txt', { exact: true }).waitFor()
            await page.reload()
            await page.getByText('hers.txt', { exact: true }).waitFor()
            await page.getByText('cat@example.com').waitFor()
            expect(await dialog.count()).toBe(0)
            await page.getByRole('button', { name: 'Sign out' }).click()
            await dialog.getByLabel('E-mail').fill('cat@example.com')
            await dialog.getByRole('button', { name: 'Send a link instead' }).click()
            await dialog.getByText('An e-mail with a link is on its way.').waitFor()
            await page.goto(await running().auth.lastLink())
            await page.getByText('hers.txt', { exact: true }).waitFor()
            expect(page.url()).not.toContain('oobCode')
            expect(complaints).toEqual([])
            await browser.close()
          },
        )

        test('gets the page, and 401 without a token', async () => {
          const { hosting } = running().origins
          expect(await (await fetch(hosting)).text()).toContain('<title>Files – Coffer</title>')
          const anonymous = new Caller(hosting, 'nobody', '')
          await expectProblem(await anonymous.get('/usage'), 401, 'unauthenticated')
        })
      })
    }

    describeApi('the functions emulator', start, {
      token: async (user, claims) => `Bearer ${await running().auth.signInAs(user, claims)}`,
      configurable: true,
      looksIntoArchives: true,
      ownStorage: false,
      restartable: false,
      // Hosting, the Auth emulator and the functions emulator between a client and the functions.
      essential: [pageCases, contentCases, anonymousCases, mcpProtocolCases],
      differences: [signatures, ...hubDifferences],
    })
  },
)
