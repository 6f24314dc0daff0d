import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const staticImport = /^(?:import|export)\s(?!type\b)[^']*?from '(\.[^']+)'/gm
const anyImport = /(?:^(?:import|export)\s(?!type\b)[^']*?from |import\()'(\.[^']+)'/gm

/** The source files that a file loads, at once or with `import()`. */
function loadedBy(file: string, imports: RegExp): Set<string> {
  const loaded = new Set([file])
  for (const name of loaded) {
    for (const [, path = ''] of readFileSync(join(root, name), 'utf8').matchAll(imports)) {
      if (path.endsWith('.ts')) loaded.add(join(dirname(name), path))
    }
  }
  return loaded
}

const ofBlocks = (files: Iterable<string>) =>
  [...files].filter((file) => /^(?:shared\/)?blocks\//.test(file))

const functions = globSync('functions/{*,*/*}.ts', { cwd: root }).filter(
  (file) => !/^functions\/(?:blocks|host)\/|^functions\/(?:index|local)\.ts$/.test(file),
)

test('the function blocks loads blocks', () => {
  expect(ofBlocks(loadedBy('functions/host/open-blocks.ts', anyImport))).toContain(
    'blocks/index.ts',
  )
  expect(functions).toContain('functions/mcp.ts')
})

test.each(functions)('%s does not load blocks, also not later', (file) => {
  expect(ofBlocks(loadedBy(file, anyImport))).toEqual([])
})

test('the programs that serve functions load blocks only for the function blocks', () => {
  for (const file of ['functions/index.ts', 'functions/local.ts', 'functions/host/routes.ts']) {
    expect(ofBlocks(loadedBy(file, staticImport))).toEqual([])
  }
})
