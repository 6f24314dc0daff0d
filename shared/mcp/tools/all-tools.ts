import type { Tool } from '../tool.ts'
import { getTool } from './get.ts'
import { listTool } from './list.ts'
import { readTool } from './read.ts'

/** Every tool, in the order of the list that models get. */
export const allTools: readonly Tool[] = [listTool, readTool, getTool]
