import { dropFolder } from '../drag/drag.ts'
import { Icon } from '../parts/icon.tsx'
import { addressOf, type Route } from '../state/route.ts'
import { listing } from '../state/view.ts'
import { quoted } from '../words/format.ts'
import { titleOf } from './view-title.ts'

function into(folder: string): string {
  return dropFolder.value === folder ? 'into' : ''
}

/** The way to the folder. The folder itself is the heading. */
export function Crumbs() {
  const { route } = listing.value
  const title = titleOf(route)
  if (route.view !== 'files') {
    return (
      <div class="crumbs">
        <h1>{route.view === 'search' ? `Results for ${quoted(route.text)}` : title}</h1>
      </div>
    )
  }
  const names = route.folder.split('/').filter((name) => name !== '')
  const isSession = names[0] === 'sessions' && names.length > 1
  const top: Route = isSession ? { view: 'sessions' } : { view: 'files', folder: '/' }
  const start = isSession ? 1 : 0
  const above = names.slice(start, -1)
  const folderAt = (depth: number) =>
    `/${names
      .slice(0, depth)
      .map((name) => `${name}/`)
      .join('')}`
  return (
    <nav class="crumbs" aria-label="Folders">
      {names.length > 0 && (
        <a href={addressOf(top)} data-folder={isSession ? undefined : '/'} class={into('/')}>
          {titleOf(top)}
        </a>
      )}
      {above.map((name, index) => (
        <span key={folderAt(start + index + 1)} class="crumb">
          <Icon name="chevronRight" />
          <a
            href={addressOf({ view: 'files', folder: folderAt(start + index + 1) })}
            data-folder={folderAt(start + index + 1)}
            class={into(folderAt(start + index + 1))}
          >
            <bdi>{name}</bdi>
          </a>
        </span>
      ))}
      {names.length > 0 && <Icon name="chevronRight" />}
      <h1 class="cut">
        <bdi>{title}</bdi>
      </h1>
    </nav>
  )
}
