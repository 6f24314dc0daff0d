import { runtime } from '@pulumi/pulumi'
import { createDeployment } from '../program/deployment.ts'
import { checked } from '../program/settings.ts'

/** A resource that the program registers. */
export interface Simulated {
  type: string
  name: string
  inputs: Record<string, unknown>
  protect: boolean
  /** Dependencies, as `{type} {name}`. */
  dependsOn: string[]
}

export const place = { project: 'my-project', region: 'europe-west1' }

export const leastSettings = {
  alertEmails: ['alerts@example.com'],
  budget: { billingAccount: '012345-6789AB-CDEF01', monthly: 50 },
  auth: { mode: 'firebase' },
}

/** Runs the program with the mocks of the engine. Resolves to the resources that it registers. */
export async function simulate(settings: Record<string, unknown> = {}): Promise<Simulated[]> {
  const resources: Simulated[] = []
  await runtime.setMocks(
    {
      newResource({ type, name, inputs }) {
        return { id: `${name}-id`, state: { ...inputs, ...outputsOf(type, name, inputs) } }
      },
      call: ({ token }) => answers[token] ?? {},
    },
    'coffer',
    'test',
  )
  observe((request) => {
    if (!request.getCustom()) return
    resources.push({
      type: request.getType(),
      name: request.getName(),
      inputs: request.getObject()?.toJavaScript() as Record<string, unknown>,
      protect: request.getProtect(),
      dependsOn: request.getDependenciesList().map(keyOf),
    })
  })
  createDeployment(checked({ ...leastSettings, ...settings }, place))
  await runtime.disconnect()
  return resources
}

/** Observes the requests to the engine, because the mocks receive only types and inputs. */
function observe(onRequest: (request: RegisterRequest) => void): void {
  const monitor = runtime.getMonitor() as unknown as Monitor
  const register = monitor.registerResource.bind(monitor)
  monitor.registerResource = (request, callback) => {
    onRequest(request)
    return register(request, callback)
  }
}

interface Monitor {
  registerResource(request: RegisterRequest, callback: unknown): Promise<void>
}

/** `pulumirpc.RegisterResourceRequest`. */
interface RegisterRequest {
  getType(): string
  getName(): string
  getCustom(): boolean
  getProtect(): boolean
  getDependenciesList(): string[]
  getObject(): { toJavaScript(): Record<string, unknown> } | undefined
}

const key = ({ type, name }: Pick<Simulated, 'type' | 'name'>) => `${type} ${name}`

/** The key of `urn:pulumi:{stack}::{project}::{type}::{name}`. */
function keyOf(urn: string): string {
  const [, , type = '', name = ''] = urn.split('::')
  return key({ type, name })
}

const answers: Record<string, Record<string, unknown>> = {
  'gcp:organizations/getProject:getProject': { number: '1234567890' },
  'gcp:storage/getProjectServiceAccount:getProjectServiceAccount': {
    member: 'serviceAccount:service-1234567890@gs-project-accounts.iam.gserviceaccount.com',
  },
}

/** Outputs of Google Cloud that the program uses. */
function outputsOf(type: string, name: string, inputs: Record<string, string>) {
  const account = `${inputs['accountId']}@${place.project}.iam.gserviceaccount.com`
  const service = inputs['service']?.split('.')[0]
  const outputs: Record<string, Record<string, unknown>> = {
    'gcp:serviceaccount/account:Account': {
      email: account,
      member: `serviceAccount:${account}`,
      name: `projects/${place.project}/serviceAccounts/${account}`,
    },
    'gcp:projects/iAMCustomRole:IAMCustomRole': {
      name: `projects/${place.project}/roles/${inputs['roleId']}`,
    },
    'gcp:projects/serviceIdentity:ServiceIdentity': {
      member: `serviceAccount:service-1234567890@gcp-sa-${service}.iam.gserviceaccount.com`,
    },
    'gcp:cloudrunv2/service:Service': {
      uri: `https://${inputs['name']}-abc.a.run.app`,
    },
    'gcp:eventarc/trigger:Trigger': {
      transport: {
        pubsub: {
          subscription: `projects/${place.project}/subscriptions/eventarc-${place.region}-${inputs['name']}-sub-123`,
        },
      },
    },
    'command:local:Command': { stdout: `${name}@sha256:${'0'.repeat(64)}` },
  }
  return outputs[type]
}
