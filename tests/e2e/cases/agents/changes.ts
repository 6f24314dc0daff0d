import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { eicar } from '../../../support/files/eicar.ts'
import { agentOf } from '../../support/agent.ts'
import type { Api } from '../../support/api.ts'

const run = promisify(execFile)

/** A directory in which an agent runs command lines. */
async function openShell() {
  const directory = await mkdtemp(join(tmpdir(), 'coffer-agent-'))
  return {
    write: (name: string, content: string) => writeFile(join(directory, name), content),
    read: (name: string) => readFile(join(directory, name), 'utf8'),
    run: (command: unknown) => run('sh', ['-c', String(command)], { cwd: directory }),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  }
}

/** The tools of agents that move files and bytes. */
export function mcpChangeCases(api: Api): void {
  describe('the tools that change files', () => {
    test('move and copy without reading, and refuse a taken path', async () => {
      const user = await api.newUser()
      const { id } = await user.store('/a.txt', 'a')
      await using agent = await agentOf(user)
      const moved = { file: '/a.txt', to: '/x/b.txt' }
      expect(await agent.done('move_workspace_file', moved)).toMatchObject({
        from: '/a.txt',
        path: '/x/b.txt',
        id,
      })
      const copied = { file: id, to: '/c.txt' }
      expect(await agent.done('copy_workspace_file', copied)).toMatchObject({ state: 'ready' })
      expect(await agent.refused('copy_workspace_file', copied)).toMatch(/^path-taken: .*overwrite/)
      expect(await agent.refused('move_workspace_file', { file: id, to: '/c.txt' })).toMatch(
        /^path-taken: /,
      )
      await agent.done('copy_workspace_file', { ...copied, overwrite: true })
      expect(await agent.refused('move_workspace_file', { file: '/x/', to: '/y/' })).toMatch(
        /^unsupported-type: .*names a folder/,
      )
      expect(await user.text('/c.txt')).toBe('a')
    })

    test('find a file without ready bytes by its path', async () => {
      const user = await api.newUser()
      await user.store('/a.txt', 'first')
      await using agent = await agentOf(user)
      await agent.done('delete_workspace_file', { file: '/a.txt' })
      await user.store('/a.txt', 'second')
      await agent.done('delete_workspace_file', { file: '/a.txt' })
      await agent.done('delete_workspace_file', { file: '/a.txt' })
      await agent.done('restore_workspace_file', { file: '/a.txt' })
      expect(await user.text('/a.txt')).toBe('second')
      await user.put('/evil.com', eicar(), { headers: { prefer: 'wait=30' } })
      const evil = { file: '/evil.com' }
      expect(await agent.done('get_workspace_file', evil)).toMatchObject({ state: 'infected' })
      await agent.done('delete_workspace_file', evil)
      const list = await agent.done('list_workspace_files', {})
      expect(list).toMatchObject({ total: 1 })
    })

    test('delete into the trash, and restore', async () => {
      const user = await api.newUser()
      const { id } = await user.store('/a.txt', 'a')
      await using agent = await agentOf(user)
      const deleted = await agent.done('delete_workspace_file', { file: '/a.txt' })
      expect(deleted).toEqual({ path: '/a.txt', id, restorableUntil: expect.any(String) })
      await agent.done('delete_workspace_file', { file: id })
      const trash = await agent.done('list_workspace_files', { deleted: true, detail: 'full' })
      expect(trash).toMatchObject({ records: [{ path: '/a.txt', id }], total: 1 })
      await user.store('/a.txt', 'another')
      expect(await agent.refused('restore_workspace_file', { file: id })).toMatch(/^path-taken/)
      const restored = await agent.done('restore_workspace_file', { file: id, to: '/old.txt' })
      expect(restored).toMatchObject({ path: '/old.txt', state: 'ready' })
      expect(await user.text('/old.txt')).toBe('a')
    })

    test('send and save bytes by the commands that the tools print', async () => {
      const user = await api.newUser()
      await using agent = await agentOf(user)
      const content = `it's ${'x'.repeat(100_000)}`
      const path = "/it's.txt"
      const ticket = await agent.done('create_workspace_upload', {
        path,
        sizeBytes: content.length,
      })
      expect(ticket['command']).toMatch(/^curl -sS --fail -T 'FILE' '/)
      await using shell = await openShell()
      await shell.write('local file.txt', content)
      await shell.run(String(ticket['command']).replace('FILE', 'local file.txt'))
      const done = await agent.done('get_workspace_file', { file: ticket['id'], waitSeconds: 30 })
      expect(done).toMatchObject({ path, state: 'ready', sizeBytes: content.length })
      const link = await agent.done('get_workspace_download_url', { file: path })
      await shell.run(link['command'])
      expect(await shell.read("it's.txt")).toBe(content)
    })

    test('import a data URI, and refuse a local path', async () => {
      const user = await api.newUser()
      await using agent = await agentOf(user)
      const source = 'data:text/csv,a%2Cb'
      const imported = await agent.done('import_workspace_file', { source, path: '/d.csv' })
      expect(imported).toMatchObject({ path: '/d.csv', mimeType: 'text/csv', state: 'ready' })
      expect(await agent.refused('import_workspace_file', { source: '/etc/passwd' })).toContain(
        'create_workspace_upload',
      )
    })
  })
}
