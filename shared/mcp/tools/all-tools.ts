import type { Tool } from '../tool.ts'
import { copyTool } from './copy.ts'
import { createUploadTool } from './create-upload.ts'
import { deleteTool } from './delete.ts'
import { downloadUrlTool } from './download-url.ts'
import { editTool } from './edit.ts'
import { findBlockTool } from './find-block.ts'
import { getTool } from './get.ts'
import { importTool } from './import.ts'
import { listTool } from './list.ts'
import { moveTool } from './move.ts'
import { readTool } from './read.ts'
import { restoreTool } from './restore.ts'
import { runBlockTool } from './run-block.ts'
import { searchTool } from './search.ts'
import { writeTool } from './write.ts'

/** Every tool of files, in the order of the list that models get. */
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

/** The tools of blocks, where the server runs blocks. They need the scope `blocks:run`. */
export const blockTools: readonly Tool[] = [findBlockTool, runBlockTool]
