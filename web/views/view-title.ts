import { nameOf, type Route } from '../state/route.ts'

/** The heading of a view. */
export function titleOf(route: Route): string {
  switch (route.view) {
    case 'files':
      return nameOf(route.folder) || 'Files'
    case 'recent':
      return 'Recent'
    case 'sessions':
      return 'Sessions'
    case 'blocked':
      return 'Blocked'
    case 'trash':
      return 'Trash'
    case 'search':
      return 'Search'
  }
}
