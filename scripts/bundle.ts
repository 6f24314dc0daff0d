import { globSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { rolldown } from 'rolldown'

/**
 * Bundles the functions for the image (`npm run bundle`). All functions share the chunks; an instance loads only those of its
 * function, as with the sources. Packages with native code, and Google's clients, stay in `node_modules`.
 */
const { values } = parseArgs({
  options: {
    directory: { type: 'string', default: 'bundle' },
    /** Modules to bundle in place of the programs of the image, under their own names. */
    input: { type: 'string', multiple: true },
  },
})

const image = {
  main: 'functions/host/serve-function.ts',
  render: 'functions/host/render-host.ts',
  // `render` starts it as a process, from its own directory.
  'image-process': 'shared/adapters/preview/image-process.ts',
}

const project = fileURLToPath(new URL('../', import.meta.url))
// Blocks start these as processes.
const processes = globSync('blocks/**/*-process.ts', { cwd: project })
const programsOfBlocks = Object.fromEntries(processes.map((path) => [basename(path, '.ts'), path]))
if (Object.keys(programsOfBlocks).length < processes.length) {
  throw new Error('Two programs of blocks have the same name')
}
const bundle = await rolldown({
  cwd: project,
  platform: 'node',
  input: values.input ?? { ...image, ...programsOfBlocks },
  external: [
    /^@google-cloud\//,
    /^google-auth-library$/,
    /^@opentelemetry\//,
    /^@node-rs\//,
    'sharp',
  ],
})
await rm(values.directory, { recursive: true, force: true })
const { output } = await bundle.write({
  dir: values.directory,
  format: 'esm',
  sourcemap: true,
  chunkFileNames: '[name].js',
})
const chunks = output.filter(({ type }) => type === 'chunk')
process.stdout.write(`The functions are bundled in ${values.directory} (${chunks.length} files)\n`)
