import fc from 'fast-check'
import { duel, step, type Step } from './steps.ts'
import type { Crash } from './turnstile.ts'

/** One user's operation. */
export interface Act {
  user: 'ann' | 'bob'
  /** It is about a file of the other user's. */
  isForeign: boolean
  step: Step
  crash?: Crash | undefined
}

/** What happens to the world while nothing is under way. */
export type Turn =
  | { passMs: number }
  | { loseEvent: number }
  | { quotaBytes: number }
  | 'learn'
  | 'deliver all'
  | 'nothing'

/** Operations that run together, and in which order their calls are let through. */
export interface Wave {
  turn: Turn
  acts: Act[]
  order: number[]
}

const act: fc.Arbitrary<Act> = fc.record({
  user: fc.constantFrom('ann', 'ann', 'ann', 'bob'),
  isForeign: fc.constantFrom(false, false, false, false, false, false, false, false, false, true),
  step,
  crash: fc.option(
    fc.record({
      call: fc.integer({ min: 1, max: 12 }),
      when: fc.constantFrom('before', 'after'),
    }),
    { freq: 7, nil: undefined },
  ),
})

const minuteMs = 60_000
const passing = fc.record({
  passMs: fc.constantFrom(
    minuteMs,
    61 * minuteMs,
    25 * 60 * minuteMs,
    31 * 24 * 60 * minuteMs,
    -5 * minuteMs,
  ),
})
const turn: fc.Arbitrary<Turn> = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Turn>('nothing') },
  { weight: 5, arbitrary: fc.constant<Turn>('deliver all') },
  { weight: 1, arbitrary: passing },
  { weight: 2, arbitrary: fc.constantFrom({ passMs: minuteMs }, { passMs: 61 * minuteMs }) },
  { weight: 1, arbitrary: fc.record({ loseEvent: fc.nat({ max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ quotaBytes: fc.constantFrom(30, 70, 110) }) },
  { weight: 1, arbitrary: fc.constant<Turn>('learn') },
)

const order = fc.array(fc.nat({ max: 63 }), { minLength: 1, maxLength: 30, size: 'max' })
const wave: fc.Arbitrary<Wave> = fc.record({
  turn,
  acts: fc.array(act, { minLength: 1, maxLength: 4, size: 'max' }),
  order,
})
const duelWave: fc.Arbitrary<Wave> = fc.record({
  turn: fc.oneof(fc.constant<Turn>('deliver all'), fc.constant<Turn>('nothing'), passing),
  acts: duel.map((steps) => steps.map((step): Act => ({ user: 'ann', isForeign: false, step }))),
  order,
})

/** A life of two workspaces: waves of operations, with quiet between them. */
export const script = fc.array(
  fc.oneof({ weight: 3, arbitrary: wave }, { weight: 1, arbitrary: duelWave }),
  { minLength: 8, maxLength: 24, size: 'max' },
)
