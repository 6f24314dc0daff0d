export type { CofferFileAttributes } from './attributes.ts'
export { CofferFile, type CofferFileEvents } from './coffer-file.ts'
export {
  clientOf,
  createClient,
  type ClientOptions,
  type FileClient,
  type FileLink,
} from './client.ts'
export { seenBy, type SeenBy, type SeenMessage, type SeenOptions } from './seen-by.ts'
export type { FileState, WorkspaceFile } from './states.ts'
export type { Target } from './reference.ts'
