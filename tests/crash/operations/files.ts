import { newContent, perform, stateOf, type Actor } from '../actor.ts'
import { contentRoute, jsonOf, type Answer, type Call } from '../client.ts'
import { added, changed, stored, without, type Content, type State } from '../model.ts'

export interface UploadOptions {
  sizeBytes?: number
  infected?: boolean
  /** Only if the path is free. */
  create?: boolean
}

/** `PUT /content/{path}`. */
export async function put(
  actor: Actor,
  path: string,
  { create = false, ...options }: UploadOptions = {},
): Promise<void> {
  const { bytes, ...content } = newContent(path, options)
  await upload(actor, content, {
    request: `PUT ${contentRoute(path)}`,
    call: { body: bytes, headers: create ? { 'if-none-match': '*' } : {} },
    infected: options.infected ?? false,
  })
}

/** `POST /files`, a form. */
export async function post(
  actor: Actor,
  path: string,
  { create = false, ...options }: UploadOptions = {},
): Promise<void> {
  const { bytes, ...content } = newContent(path, options)
  const form = new FormData()
  form.set('file', new Blob([new Uint8Array(bytes)]), 'file.txt')
  form.set('path', path)
  form.set('overwrite', `${!create}`)
  const infected = options.infected ?? false
  await upload(actor, content, { request: 'POST /files', call: { body: form }, infected })
}

async function upload(
  actor: Actor,
  content: Content,
  how: {
    request: `${string} ${string}`
    call: Call
    infected: boolean
  },
): Promise<void> {
  const { infected, ...request } = how
  await perform(actor, {
    ...request,
    done: [infected ? 422 : 201],
    accepted: [202],
    after: (state, id) => {
      const version = { ...content, id }
      return infected ? added(state, version, 'infected') : stored(state, version)
    },
  })
}

/** `POST /uploads`. `send` sends the bytes. */
export async function open(
  actor: Actor,
  path: string,
  options: UploadOptions & { checksum?: string; complete?: (state: State) => State } = {},
): Promise<void> {
  const { bytes, ...content } = newContent(path, options)
  const { checksum, create = false, infected = false } = options
  const answer = await perform(actor, {
    request: 'POST /uploads',
    call: {
      json: { path, sizeBytes: bytes.length, overwrite: !create, ...(checksum && { checksum }) },
    },
    done: [202],
    after: (state, id) => added(state, { ...content, id }, 'open'),
  })
  const ticket = jsonOf(answer) as { file: { id: string }; upload: { url: string } } | undefined
  if (!ticket?.upload) return
  const { id } = ticket.file
  const complete = (state: State) => {
    const others = without(state, id)
    const version = { ...content, id }
    return infected ? added(others, version, 'infected') : stored(others, version)
  }
  const route = `/uploads/${new URL(ticket.upload.url).pathname.split('/').at(-1)}` as const
  actor.session = { route, id, bytes, storedBytes: 0, complete: options.complete ?? complete }
}

/** Sends the next bytes of the open upload, up to `end` (exclusive). */
export async function send(actor: Actor, end?: number): Promise<Answer> {
  const { session } = actor
  if (!session) throw new Error('There is no open upload')
  const { bytes, storedBytes, complete, route, id } = session
  const upTo = end ?? bytes.length
  const isLast = upTo === bytes.length
  const answer = await perform(actor, {
    request: `PUT ${route}`,
    call: {
      body: bytes.subarray(storedBytes, upTo),
      headers: { 'content-range': `bytes ${storedBytes}-${upTo - 1}/${bytes.length}` },
    },
    done: isLast ? [] : [308],
    accepted: isLast ? [200] : [],
    id,
    after: isLast ? complete : (state) => state,
  })
  if (answer.status === 308) session.storedBytes = upTo
  if (answer.status === 200) actor.session = undefined
  return answer
}

/** `DELETE /files/{id}`: moves a file to the trash, or cancels an open upload. */
export async function remove(actor: Actor, id: string): Promise<void> {
  const isOpen = stateOf(actor).some((version) => version.id === id && version.place === 'open')
  await perform(actor, {
    request: `DELETE /files/${id}`,
    done: [204],
    after: (state) => (isOpen ? without(state, id) : changed(state, { id }, { place: 'trash' })),
  })
  if (actor.session?.id === id) actor.session = undefined
}

export async function purge(actor: Actor, id: string): Promise<void> {
  await perform(actor, {
    request: `DELETE /files/${id}?purge=true`,
    done: [204],
    after: (state) => without(state, id),
  })
}

export async function restore(actor: Actor, id: string, path: string): Promise<void> {
  await perform(actor, {
    request: `POST /files/${id}/restore`,
    call: { json: { path } },
    done: [200],
    after: (state) => changed(state, { id }, { place: 'live', path }),
  })
}

export async function move(actor: Actor, id: string, path: string): Promise<void> {
  await perform(actor, {
    request: `PATCH /files/${id}`,
    call: { json: { path } },
    done: [200],
    after: (state) => changed(state, { id }, { path }),
  })
}

/** `POST /files/{id}/copy`, replacing what is at the path. */
export async function copy(actor: Actor, id: string, path: string): Promise<void> {
  const source = stateOf(actor).find((version) => version.id === id)
  if (!source) throw new Error(`There is no version ${id}`)
  const { checksum, sizeBytes } = source
  await perform(actor, {
    request: `POST /files/${id}/copy`,
    call: { json: { path, overwrite: true } },
    done: [201],
    after: (state, copied) => stored(state, { id: copied, path, checksum, sizeBytes }),
  })
}
