import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { Server, ServerCredentials, type UntypedServiceImplementation } from '@grpc/grpc-js'
import { expect, test } from 'vitest'
import { leastSettings, place } from './simulate.ts'

const infra = fileURLToPath(new URL('..', import.meta.url))
const require = createRequire(import.meta.url)
const proto = (name: string) => require(`@pulumi/pulumi/proto/${name}`)
const { RegisterResourceResponse, SupportsFeatureResponse, ResourceInvokeResponse } =
  proto('resource_pb.js')
const { Empty } = require('google-protobuf/google/protobuf/empty_pb.js')
const { Struct } = require('google-protobuf/google/protobuf/struct_pb.js')

interface Call {
  request: {
    getType(): string
    getName(): string
    getMessage(): string
    getSeverity(): number
    getObject(): unknown
  }
}
type Callback = (error: Error | null, answer: unknown) => void

/** `pulumirpc.LogSeverity`. */
const warning = 2

/** The methods of the engine's two services that a preview calls. */
function engine(registered: string[], logged: string[]): Server {
  const server = new Server()
  const monitor: UntypedServiceImplementation = {
    supportsFeature: (_: Call, answer: Callback) => answer(null, new SupportsFeatureResponse()),
    invoke: (_: Call, answer: Callback) =>
      answer(null, new ResourceInvokeResponse().setReturn(Struct.fromJavaScript({ number: '1' }))),
    registerResource: ({ request }: Call, answer: Callback) => {
      const [type, name] = [request.getType(), request.getName()]
      registered.push(`${type} ${name}`)
      const response = new RegisterResourceResponse()
      response.setUrn(`urn:pulumi:test::coffer::${type}::${name}`)
      response.setObject(request.getObject())
      answer(null, response)
    },
    registerResourceOutputs: (_: Call, answer: Callback) => answer(null, new Empty()),
    signalAndWaitForShutdown: (_: Call, answer: Callback) => answer(null, new Empty()),
  }
  const log: UntypedServiceImplementation = {
    log: ({ request }: Call, answer: Callback) => {
      if (request.getSeverity() >= warning) logged.push(request.getMessage())
      answer(null, new Empty())
    },
    requirePulumiVersion: (_: Call, answer: Callback) => answer(null, new Empty()),
  }
  server.addService(proto('resource_grpc_pb.js').ResourceMonitorService, monitor)
  server.addService(proto('engine_grpc_pb.js').EngineService, log)
  return server
}

test('the entry point of Pulumi runs the unmodified program in a preview', async () => {
  const registered: string[] = []
  const logged: string[] = []
  const server = engine(registered, logged)
  const port = await new Promise<number>((resolve, reject) => {
    const credentials = ServerCredentials.createInsecure()
    server.bindAsync('127.0.0.1:0', credentials, (error, port) =>
      error ? reject(error) : resolve(port),
    )
  })
  try {
    const address = `127.0.0.1:${port}`
    const config = {
      'gcp:project': place.project,
      'gcp:region': place.region,
      ...Object.fromEntries(
        Object.entries(leastSettings).map(([key, value]) => [
          `coffer:${key}`,
          JSON.stringify(value),
        ]),
      ),
    }
    const entry = require.resolve('@pulumi/pulumi/cmd/run')
    const child = spawn(
      process.execPath,
      [
        entry,
        `--monitor=${address}`,
        `--engine=${address}`,
        '--project=coffer',
        '--stack=test',
        `--pwd=${infra}`,
        '--dry-run',
        '--parallel=8',
        'main.ts',
      ],
      {
        cwd: infra,
        env: {
          PATH: process.env['PATH'] ?? '',
          PULUMI_NODEJS_TYPESCRIPT: 'false',
          PULUMI_CONFIG: JSON.stringify(config),
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    const [out, err, [status]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'exit') as Promise<[number]>,
    ])
    expect(`${logged.join('\n')}${out}${err}`).toBe('')
    expect(status).toBe(0)
    expect(registered).toContain('gcp:eventarc/trigger:Trigger scan')
    expect(registered).toContain('gcp:cloudrunv2/service:Service api')
    expect(registered.length).toBeGreaterThan(100)
  } finally {
    server.forceShutdown()
  }
})
