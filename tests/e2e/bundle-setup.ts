import type { TestProject } from 'vitest/node'
import { bundle } from '../support/bundle.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The directory of the image's programs. */
    imageBundle: string
  }
}

/** Bundles the programs of the image once for all test files. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { directory, ...bundled } = await bundle()
  project.provide('imageBundle', directory)
  return async () => bundled[Symbol.asyncDispose]()
}
