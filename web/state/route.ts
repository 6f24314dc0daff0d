import { computed, effect, signal } from '@preact/signals'

/** Which files a view shows: those of one maker, those in one state, and of a search those in one folder. */
export interface Filter {
  origin?: string
  state?: string
  prefix?: string
}

/** A view of the page, as its address names it. Nothing secret is in an address. */
export type Route = (
  | { view: 'files'; folder: string }
  | { view: 'recent' | 'sessions' | 'blocked' | 'trash' }
  | { view: 'search'; text: string }
) & { filter?: Filter }

/** The folder whose subfolders are the sessions of agents. */
export const sessionsFolder = '/sessions/'

const plainViews = ['recent', 'sessions', 'blocked', 'trash'] as const

/** `#/files/reports/2026/`, `#/trash`, `#/search?q=report&state=ready`. Everything else is the top folder. */
function routeOf(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?')
  const [view = '', ...names] = path.split('/')
  const { q = '', origin, state, prefix } = Object.fromEntries(new URLSearchParams(query))
  const plain = plainViews.find((it) => it === view)
  const folders = view === 'files' ? names.filter((name) => name !== '').map(decoded) : []
  const within = view === 'search' && prefix
  const filter = {
    ...(origin && { origin }),
    ...(state && { state }),
    ...(within && { prefix: within }),
  }
  const folder = folders.map((name) => `/${name}`).join('') + '/'
  return {
    ...(plain
      ? { view: plain }
      : view === 'search'
        ? { view, text: q }
        : { view: 'files' as const, folder }),
    ...((origin || state || within) && { filter }),
  }
}

export function addressOf(route: Route): string {
  const query = new URLSearchParams({
    ...(route.view === 'search' && { q: route.text }),
    ...route.filter,
  }).toString()
  const folder =
    route.view === 'files' ? route.folder.split('/').map(encodeURIComponent).join('/') : ''
  return `#/${route.view}${folder}${query && `?${query}`}`
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

export const hash = signal(location.hash)
addEventListener('hashchange', () => (hash.value = location.hash))

export const route = computed(() => routeOf(hash.value))

/** Shows a view. With `replace` the browser's history keeps one entry, for example while a search is typed. */
export function go(to: Route, { replace = false } = {}): void {
  if (replace) history.replaceState(null, '', addressOf(to))
  else location.hash = addressOf(to)
  hash.value = location.hash
}

/** The folder that a view lists with its subfolders. Undefined for lists of the whole workspace. */
export function folderOf(route: Route): string | undefined {
  if (route.view === 'sessions') return sessionsFolder
  return route.view === 'files' ? route.folder : undefined
}

/** The id of the session whose folder this is, if it is one. */
export function sessionOf(folder: string): string | undefined {
  return parentOf(folder) === sessionsFolder ? nameOf(folder) : undefined
}

/** The view one level up. */
export function above({ folder }: { folder: string }): Route {
  if (sessionOf(folder) !== undefined) return { view: 'sessions' }
  return { view: 'files', folder: parentOf(folder) }
}

/** The folder that uploads go to: that of the view, or the top folder. */
export const currentFolder = computed(() =>
  route.value.view === 'files' ? route.value.folder : '/',
)

/** The folder that was shown last. A search can be limited to it. */
export const lastFolder = signal('/')
effect(() => {
  if (route.value.view === 'files') lastFolder.value = route.value.folder
})

export function parentOf(folder: string): string {
  return folder.slice(0, folder.lastIndexOf('/', folder.length - 2) + 1) || '/'
}

export function nameOf(path: string): string {
  return path.split('/').findLast((part) => part !== '') ?? ''
}
