import { apis } from '../program/api-names.ts'
import type { Settings } from '../program/settings.ts'
import { permissions } from './needed-permissions.ts'

/** Sends an authorized request to a Google API. Resolves to the status and the parsed JSON of the response. */
export type Ask = (request: {
  host: string
  path: string
  body?: unknown
}) => Promise<{ status: number; data: unknown }>

/** The response of `testIamPermissions`: the requested permissions that are granted. */
interface PermissionAnswer {
  permissions?: string[]
}

/** The limit of `services:batchGet`. */
const maxServicesPerRequest = 20

/**
 * Checks the project. Resolves to the problems, each with the command that solves it. Without an accessible project the
 * other checks do not run.
 */
export async function preflight(ask: Ask, settings: Settings): Promise<string[]> {
  const project = await checkProject(ask, settings)
  if (project.length > 0) return project
  const found = [
    await checkBilling(ask, settings),
    await checkApis(ask, settings),
    await checkPermissions(ask, settings),
    await checkBudget(ask, settings),
    await checkSecrets(ask, settings),
  ]
  return found.flat()
}

async function checkProject(ask: Ask, { project }: Settings): Promise<string[]> {
  const host = 'cloudresourcemanager.googleapis.com'
  const { status, data } = await ask({ host, path: `/v3/projects/${project}` })
  if (status === 401) {
    return ['Google does not accept the credentials. Run: gcloud auth application-default login']
  }
  if (isDisabled(status, data)) {
    return [`The API ${host} is disabled. Run: gcloud services enable ${host} --project=${project}`]
  }
  if (status !== 200) {
    return [
      `The project "${project}" does not exist, or you have no access to it. Run: gcloud projects create ${project}, or correct gcp:project.`,
    ]
  }
  const { state } = data as { state?: string }
  return state === 'ACTIVE'
    ? []
    : [`The project "${project}" is being deleted. Run: gcloud projects undelete ${project}`]
}

async function checkBilling(ask: Ask, { project, budget }: Settings): Promise<string[]> {
  const { status, data } = await ask({
    host: 'cloudbilling.googleapis.com',
    path: `/v1/projects/${project}/billingInfo`,
  })
  const link = `gcloud billing projects link ${project} --billing-account=${budget.billingAccount}`
  if (isDisabled(status, data)) {
    return [
      `The API cloudbilling.googleapis.com is disabled. Run: gcloud services enable cloudbilling.googleapis.com --project=${project}`,
    ]
  }
  if (status !== 200) {
    return [
      `You may not read the billing account of the project "${project}": you need resourcemanager.projects.get.`,
    ]
  }
  const { billingEnabled, billingAccountName } = data as {
    billingEnabled?: boolean
    billingAccountName?: string
  }
  if (billingEnabled !== true)
    return [`The project "${project}" has no billing account. Run: ${link}`]
  if (billingAccountName !== `billingAccounts/${budget.billingAccount}`) {
    return [
      `The project "${project}" has the billing account ${billingAccountName}, not coffer:budget.billingAccount. Correct it, or run: ${link}`,
    ]
  }
  return []
}

async function checkApis(ask: Ask, { project }: Settings): Promise<string[]> {
  const off: string[] = []
  for (let start = 0; start < apis.length; start += maxServicesPerRequest) {
    const names = apis
      .slice(start, start + maxServicesPerRequest)
      .map((api) => `names=projects/${project}/services/${api}`)
    const { status, data } = await ask({
      host: 'serviceusage.googleapis.com',
      path: `/v1/projects/${project}/services:batchGet?${names.join('&')}`,
    })
    if (status !== 200) {
      return [
        `The enabled APIs cannot be listed. Run: gcloud services enable serviceusage.googleapis.com --project=${project}`,
      ]
    }
    const { services = [] } = data as { services?: { name: string; state: string }[] }
    const on = services.filter(({ state }) => state === 'ENABLED').map(({ name }) => name)
    off.push(
      ...apis
        .slice(start, start + maxServicesPerRequest)
        .filter((api) => !on.some((name) => name.endsWith(`/services/${api}`))),
    )
  }
  if (off.length === 0) return []
  return [
    `These APIs are disabled: ${off.join(', ')}. Run: gcloud services enable ${off.join(' ')} --project=${project}`,
  ]
}

async function checkPermissions(ask: Ask, { project }: Settings): Promise<string[]> {
  const { status, data } = await ask({
    host: 'cloudresourcemanager.googleapis.com',
    path: `/v3/projects/${project}:testIamPermissions`,
    body: { permissions },
  })
  if (status !== 200) return [`Your permissions in "${project}" cannot be checked: ${status}.`]
  const { permissions: granted = [] } = data as PermissionAnswer
  const missing = permissions.filter((permission) => !granted.includes(permission))
  if (missing.length === 0) return []
  return [
    `You lack these permissions in "${project}": ${missing.join(', ')}. Ask for roles/owner, or for roles with these.`,
  ]
}

async function checkBudget(ask: Ask, { budget }: Settings): Promise<string[]> {
  const account = `billingAccounts/${budget.billingAccount}`
  const permissions = ['billing.budgets.create', 'billing.budgets.update', 'billing.budgets.delete']
  const { status, data } = await ask({
    host: 'cloudbilling.googleapis.com',
    path: `/v1/${account}:testIamPermissions`,
    body: { permissions },
  })
  const { permissions: granted = [] } = data as PermissionAnswer
  if (status === 200 && permissions.every((permission) => granted.includes(permission))) return []
  return [
    `The billing account "${budget.billingAccount}" does not exist, or you may not create budgets on it. Ask its owner for roles/billing.costsManager, or correct coffer:budget.billingAccount.`,
  ]
}

async function checkSecrets(ask: Ask, { project, secrets }: Settings): Promise<string[]> {
  const answers = Object.entries(secrets).map(async ([variable, { secret, version }]) => {
    const path = `/v1/projects/${project}/secrets/${secret}/versions/${version}`
    const { status } = await ask({ host: 'secretmanager.googleapis.com', path })
    return status === 200
      ? []
      : [
          `coffer:secrets.${variable} names version ${version} of the secret "${secret}", which does not exist. Run: gcloud secrets create ${secret} --data-file=- --project=${project}`,
        ]
  })
  return (await Promise.all(answers)).flat()
}

function isDisabled(status: number, data: unknown): boolean {
  return status === 403 && JSON.stringify(data ?? '').includes('SERVICE_DISABLED')
}
