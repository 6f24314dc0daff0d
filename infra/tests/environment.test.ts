import { expect, test } from 'vitest'
import { environmentSchema } from '../../shared/config/config-schema.ts'
import { loadConfig, loadRenderConfig } from '../../shared/config/load-config.ts'
import { leftAtDefault } from '../program/services/environment.ts'
import { simulate } from './simulate.ts'
import { ofType, one, variables } from './resources.ts'

const everything = {
  topology: 'functions',
  corsOrigins: ['https://app.example.com'],
  publicUrl: 'https://files.example.com',
  quarantineDays: 30,
}
const oidc = {
  mode: 'oidc',
  issuer: 'https://issuer.example.com',
  audience: 'coffer',
  jwksUrl: 'https://issuer.example.com/jwks.json',
}
const resources = [...(await simulate({ ...everything, auth: oidc })), ...(await simulate())]
const services = ofType(resources, 'Service').filter(({ inputs }) => inputs['template'])
const functions = services.filter(({ name }) => name !== 'render')
const set = new Set(services.flatMap(({ inputs }) => Object.keys(variables(inputs))))
const read = Object.keys(environmentSchema.shape)

test('every variable that the configuration reads is set or listed in leftAtDefault', () => {
  const known = new Set([...set, ...Object.keys(leftAtDefault)])
  expect(read.filter((name) => !known.has(name))).toEqual([])
})

test('the configuration reads every variable that is set', () => {
  const known = new Set([...read, 'FUNCTION_TARGET', 'FUNCTION_SIGNATURE_TYPE'])
  expect([...set].filter((name) => !known.has(name))).toEqual([])
})

test('leftAtDefault lists only variables that are read and not set', () => {
  const left = Object.keys(leftAtDefault)
  expect(left.filter((name) => set.has(name) || !read.includes(name))).toEqual([])
})

test.each(functions.map(({ name, inputs }) => [name, inputs] as const))(
  '%s has a valid configuration on Cloud Run',
  (name, inputs) => {
    const given = Object.entries(variables(inputs)).map(([key, value]) => [key, value as string])
    const onCloudRun = { K_SERVICE: `coffer-${name}`, K_CONFIGURATION: `coffer-${name}` }
    const config = loadConfig({ ...Object.fromEntries(given), ...onCloudRun })
    expect(config.storage).toMatchObject({ kind: 'gcp', bucket: 'my-project-coffer-files' })
  },
)

test('render receives only the project, for its traces', async () => {
  const secrets = { OTEL_EXPORTER_OTLP_HEADERS: { secret: 'otel', version: '3' } }
  const render = variables(one(await simulate({ secrets }), 'Service', 'render'))
  expect(render).toEqual({ GOOGLE_CLOUD_PROJECT: 'my-project' })
  const config = loadRenderConfig({ ...(render as Record<string, string>), K_SERVICE: 'render' })
  expect(config.projectId).toBe('my-project')
})

test('only functions that render receive the URL of render', () => {
  const told = functions.filter(({ inputs }) => 'RENDER_SERVICE_URL' in variables(inputs))
  expect(new Set(told.map(({ name }) => name))).toEqual(new Set(['upload', 'read', 'mcp', 'api']))
  for (const { inputs } of told) {
    expect(variables(inputs)['RENDER_SERVICE_URL']).toBe(
      'https://coffer-render-1234567890.europe-west1.run.app',
    )
  }
})

test('the scheduler calls sweep with the account and audience that sweep accepts', () => {
  const sweep = variables(one(resources, 'Service', 'sweep'))
  const job = one(resources, 'Job', 'sweep')
  expect(job['httpTarget']).toMatchObject({
    uri: `${sweep['SWEEP_AUDIENCE'] as string}/api/workspace/sweep`,
    oidcToken: {
      serviceAccountEmail: sweep['SWEEP_INVOKER'],
      audience: sweep['SWEEP_AUDIENCE'],
    },
  })
})

test('sweep trusts tokens verified by the platform because IAM admits only the scheduler', () => {
  const { name, invokerIamDisabled } = one(resources, 'Service', 'sweep')
  expect(variables(one(resources, 'Service', 'sweep'))['SWEEP_PLATFORM_VERIFIES_TOKENS']).toBe(
    'true',
  )
  expect(invokerIamDisabled ?? false).toBe(false)
  const members = ofType(resources, 'ServiceIamMember')
    .filter(({ inputs }) => inputs['name'] === name && inputs['role'] === 'roles/run.invoker')
    .map(({ inputs }) => inputs['member'])
  expect(members.length).toBeGreaterThan(0)
  expect(members).not.toContain('allUsers')
  expect(members).not.toContain('allAuthenticatedUsers')
})
