import { glob } from 'node:fs/promises'
import { createRequire, enableCompileCache, flushCompileCache } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import type * as Api from '@google-cloud/firestore-api'
import type * as Gax from 'google-gax'

/**
 * Fills the compile cache of the functions, so that their instances start faster. Run at build time with the directory that
 * `NODE_COMPILE_CACHE` names at run time. Set `NODE_COMPILE_CACHE_PORTABLE=1` for both if the code is moved after the build.
 * Node ignores a cache from another version of Node or another kind of processor.
 */
const { values } = parseArgs({
  options: {
    directory: { type: 'string', default: '.cache/compile' },
    /** The directory of `npm run bundle`, to compile it instead of the sources. */
    bundle: { type: 'string' },
  },
})
const { directory = values.directory } = enableCompileCache({
  directory: values.directory,
  portable: true,
})

const project = new URL('../', import.meta.url)
const code = values.bundle === undefined ? project : pathToFileURL(`${resolve(values.bundle)}/`)
const files = values.bundle === undefined ? '{functions,shared}/**/*.ts' : '*.js'
for await (const file of glob(files, { cwd: code })) {
  // Importing a command runs it.
  if (!file.endsWith('-now.ts')) await import(new URL(file, code).href)
}

// Modules that Google's clients and the framework load at their first use.
const require = createRequire(import.meta.url)
const ofFirestore = createRequire(require.resolve('@google-cloud/firestore'))
const { grpc } = ofFirestore('google-gax') as typeof Gax
const { v1 } = ofFirestore('@google-cloud/firestore-api') as typeof Api
const sslCreds = grpc.credentials.createInsecure()
const client = new v1.FirestoreClient({
  projectId: 'none',
  servicePath: 'localhost',
  port: 1,
  sslCreds,
})
await client.initialize()
await client.close()
const framework = require.resolve('@google-cloud/functions-framework/testing')
for (const part of ['testing', 'loader', 'options', 'invoker', 'server', 'logger'])
  require(new URL(`./${part}.js`, pathToFileURL(framework)).pathname)
await import('read-package-up')

flushCompileCache()
process.stdout.write(`The functions are compiled in ${directory}\n`)
process.exit()
