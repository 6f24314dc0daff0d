import type { Operations } from '../operation.ts'
import { blockOperations } from './blocks.ts'
import { changeOperations } from './change.ts'
import { eventOperations } from './events.ts'
import { folderOperations } from './folders.ts'
import { mcpOperations } from './mcp.ts'
import { operateOperations } from './operate.ts'
import { readOperations } from './read.ts'
import { shareOperations } from './shares.ts'
import { storageOperations } from './storage.ts'
import { uploadOperations } from './upload.ts'

/** Every operation of the API. The functions do not load it, because only the document needs it. */
export const allOperations: Operations = {
  ...uploadOperations,
  ...readOperations,
  ...blockOperations,
  ...changeOperations,
  ...folderOperations,
  ...mcpOperations,
  ...eventOperations,
  ...operateOperations,
  ...shareOperations,
  ...storageOperations,
}
