import { execFile } from 'node:child_process'
import { setImmediate } from 'node:timers/promises'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { jsonLog, logLine } from '../../shared/observability/json-log.ts'

const trace = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' }

describe('a log line', () => {
  test('has the fields of Cloud Logging: severity, message, request, trace, labels', () => {
    const httpRequest = {
      requestMethod: 'GET',
      requestUrl: 'https://files.example/healthz',
      status: 200,
      latency: '0.012000s',
    } as const
    const line = logLine(
      {
        severity: 'INFO',
        message: 'GET /healthz 200',
        requestId: 'r-1',
        trace: { ...trace, sampled: true },
        httpRequest,
        verdict: 'clean',
      },
      'my-project',
    )
    expect(JSON.parse(line)).toEqual({
      time: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      severity: 'INFO',
      message: 'GET /healthz 200',
      httpRequest,
      verdict: 'clean',
      'logging.googleapis.com/labels': { requestId: 'r-1' },
      'logging.googleapis.com/trace': `projects/my-project/traces/${trace.traceId}`,
      'logging.googleapis.com/spanId': trace.spanId,
      'logging.googleapis.com/trace_sampled': true,
    })
  })

  test('has the plain trace id without a project, and no trace fields without a trace', () => {
    const entry = { severity: 'INFO', message: 'Swept' } as const
    const traced = logLine({ ...entry, trace: { ...trace, sampled: false } }, undefined)
    expect(JSON.parse(traced)).toMatchObject({
      'logging.googleapis.com/trace': trace.traceId,
      'logging.googleapis.com/trace_sampled': false,
    })
    expect(logLine(entry, 'p')).not.toContain('logging.googleapis.com')
  })

  test('truncates long texts at any depth', () => {
    const long = `${'x'.repeat(1023)}😀${'x'.repeat(200_000)}`
    const line = logLine(
      {
        severity: 'ERROR',
        message: long,
        requestId: long,
        userId: long,
        stack_trace: long,
        httpRequest: {
          requestMethod: long,
          requestUrl: long,
          status: 200,
          latency: '1s',
          userAgent: long,
          requestSize: long,
        },
      },
      undefined,
    )
    expect(line.length).toBeLessThan(26_000)
    const { message } = JSON.parse(line) as { message: string }
    expect(message).toBe(`${'x'.repeat(1023)}\ufffd…`)
  })

  test('is a single line for any text', () => {
    const entry = { severity: 'ERROR', message: 'a\nb', stack_trace: 'c\r\nd\u2028' } as const
    expect(logLine(entry, undefined)).not.toMatch(/[\r\n]/)
  })
})

/** Records the number of lines of each write. */
function watchWrites(): number[] {
  const writes: number[] = []
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    writes.push(String(text).split('\n').length - 1)
    return true
  })
  return writes
}

describe('the log', () => {
  afterEach(() => vi.restoreAllMocks())

  test('writes the lines of one turn of the event loop together', async () => {
    const writes = watchWrites()
    const log = jsonLog(undefined)
    for (let i = 0; i < 3; i++) log({ severity: 'INFO', message: 'one' })
    await setImmediate()
    log({ severity: 'INFO', message: 'two' })
    await setImmediate()
    expect(writes).toEqual([3, 1])
  })

  test('writes an error at once, after the lines before it', () => {
    const writes = watchWrites()
    const log = jsonLog(undefined)
    log({ severity: 'INFO', message: 'before' })
    log({ severity: 'ERROR', message: 'failed' })
    expect(writes).toEqual([2])
  })

  test('keeps at most 64 KiB of lines', async () => {
    const writes = watchWrites()
    const log = jsonLog(undefined)
    for (let i = 0; i < 100; i++) log({ severity: 'INFO', message: 'x'.repeat(900) })
    expect(writes).toHaveLength(1)
    await setImmediate()
  })

  test.each(['process.exit()', 'throw new Error("failed")', ''])(
    'writes all lines of a process that ends: %s',
    async (end) => {
      const module = new URL('../../shared/observability/json-log.ts', import.meta.url)
      const program = `
        import { jsonLog } from ${JSON.stringify(module)}
        for (let i = 0; i < 50; i++) jsonLog(undefined)({ severity: 'INFO', message: 'line ' + i })
        ${end}`
      const args = ['--input-type=module', '--eval', program]
      const { promise, resolve } = Promise.withResolvers<string>()
      execFile(process.execPath, args, (_, stdout) => resolve(stdout))
      expect((await promise).trim().split('\n')).toHaveLength(50)
    },
  )
})
