import { createHash } from 'node:crypto'
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { rolldown } from 'rolldown'

/**
 * Builds the file browser (`npm run build:web`): one script, one style sheet and the fonts, with names that change with their
 * bytes. `npm start` builds it into `.cache/web`, Firebase Hosting serves `web/dist`.
 */
const { values } = parseArgs({ options: { directory: { type: 'string', default: 'web/dist' } } })
const { directory } = values

const project = fileURLToPath(new URL('../', import.meta.url))
const web = join(project, 'web')
/** In the order of the cascade. */
const sheets = [
  'tokens',
  'base',
  'parts',
  'frame',
  'list',
  'panels',
  'blocks',
  'overlays',
  'narrow',
]
const scripts = ['latin', 'latin-ext', 'cyrillic']

await rm(directory, { recursive: true, force: true })
await mkdir(join(directory, 'assets'), { recursive: true })

const replaced = new Map([
  ['app.js', await buildScript()],
  ['app.css', await buildStyle()],
  ['icon.svg', 'icon.svg'],
])
await cp(join(web, 'icon.svg'), join(directory, 'icon.svg'))
const page = await readFile(join(web, 'index.html'), 'utf8')
const built = page.replace(/(?<=(?:src|href)=")[\w.]+(?=")/g, (name) => replaced.get(name) ?? name)
await writeFile(join(directory, 'index.html'), built)
process.stdout.write(`The file browser is built in ${directory}\n`)

async function buildScript(): Promise<string> {
  await using bundle = await rolldown({
    cwd: project,
    platform: 'browser',
    input: join(web, 'app.tsx'),
    tsconfig: join(web, 'tsconfig.json'),
  })
  const { output } = await bundle.write({
    dir: join(directory, 'assets'),
    format: 'esm',
    minify: true,
    // Of the annotations alone, 585 remain in a minified script.
    comments: false,
    entryFileNames: 'app-[hash].js',
    chunkFileNames: '[name]-[hash].js',
  })
  return `assets/${output[0].fileName}`
}

async function buildStyle(): Promise<string> {
  const texts = await Promise.all(
    sheets.map((name) => readFile(join(web, 'styles', `${name}.css`), 'utf8')),
  )
  const lines = texts.join('\n').split('\n')
  let style = lines.map((line) => line.trim()).join('\n')
  for (const script of scripts) {
    const name = `inter-${script}-wght-normal.woff2`
    const from = import.meta.resolve(`@fontsource-variable/inter/files/${name}`)
    style = style.replace(`fonts/${name}`, await keep(await readFile(new URL(from)), name))
  }
  return `assets/${await keep(Buffer.from(style), 'app.css')}`
}

/** Writes a file whose name has a digest of its bytes, and resolves to the name. */
async function keep(bytes: Buffer, name: string): Promise<string> {
  const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 8)
  const hashed = name.replace(/\.(\w+)$/, `-${digest}.$1`)
  await writeFile(join(directory, 'assets', hashed), bytes)
  return hashed
}
