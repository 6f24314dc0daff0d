import type { Tool } from '../tool.ts'
import { copyTool } from './copy.ts'
import { createUploadTool } from './create-upload.ts'
import { deleteTool } from './delete.ts'
import { downloadUrlTool } from './download-url.ts'
import { editTool } from './edit.ts'
import { getTool } from './get.ts'
import { importTool } from './import.ts'
import { listTool } from './list.ts'
import { moveTool } from './move.ts'
import { readTool } from './read.ts'
import { restoreTool } from './restore.ts'
import { searchTool } from './search.ts'
import { writeTool } from './write.ts'

/** Every tool, in the order of the list that models get. */
export const allTools: readonly Tool[] = [
  listTool,
  readTool,
  searchTool,
  getTool,
  writeTool,
  editTool,
  moveTool,
  copyTool,
  deleteTool,
  restoreTool,
  createUploadTool,
  importTool,
  downloadUrlTool,
]
