import { modifiedAtOf, type ReadyFile } from '../model/file.ts'
import { stateOf, type Share } from '../model/shares/share.ts'
import type { SharedFileView, ShareView } from './answers/shares.ts'

/** A share as its owner sees it. */
export function shareView(share: Share, now: Date): ShareView {
  const { id, workspaceId: _, session: __, target, ...rest } = share
  return { id, ...target, state: stateOf(share, now), ...rest }
}

/** A file as the holder of a link sees it: without id, path and metadata. */
export function sharedFileView(file: ReadyFile, name: string): SharedFileView {
  const { sizeBytes, mimeType, checksum } = file
  return { name, sizeBytes, mimeType, modifiedAt: modifiedAtOf(file), checksum }
}
