import { httpRoutes } from '../../functions/host/routes.ts'
import { loadConfig } from '../../shared/config/load-config.ts'
import type { Ports } from '../../shared/ports/ports.ts'
import type { CloudFunction } from '../program/functions.ts'
import { at, formatted, type Generated } from './formatted.ts'
import { reachOf, type Entry } from './reach.ts'

type Route = CloudFunction['routes'][number]

/** Called by events and by the scheduler. */
const privateFunctions = ['scan', 'sweep']

/** What functions are made of that are no members of `httpRoutes`. */
const entries: Record<string, Entry[]> = {
  scan: [{ file: 'functions/scan.ts', name: 'scanFunction' }],
  sweep: [
    { file: 'functions/sweep.ts', name: 'sweepRoutes' },
    { file: 'functions/rescan.ts', name: 'rescanRoutes' },
  ],
  // All routes together, and one that answers for the whole.
  api: [{ file: 'shared/http/health.ts', name: 'healthRoute' }],
}

/** functions.json, from which the program takes what it deploys. */
export async function generatedFunctions(): Promise<Generated> {
  return formatted(at('infra/functions.json'), JSON.stringify(await manifest()))
}

/** Every deployed function, as functions/ has it: what it answers, and what its code can reach. */
export async function manifest(): Promise<CloudFunction[]> {
  const loaders = Object.entries(httpRoutes({} as Ports, loadConfig({})))
  const functions = await Promise.all(
    loaders.map(async ([name, load]) => {
      const { routes } = await load()
      // Middleware has the method ALL, and handlers behind one another are one route.
      const answered = routes.filter(({ method }) => method !== 'ALL')
      const distinct = new Map(
        answered.map(({ method, path }) => [`${method} ${path}`, { method, path }]),
      )
      return { name, routes: [...distinct.values()] }
    }),
  )
  const others = ['api', ...privateFunctions].map((name) => ({ name, routes: [] as Route[] }))
  const all = [...functions, ...others]
  const reach = reachOf(all.map(({ name }) => entries[name] ?? [entryOf(name)]))
  return reach.map((it, index) => {
    const { name = '', routes = [] } = all[index] ?? {}
    return Object.assign({ name, routes }, it)
  })
}

const entryOf = (member: string) => ({
  file: 'functions/host/routes.ts',
  name: 'httpRoutes',
  member,
})
