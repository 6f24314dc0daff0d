import fc from 'fast-check'
import { conflictingPair, step, type Step } from './steps.ts'
import type { Crash } from './scheduler.ts'

/** An operation of one user. */
export interface Command {
  user: 'ann' | 'bob'
  /** Whether the operation names a file of the other user. */
  isForeign: boolean
  step: Step
  crash?: Crash | undefined
}

/** A change of the clock, quota, signatures or event queue while no operation runs. */
export type EnvironmentChange =
  | { advanceMs: number }
  | { dropEvent: number }
  | { quotaBytes: number }
  | 'new signatures'
  | 'deliver all'
  | 'nothing'

/** Concurrent operations, and the choices that schedule their calls. */
export interface Wave {
  environment: EnvironmentChange
  commands: Command[]
  order: number[]
}

const command: fc.Arbitrary<Command> = fc.record({
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
const clockJump = fc.record({
  advanceMs: fc.constantFrom(
    minuteMs,
    61 * minuteMs,
    25 * 60 * minuteMs,
    31 * 24 * 60 * minuteMs,
    -5 * minuteMs,
  ),
})
const environment: fc.Arbitrary<EnvironmentChange> = fc.oneof(
  { weight: 5, arbitrary: fc.constant<EnvironmentChange>('nothing') },
  { weight: 5, arbitrary: fc.constant<EnvironmentChange>('deliver all') },
  { weight: 1, arbitrary: clockJump },
  { weight: 2, arbitrary: fc.constantFrom({ advanceMs: minuteMs }, { advanceMs: 61 * minuteMs }) },
  { weight: 1, arbitrary: fc.record({ dropEvent: fc.nat({ max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ quotaBytes: fc.constantFrom(30, 70, 110) }) },
  { weight: 1, arbitrary: fc.constant<EnvironmentChange>('new signatures') },
)

const order = fc.array(fc.nat({ max: 63 }), { minLength: 1, maxLength: 30, size: 'max' })
const wave: fc.Arbitrary<Wave> = fc.record({
  environment,
  commands: fc.array(command, { minLength: 1, maxLength: 4, size: 'max' }),
  order,
})
const conflictWave: fc.Arbitrary<Wave> = fc.record({
  environment: fc.oneof(
    fc.constant<EnvironmentChange>('deliver all'),
    fc.constant<EnvironmentChange>('nothing'),
    clockJump,
  ),
  commands: conflictingPair.map((steps) =>
    steps.map((step): Command => ({ user: 'ann', isForeign: false, step })),
  ),
  order,
})

/** Waves of operations on two workspaces. Each wave ends before the next starts. */
export const script = fc.array(
  fc.oneof({ weight: 3, arbitrary: wave }, { weight: 1, arbitrary: conflictWave }),
  { minLength: 8, maxLength: 24, size: 'max' },
)
