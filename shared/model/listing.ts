import type { FileRecord, FileState, Origin } from './file.ts'
import type { SessionId } from './ids.ts'

export type ListPosition = { sequence: number } | { path: string; sequence: number }

export interface ListQuery {
  workspaceId: string
  prefix?: string
  folders?: boolean
  sessionId?: SessionId
  state?: FileState
  origin?: Origin
  nameContains?: string
  deleted: boolean
  sort: 'created' | 'path'
  descending: boolean
  limit: number
  after?: ListPosition
  offset?: number
  total?: boolean
}

export interface ListPage {
  files: FileRecord[]
  folders: string[]
  next?: ListPosition
  total?: number
}
