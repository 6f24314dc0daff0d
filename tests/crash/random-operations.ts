import fc from 'fast-check'
import { stateOf, type Actor } from './actor.ts'
import type { Version } from './model.ts'
import { copy, move, open, post, purge, put, remove, restore, send } from './operations/files.ts'
import { load, revoke, share } from './operations/shares.ts'

/** How one server crashes, and the operations of its clients until then. */
export interface Round {
  /** At the N-th crash point after the clients have started, or by `kill -9` after so many milliseconds. */
  death: { crashAt: number } | { killAfterMs: number }
  /** One script for each client. */
  scripts: Step[][]
}

/** One operation. `pick` selects a version to which it applies, `slot` a path. */
interface Step {
  kind: keyof typeof kinds
  pick: number
  slot: number
  sizeBytes: number
}

interface Choice extends Step {
  /** Any path of the client. */
  path: string
  /** A free path of the client. */
  freePath: string
  /** A version in one of these states. */
  choose: (...places: Version['place'][]) => string | undefined
}

const paths = 6
const stepsPerClient = 60
const maxSizeBytes = 300_000
const maxCrashPoint = 1500
const maxKillMs = 700

const kinds = {
  put: (actor, { path, sizeBytes }) => put(actor, path, { sizeBytes }),
  create: (actor, { freePath, sizeBytes }) => put(actor, freePath, { sizeBytes, create: true }),
  post: (actor, { path, sizeBytes }) => post(actor, path, { sizeBytes }),
  infect: (actor, { path, sizeBytes }) => put(actor, path, { sizeBytes, infected: true }),
  async resumable(actor, { path, sizeBytes, pick }) {
    const infected = pick % 5 === 0
    await open(actor, path, { sizeBytes, infected })
    const total = actor.session?.bytes.length ?? 0
    for (const part of [0.3, 0.6]) await send(actor, Math.floor(total * part))
    await send(actor)
  },
  async delete(actor, { choose }) {
    const id = choose('live', 'superseded')
    if (id !== undefined) await remove(actor, id)
  },
  async purge(actor, { choose }) {
    const id = choose('live', 'superseded', 'trash', 'infected')
    if (id !== undefined) await purge(actor, id)
  },
  async restore(actor, { choose, freePath }) {
    const id = choose('trash', 'superseded')
    if (id !== undefined) await restore(actor, id, freePath)
  },
  async move(actor, { choose, freePath }) {
    const id = choose('live')
    if (id !== undefined) await move(actor, id, freePath)
  },
  async share(actor, { choose }) {
    const id = choose('live')
    if (id !== undefined) await share(actor, id)
  },
  async load(actor, { pick }) {
    const isLive = (id: string) => stateOf(actor).some((it) => it.id === id && it.place === 'live')
    const open = actor.links.filter((link) => link.revoked === false && isLive(link.fileId))
    const link = open[pick % open.length]
    if (link) await load(actor, link)
  },
  async revoke(actor, { pick }) {
    const link = actor.links[pick % actor.links.length]
    if (link) await revoke(actor, link)
  },
  async copy(actor, { choose, path }) {
    const id = choose('live')
    if (id !== undefined) await copy(actor, id, path)
  },
} satisfies Record<string, (actor: Actor, choice: Choice) => Promise<void>>

/** The round of a seed. Deterministic. */
export function roundOf(seed: number, clients: number): Round {
  const step = fc.record<Step>({
    kind: fc.constantFrom(...(Object.keys(kinds) as Step['kind'][])),
    pick: fc.nat(),
    slot: fc.nat(paths - 1),
    sizeBytes: fc.oneof(
      fc.integer({ min: 1, max: 2000 }),
      fc.integer({ min: 1, max: maxSizeBytes }),
    ),
  })
  const length = { minLength: stepsPerClient, maxLength: stepsPerClient }
  const round = fc.record<Round>({
    death: fc.oneof(
      fc.record({ crashAt: fc.integer({ min: 1, max: maxCrashPoint }) }),
      fc.record({ killAfterMs: fc.integer({ min: 1, max: maxKillMs }) }),
    ),
    scripts: fc.array(fc.array(step, length), { minLength: clients, maxLength: clients }),
  })
  const [sample] = fc.sample(round, { seed, numRuns: 1 })
  if (!sample) throw new Error('fast-check gave no round')
  return sample
}

export async function runScript(actor: Actor, script: Step[]): Promise<void> {
  for (const step of script) await kinds[step.kind](actor, choiceOf(actor, step))
}

function choiceOf(actor: Actor, step: Step): Choice {
  const state = stateOf(actor)
  const path = `${actor.folder}${step.slot}.bin`
  const isFree = !state.some((version) => version.place === 'live' && version.path === path)
  return {
    ...step,
    path,
    freePath: isFree ? path : `${actor.folder}free-${actor.operations}.bin`,
    choose(...places) {
      const versions = state.filter(({ place }) => places.includes(place))
      return versions[step.pick % versions.length]?.id
    },
  }
}
