import type { TestProject } from 'vitest/node'
import { bundleServer } from './server-process.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The program of the server with crash points. */
    crashingServer: string
  }
}

/** Bundles the server with crash points once for all test files. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { program, ...bundled } = await bundleServer()
  project.provide('crashingServer', program)
  return async () => bundled[Symbol.asyncDispose]()
}
