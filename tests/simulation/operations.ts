import { text } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { remove, removeSession } from '../../shared/workspace/delete.ts'
import { parsePath, parseSessionId } from '../../shared/model/path.ts'
import type { FileId } from '../../shared/model/ids.ts'
import { readContent, type FileName } from '../../shared/workspace/read.ts'
import { rescan } from '../../shared/workspace/scan/rescan.ts'
import { scan } from '../../shared/workspace/scan/scan.ts'
import { sweep } from '../../shared/workspace/sweep/sweep.ts'
import { copy, restore, update } from '../../shared/workspace/update.ts'
import { openUpload } from '../../shared/workspace/upload/open-upload.ts'
import { upload } from '../../shared/workspace/upload/upload.ts'
import type { UploadTarget } from '../../shared/model/reservation.ts'
import type { gatedPorts } from './gated-ports.ts'
import { ownerOf } from './workspace.ts'
import { checksumOf, type Stage } from './stage.ts'
import type { Act } from './script.ts'
import type { Condition, Step } from './steps.ts'
import { Crashed } from './turnstile.ts'

/** What an operation has: its ports, and its way past them to where resumable uploads are sent. */
export interface Scene {
  stage: Stage
  act: Act
  ports: Omit<ReturnType<typeof gatedPorts>, 'newId'>
  send: (work: () => Promise<void>) => Promise<void>
}

type Is<Do extends Step['do']> = Extract<Step, { do: Do }>

/** A body that breaks off, as when its client goes away. */
export class BrokenOff extends Error {
  override readonly name = 'BrokenOff'
}

export async function perform(scene: Scene): Promise<unknown> {
  const { step } = scene.act
  switch (step.do) {
    case 'upload':
      return uploadFile(scene, step)
    case 'open':
      return openTicket(scene, step)
    case 'send':
      return send(scene, step)
    case 'deliver':
      return deliver(scene, step)
    case 'sweep':
      return sweepAll(scene, step)
    case 'rescan':
      return rescan(scene.ports, { maxFiles: step.maxFiles, maxBytes: Infinity })
    case 'removeSession':
      return removeSession(scene.ports, callerOf(scene), parseSessionId('s'), { purge: step.purge })
    case 'remove':
    case 'restore':
    case 'update':
    case 'copy':
    case 'read':
      return changeFile(scene, step)
  }
}

async function uploadFile({ stage, act, ports }: Scene, step: Is<'upload'>): Promise<void> {
  const content = stage.newBytes(step.content)
  const { length } = content.bytes
  const sizes = { known: length, unknown: undefined, 'too-small': Math.max(0, length - 1) }
  const sizeBytes = sizes[step.size]
  await upload({ ...ports, newId: () => stage.newId(act.user, content) }, callerOf({ act }), {
    name: 'file.txt',
    mimeType: 'text/plain',
    body: Readable.from(chunksOf(content.bytes, step.breaksOff)),
    target: targetOf(stage, act, step),
    ...(sizeBytes !== undefined && { sizeBytes }),
  })
}

async function* chunksOf(bytes: Buffer, breaksOff: boolean) {
  yield bytes.subarray(0, 5)
  if (breaksOff) throw new BrokenOff('The client has left')
  yield bytes.subarray(5)
}

async function openTicket({ stage, act, ports }: Scene, step: Is<'open'>): Promise<void> {
  const content = stage.newBytes(step.content)
  const sums = {
    right: checksumOf(content.bytes),
    wrong: checksumOf(Buffer.from('?')),
    none: undefined,
  }
  const expectedChecksum = sums[step.checksum]
  const { session } = await openUpload(
    { ...ports, newId: () => stage.newId(act.user, content) },
    callerOf({ act }),
    {
      target: targetOf(stage, act, step),
      sizeBytes: content.bytes.length,
      ...(expectedChecksum !== undefined && { expectedChecksum }),
    },
  )
  stage.tickets.unshift({ user: act.user, session, bytes: content.bytes, heldBytes: 0 })
}

async function send({ stage, send }: Scene, { pick, upTo }: Is<'send'>): Promise<void> {
  const ticket = stage.tickets[pick]
  if (!ticket) return
  const { session, bytes, heldBytes: from } = ticket
  const to = stage.world.takesParts
    ? Math.max(from, Math.ceil((bytes.length * upTo) / 100))
    : bytes.length
  await send(() => stage.world.send(session, bytes, { from, to }))
  ticket.heldBytes = to
}

