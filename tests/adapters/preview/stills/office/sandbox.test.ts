import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { programLimits } from '../../../../../shared/adapters/preview/bounds.ts'
import { runLimited } from '../../../../../shared/adapters/programs/limited-process.ts'
import { sandboxed } from '../../../../../shared/adapters/preview/stills/office/sandbox.ts'
import { isSandboxForbidden } from '../../../programs/sandbox-forbidden.ts'
import { temporaryDirectory } from '../../../../support/disk-store.ts'

/** Runs a shell script in the sandbox. Returns its output. */
async function run(directory: string, script: string): Promise<string> {
  const signal = AbortSignal.timeout(20_000)
  const command = await sandboxed('sh', { directory, isSealed: false, signal })
  if (!command) throw new Error('No sandbox')
  const ended = await runLimited({
    program: command.program,
    args: [...command.args, '-c', script],
    directory,
    limits: programLimits,
    maxOutputBytes: 65_536,
    signal,
  })
  return ended.how === 'exit' ? ended.output.toString().trim() : ended.how
}

describe.skipIf(isSandboxForbidden())('the sandbox', () => {
  test('shows only the directory, programs and fonts', async () => {
    await using directory = await temporaryDirectory()
    await using other = await temporaryDirectory()
    await writeFile(join(other.path, 'secret'), 'secret')
    await writeFile(join(directory.path, 'source'), 'source')
    const script = `cat source; for path in ${other.path}/secret /etc/passwd /proc/1/root${other.path}/secret; do cat $path; done; ls /home /root /var/log; echo x >result; echo x >/usr/x`
    expect(await run(directory.path, script)).toBe('source')
    expect((await readFile(join(directory.path, 'result'))).toString()).toBe('x\n')
  })

  test('has no network', async () => {
    await using directory = await temporaryDirectory()
    let connections = 0
    const server = createServer((socket) => {
      connections += 1
      socket.destroy()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const connect = `perl -MIO::Socket::INET -e 'print IO::Socket::INET->new("127.0.0.1:${port}") ? "open" : "closed"'`
    expect(execFileSync('sh', ['-c', connect]).toString()).toBe('open')
    expect(await run(directory.path, connect)).toBe('closed')
    server.close()
    expect(connections).toBeLessThanOrEqual(1)
  })

  test('ends with its process', async () => {
    await using directory = await temporaryDirectory()
    const signal = AbortSignal.timeout(1500)
    const command = await sandboxed('sleep', { directory: directory.path, isSealed: false, signal })
    const ended = await runLimited({
      program: command?.program ?? '',
      args: [...(command?.args ?? []), '3123'],
      directory: directory.path,
      limits: programLimits,
      maxOutputBytes: 100,
      signal,
    })
    expect(ended).toEqual({ how: 'time' })
    expect(execFileSync('ps', ['-eo', 'args']).toString()).not.toMatch(/^sleep 3123$/m)
  })
})
