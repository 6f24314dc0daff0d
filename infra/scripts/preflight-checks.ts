import { apis } from '../program/api-names.ts'
import type { Settings } from '../program/settings.ts'
import { permissions } from './needed-permissions.ts'

/** An authorized request to a Google API: its answer's status and JSON. */
export type Ask = (request: {
  host: string
  path: string
  body?: unknown
}) => Promise<{ status: number; data: unknown }>

/** Which of the names the API does not say yes to. */
interface PermissionAnswer {
  permissions?: string[]
}

/** The most services that one question may be about. */
const servicesAtOnce = 20

/**
 * What is missing before anything can be created, each with the command that repairs it; nothing when all is there.
 * Stops at the first thing without which the next cannot be asked.
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
    return ['Google does not know who you are. Run: gcloud auth application-default login']
  }
  if (isDisabled(status, data)) {
    return [`The API ${host} is off. Run: gcloud services enable ${host} --project=${project}`]
  }
  if (status !== 200) {
    return [
      `There is no project "${project}", or you may not see it. Run: gcloud projects create ${project}, or correct gcp:project.`,
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
      `The API cloudbilling.googleapis.com is off. Run: gcloud services enable cloudbilling.googleapis.com --project=${project}`,
    ]
  }
  if (status !== 200) {
    return [
      `Whether the project "${project}" has a billing account cannot be seen: you need resourcemanager.projects.get.`,
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
      `The project "${project}" is paid by ${billingAccountName}, not by coffer:budget.billingAccount. Correct it, or run: ${link}`,
    ]
  }
  return []
}

async function checkApis(ask: Ask, { project }: Settings): Promise<string[]> {
  const off: string[] = []
  for (let start = 0; start < apis.length; start += servicesAtOnce) {
    const names = apis
      .slice(start, start + servicesAtOnce)
      .map((api) => `names=projects/${project}/services/${api}`)
    const { status, data } = await ask({
      host: 'serviceusage.googleapis.com',
      path: `/v1/projects/${project}/services:batchGet?${names.join('&')}`,
    })
    if (status !== 200) {
      return [
        `Which APIs are on cannot be seen. Run: gcloud services enable serviceusage.googleapis.com --project=${project}`,
      ]
    }
    const { services = [] } = data as { services?: { name: string; state: string }[] }
    const on = services.filter(({ state }) => state === 'ENABLED').map(({ name }) => name)
    off.push(
      ...apis
        .slice(start, start + servicesAtOnce)
        .filter((api) => !on.some((name) => name.endsWith(`/services/${api}`))),
    )
  }
  if (off.length === 0) return []
  return [
    `These APIs are off: ${off.join(', ')}. Run: gcloud services enable ${off.join(' ')} --project=${project}`,
  ]
}

async function checkPermissions(ask: Ask, { project }: Settings): Promise<string[]> {
  const { status, data } = await ask({
    host: 'cloudresourcemanager.googleapis.com',
    path: `/v3/projects/${project}:testIamPermissions`,
    body: { permissions },
  })
  if (status !== 200) return [`What you may do in "${project}" cannot be asked: ${status}.`]
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
    `There is no billing account "${budget.billingAccount}" on which you may keep a budget. Ask its owner for roles/billing.costsManager, or correct coffer:budget.billingAccount.`,
  ]
}

async function checkSecrets(ask: Ask, { project, secrets }: Settings): Promise<string[]> {
  const answers = Object.entries(secrets).map(async ([variable, { secret, version }]) => {
    const path = `/v1/projects/${project}/secrets/${secret}/versions/${version}`
    const { status } = await ask({ host: 'secretmanager.googleapis.com', path })
    return status === 200
      ? []
      : [
          `coffer:secrets.${variable} names version ${version} of the secret "${secret}", which is not there. Run: gcloud secrets create ${secret} --data-file=- --project=${project}`,
        ]
  })
  return (await Promise.all(answers)).flat()
}

function isDisabled(status: number, data: unknown): boolean {
  return status === 403 && JSON.stringify(data ?? '').includes('SERVICE_DISABLED')
}
