import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { blocks } from '../blocks/index.ts'
import { openRegistry } from '../shared/blocks/registry.ts'
import { incompatibilities, releaseOf, type ReleasedBlock } from './block-compatibility.ts'

/** `npm run blocks:catalog` writes new blocks and compatible changes into `blocks/catalog.json`. Refuses incompatible ones. */
const path = fileURLToPath(new URL('../blocks/catalog.json', import.meta.url))
const released = JSON.parse(await readFile(path, 'utf8')) as ReleasedBlock[]
const registry = openRegistry(blocks)
const broken = released.flatMap((block) => incompatibilities(block, registry.get(block.id)))
if (broken.length > 0) {
  process.stderr.write(
    `${broken.join('\n')}\nAn incompatible change is a new block, with a new id and "replaces".\n`,
  )
  process.exitCode = 1
} else {
  await writeFile(path, `${JSON.stringify(registry.all().map(releaseOf), null, 2)}\n`)
}
