import { expect, it } from 'vitest'
import { parseFileId } from '../../../shared/model/path.ts'
import {
  maxWaitingPerUser,
  awaitSettledWithinLimit,
} from '../../../shared/workspace/upload/limited-wait.ts'

it('limits the waiting requests of one user and keeps those of other users waiting', async () => {
  const id = parseFileId('00000000-0000-4000-8000-000000000001')
  if (!id) throw new Error('Expected a UUIDv4')
  const { promise: settled, resolve: settle } = Promise.withResolvers<undefined>()
  let asked = 0
  const catalog = {
    awaitSettled: async () => {
      asked += 1
      return settled
    },
  }
  const { signal } = new AbortController()
  const wait = (workspaceId: string) =>
    awaitSettledWithinLimit(catalog, { workspaceId, id }, signal)
  const waiting = Array.from({ length: maxWaitingPerUser }, () => wait('ann'))
  await wait('ann')
  expect(asked).toBe(maxWaitingPerUser)
  waiting.push(wait('bob'))
  expect(asked).toBe(maxWaitingPerUser + 1)
  settle(undefined)
  await Promise.all(waiting)
  await wait('ann')
  expect(asked).toBe(maxWaitingPerUser + 2)
})
