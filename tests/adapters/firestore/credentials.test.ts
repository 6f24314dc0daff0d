import { expect, test } from 'vitest'
import { metadataServerCredentials } from '../../../shared/adapters/google/metadata-server.ts'
import { startIamEmulator } from '../../emulators/storage/iam-emulator.ts'
import { testSigner } from '../../emulators/storage/test-signer.ts'
import { newProject, openFirestore, useOwnFirestore } from './world.ts'

useOwnFirestore()

test.each([
  ['an emulator', {}, 0],
  ['the service', { emulatorHost: undefined }, 1],
])('a catalog of %s requests %i tokens', async (_, place, tokens) => {
  const { email, privateKey } = testSigner()
  await using iam = await startIamEmulator(email, privateKey)
  iam.fault({ fault: { kind: 'status', status: 403 }, times: 10 })
  const credentials = metadataServerCredentials({ origin: iam.metadataOrigin })
  const options = { projectId: newProject(), quotaBytes: 1, now: () => new Date(), credentials }
  await using opened = await openFirestore({ ...options, ...place })
  await opened.catalog.check().catch(() => undefined)
  expect(iam.requests.filter((path) => path.endsWith('/token'))).toHaveLength(tokens)
})
