import { describe } from 'vitest'
import type { OpenStack } from './media-world.ts'
import { describeCells } from './cells.ts'
import { describeHostile } from './hostile.ts'
import { describeLocal } from './local.ts'
import { describeLimits } from './limits.ts'

/** The contract of `storeMedia`, for all stores. */
export function describeStoreMedia(name: string, open: OpenStack): void {
  describe(`storeMedia with ${name}`, () => {
    describeCells(open)
    describeHostile(open)
    describeLocal(open)
    describeLimits(open)
  })
}
