import { expect, test } from 'vitest'
import { httpRoutes } from '../../functions/host/routes.ts'
import { loadConfig } from '../../shared/config/load-config.ts'
import type { Ports } from '../../shared/ports/ports.ts'
import { blocks, publicFunctions } from '../program/services/functions.ts'

const functions = [...publicFunctions('functions'), blocks]
const loaders = httpRoutes({} as Ports, loadConfig({}))

test('every HTTP function of the code is deployed', () => {
  const names = functions.map(({ name }) => name)
  expect(names.toSorted()).toEqual(Object.keys(loaders).toSorted())
})

test.each(functions)('the function $name is deployed with the routes of its code', async (fn) => {
  const { routes = [] } = (await loaders[fn.name]?.()) ?? {}
  // Hono lists middleware with the method ALL, and each handler of a route separately.
  const answered = routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method} ${path}`)
  expect(fn.routes.map(({ method, path }) => `${method} ${path}`)).toEqual([...new Set(answered)])
})
