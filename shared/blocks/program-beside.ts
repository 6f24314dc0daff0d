import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * The path of a program of Node in the folder of a module, compiled or not: `context.run('node', [programBeside(import.meta.url,
 * 'sharp-process'), …])`. In a sandbox the program can read its folder and packages, and nothing else of the project.
 */
export function programBeside(moduleUrl: string, name: string): string {
  return fileURLToPath(new URL(`./${name}${extname(new URL(moduleUrl).pathname)}`, moduleUrl))
}