/** Takes an event out of those that wait, whichever; one that fails comes back, and any may come again. */
async function deliver({ stage, ports }: Scene, { pick, again }: Is<'deliver'>): Promise<void> {
  const { events } = stage.world
  const event = events[pick % events.length]
  if (!event) return
  events.splice(events.indexOf(event), 1)
  if (again) events.push(event)
  try {
    await scan(ports, event)
  } catch (error) {
    events.push(event)
    throw error
  }
}

async function sweepAll({ stage, ports }: Scene, step: Is<'sweep'>): Promise<void> {
  const options = { dryRun: step.dryRun, pendingAgeSeconds: 0, abandonedBefore: new Date(0) }
  const report = await sweep(ports, options)
  if (step.scanner || step.listings === 'fail') return
  const failures = report.failures.filter((failure) => !failure.includes(Crashed.name))
  if (failures.length > 0) stage.judge.accuse(`The sweep failed: ${failures.join()}`)
}

/** What is done to one file, or through its path. */
async function changeFile(
  scene: Scene,
  step: Is<'remove' | 'restore' | 'update' | 'copy' | 'read'>,
): Promise<unknown> {
  const { stage, ports, act } = scene
  const id = pickId(scene, step.pick)
  if (id === undefined) return
  const caller = callerOf(scene)
  const path = step.path && parsePath(step.path)
  switch (step.do) {
    case 'remove': {
      const name = path && !act.isForeign ? { path } : { id }
      const ifMatch = step.ifMatch && [checksumOf(stage.contents.get(id)?.bytes ?? Buffer.alloc(0))]
      return remove(ports, caller, name, { purge: step.purge, ...(ifMatch && { ifMatch }) })
    }
    case 'restore':
      return restore(ports, caller, id, path)
    case 'update': {
      const metadata = { n: step.metadata }
      return update(ports, caller, id, {
        ...(path && { path }),
        ...(step.metadata > 4 && { metadata }),
      })
    }
    case 'copy': {
      const source = stage.contents.get(id) ?? { kind: 'clean', bytes: Buffer.alloc(0) }
      const withId = { ...ports, newId: () => stage.newId(act.user, source) }
      return copy(withId, caller, { id, path: parsePath(step.path), overwrite: step.overwrite })
    }
    case 'read':
      return read(scene, path && !act.isForeign ? { path } : { id })
  }
}

/** I1: whatever is read is the whole of what was uploaded as that file, however much happens meanwhile. */
async function read(scene: Scene, name: FileName): Promise<void> {
  const { file, open } = await readContent(scene.ports, callerOf(scene), name)
  const read = await text(await open())
  const content = scene.stage.contents.get(file.id)?.bytes.toString()
  if (read !== content) scene.stage.judge.accuse(`I1: ${file.id} reads ${read}, not ${content}`)
}

/** Mostly a file that is there, to be restored one of the trash, counted from the latest; now and then any that ever was. */
function pickId({ stage, act }: Scene, pick: number): FileId | undefined {
  const user = (act.user === 'ann') !== act.isForeign ? 'ann' : 'bob'
  const { files } = stage.judge.workspace(user)
  const trash = act.step.do === 'restore' ? files.filter(({ deletedAt }) => deletedAt !== null) : []
  const there = (trash.length > 0 ? trash : files).map(({ id }) => id).toReversed()
  const ids = pick % 8 === 7 || there.length === 0 ? stage.ids[user] : there
  return ids[pick % ids.length]
}

function callerOf({ act }: Pick<Scene, 'act'>) {
  return { workspaceId: act.user }
}

function targetOf(stage: Stage, act: Act, { path, how }: Is<'upload' | 'open'>): UploadTarget {
  const target = {
    path: parsePath(path),
    mimeType: 'text/plain',
    metadata: {},
    origin: 'user-upload',
  } as const
  const owner = ownerOf(stage.judge.workspace(act.user), target.path)
  const conditions: Record<Condition, Partial<UploadTarget>> = {
    create: {},
    overwrite: { overwrite: true },
    absent: { overwrite: true, mustBeAbsent: true },
    any: { overwrite: true, mustReplace: '*' },
    this: { overwrite: true, mustReplace: [owner?.checksum ?? checksumOf(Buffer.from('?'))] },
    other: { overwrite: true, mustReplace: [checksumOf(Buffer.from('!'))] },
  }
  return { ...target, overwrite: false, ...conditions[how] }
}
