import { describe } from 'vitest'
import type { OpenStack } from './media-world.ts'
import { describeCells } from './store-media-cells.ts'
import { describeHostile } from './store-media-hostile.ts'
import { describeLocal } from './store-media-local.ts'
import { describeLimits } from './store-media-limits.ts'

/** What storeMedia promises, over any stack. */
export function describeStoreMedia(name: string, open: OpenStack): void {
  describe(`storeMedia over ${name}`, () => {
    describeCells(open)
    describeHostile(open)
    describeLocal(open)
    describeLimits(open)
  })
}
