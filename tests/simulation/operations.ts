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
import { restoreVersion } from '../../shared/workspace/versions.ts'
import { openUpload } from '../../shared/workspace/upload/open-upload.ts'
import { upload } from '../../shared/workspace/upload/upload.ts'
import type { UploadTarget } from '../../shared/model/reservation.ts'
import type { scheduledPorts } from './scheduled-ports.ts'
import { ownerOf } from './workspace.ts'
import { checksumOf, type Stage } from './stage.ts'
import type { Command } from './script.ts'
import type { Condition, Step } from './steps.ts'
import { Crashed } from './scheduler.ts'

/** The command, the ports it uses, and the scheduled call that sends bytes of a resumable upload. */
export interface CommandContext {
  stage: Stage
  command: Command
  ports: Omit<ReturnType<typeof scheduledPorts>, 'newId'>
  send: (work: () => Promise<void>) => Promise<void>
}

type StepOf<Do extends Step['do']> = Extract<Step, { do: Do }>

/** Error of a request body whose client disconnects. */
export class BodyAborted extends Error {
  override readonly name = 'BodyAborted'
}

export async function perform(context: CommandContext): Promise<unknown> {
  const { step } = context.command
  switch (step.do) {
    case 'upload':
      return uploadFile(context, step)
    case 'open':
      return openResumable(context, step)
    case 'send':
      return send(context, step)
    case 'deliver':
      return deliver(context, step)
    case 'sweep':
      return sweepAll(context, step)
    case 'rescan':
      return rescan(context.ports, { maxFiles: step.maxFiles, maxBytes: Infinity })
    case 'removeSession':
      return removeSession(context.ports, callerOf(context), parseSessionId('s'), {
        purge: step.purge,
      })
    case 'remove':
    case 'restore':
    case 'restoreVersion':
    case 'update':
    case 'copy':
    case 'read':
      return changeFile(context, step)
  }
}

async function uploadFile(
  { stage, command, ports }: CommandContext,
  step: StepOf<'upload'>,
): Promise<void> {
  const content = stage.newContent(step.content)
  const { length } = content.bytes
  const sizes = { known: length, unknown: undefined, 'too-small': Math.max(0, length - 1) }
  const sizeBytes = sizes[step.size]
  await upload(
    { ...ports, newId: () => stage.newId(command.user, content) },
    callerOf({ command }),
    {
      name: 'file.txt',
      mimeType: 'text/plain',
      body: Readable.from(chunksOf(content.bytes, step.abortsBody)),
      target: targetOf(stage, command, step),
      ...(sizeBytes !== undefined && { sizeBytes }),
    },
  )
}

async function* chunksOf(bytes: Buffer, abortsBody: boolean) {
  yield bytes.subarray(0, 5)
  if (abortsBody) throw new BodyAborted('The client disconnected.')
  yield bytes.subarray(5)
}

async function openResumable(
  { stage, command, ports }: CommandContext,
  step: StepOf<'open'>,
): Promise<void> {
  const content = stage.newContent(step.content)
  const checksums = {
    right: checksumOf(content.bytes),
    wrong: checksumOf(Buffer.from('?')),
    none: undefined,
  }
  const expectedChecksum = checksums[step.checksum]
  const { session } = await openUpload(
    { ...ports, newId: () => stage.newId(command.user, content) },
    callerOf({ command }),
    {
      target: targetOf(stage, command, step),
      sizeBytes: content.bytes.length,
      ...(expectedChecksum !== undefined && { expectedChecksum }),
    },
  )
  stage.resumableUploads.unshift({
    user: command.user,
    session,
    bytes: content.bytes,
    sentBytes: 0,
  })
}

async function send(
  { stage, send }: CommandContext,
  { pick, upToPercent }: StepOf<'send'>,
): Promise<void> {
  const resumable = stage.resumableUploads[pick]
  if (!resumable) return
  const { session, bytes, sentBytes: from } = resumable
  const to = stage.world.takesParts
    ? Math.max(from, Math.ceil((bytes.length * upToPercent) / 100))
    : bytes.length
  await send(() => stage.world.send(session, bytes, { from, to }))
  resumable.sentBytes = to
}

/** Handles a queued event. An event whose handler fails is queued again. With `redeliver`, the event also stays queued. */
async function deliver(
  { stage, ports }: CommandContext,
  { pick, redeliver }: StepOf<'deliver'>,
): Promise<void> {
  const { events } = stage.world
  const event = events[pick % events.length]
  if (!event) return
  events.splice(events.indexOf(event), 1)
  if (redeliver) events.push(event)
  try {
    await scan(ports, event)
  } catch (error) {
    events.push(event)
    throw error
  }
}

async function sweepAll({ stage, ports }: CommandContext, step: StepOf<'sweep'>): Promise<void> {
  const options = { dryRun: step.dryRun, pendingAgeSeconds: 0, abandonedBefore: new Date(0) }
  const report = await sweep(ports, options)
  if (step.scanner || step.listings === 'fail') return
  const failures = report.failures.filter((failure) => !failure.includes(Crashed.name))
  if (failures.length > 0) stage.checker.fail(`The sweep failed: ${failures.join()}`)
}

/** Performs a step that names a file by id or by path. */
async function changeFile(
  context: CommandContext,
  step: StepOf<'remove' | 'restore' | 'restoreVersion' | 'update' | 'copy' | 'read'>,
): Promise<unknown> {
  const { stage, ports, command } = context
  const id = pickId(context, step.pick)
  if (id === undefined) return
  const caller = callerOf(context)
  const path = 'path' in step && step.path ? parsePath(step.path) : undefined
  switch (step.do) {
    case 'remove': {
      const name = path && !command.isForeign ? { path } : { id }
      const ifMatch = step.ifMatch && [checksumOf(stage.contents.get(id)?.bytes ?? Buffer.alloc(0))]
      return remove(ports, caller, name, { purge: step.purge, ...(ifMatch && { ifMatch }) })
    }
    case 'restore':
      return restore(ports, caller, id, { path, onConflict: step.onConflict })
    case 'restoreVersion':
      return restoreVersion(ports, caller, { id, versionId: id })
    case 'update': {
      const metadata = { n: step.metadata }
      return update(ports, caller, id, {
        ...(path && { path }),
        onConflict: step.onConflict,
        ...(step.metadata > 4 && { metadata }),
      })
    }
    case 'copy': {
      const source = stage.contents.get(id) ?? { kind: 'clean', bytes: Buffer.alloc(0) }
      const withId = { ...ports, newId: () => stage.newId(command.user, source) }
      const { onConflict } = step
      return copy(withId, caller, { id, path: parsePath(step.path), onConflict })
    }
    case 'read':
      return read(context, path && !command.isForeign ? { path } : { id })
  }
}

/** I1: checks that a read returns exactly the uploaded bytes, even during concurrent operations. */
async function read(context: CommandContext, name: FileName): Promise<void> {
  const { file, open } = await readContent(context.ports, callerOf(context), name)
  const read = await text(await open())
  const content = context.stage.contents.get(file.id)?.bytes.toString()
  if (read !== content)
    context.stage.checker.fail(`I1: the bytes of ${file.id}: found ${read}, expected ${content}`)
}

/**
 * Picks an existing file, counted from the newest; for a restore, one in the trash if there is any. One pick in eight
 * chooses among all ids ever generated.
 */
function pickId({ stage, command }: CommandContext, pick: number): FileId | undefined {
  const user = (command.user === 'ann') !== command.isForeign ? 'ann' : 'bob'
  const { files } = stage.checker.workspace(user)
  const trash = command.step.do.startsWith('restore')
    ? files.filter(({ deletedAt }) => deletedAt !== null)
    : []
  const existing = (trash.length > 0 ? trash : files).map(({ id }) => id).toReversed()
  const ids = pick % 8 === 7 || existing.length === 0 ? stage.ids[user] : existing
  return ids[pick % ids.length]
}

function callerOf({ command }: Pick<CommandContext, 'command'>) {
  return { workspaceId: command.user }
}

function targetOf(
  stage: Stage,
  command: Command,
  { path, condition }: StepOf<'upload' | 'open'>,
): UploadTarget {
  const target = {
    path: parsePath(path),
    mimeType: 'text/plain',
    metadata: {},
    origin: 'user-upload',
  } as const
  const owner = ownerOf(stage.checker.workspace(command.user), target.path)
  const conditions: Record<Condition, Partial<UploadTarget>> = {
    create: {},
    rename: { onConflict: 'rename' },
    overwrite: { onConflict: 'replace' },
    absent: { onConflict: 'replace', mustBeAbsent: true },
    any: { onConflict: 'replace', mustReplace: '*' },
    this: { onConflict: 'replace', mustReplace: [owner?.checksum ?? checksumOf(Buffer.from('?'))] },
    other: { onConflict: 'replace', mustReplace: [checksumOf(Buffer.from('!'))] },
  }
  return { ...target, onConflict: 'fail', ...conditions[condition] }
}
