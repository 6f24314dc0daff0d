import { showAll } from '../filter/chips.tsx'
import { Icon } from '../parts/icon.tsx'
import { listing } from '../state/view.ts'
import { chooseFiles } from '../uploads/choose.ts'
import { wordsOf } from '../words/errors.ts'
import { quoted } from '../words/format.ts'

/** A view without rows: why, and what to do. */
export function Empty() {
  const list = listing.value
  const error = list.error.value
  if (error) {
    const { title, detail, requestId } = wordsOf(error)
    return (
      <div class="empty" role="alert">
        <Icon name="offline" />
        <h2>{title}</h2>
        <p class="soft">{detail}</p>
        <button type="button" class="btn" onClick={() => list.retry()}>
          Try again
        </button>
        {requestId && (
          <details class="tiny faint">
            <summary>For support</summary>Request {requestId}
          </details>
        )}
      </div>
    )
  }
  const { route } = list
  if (route.filter) {
    return (
      <div class="empty">
        <Icon name="search" />
        <h2>No file passes the filters</h2>
        <button type="button" class="btn" onClick={showAll}>
          Show all files
        </button>
      </div>
    )
  }
  switch (route.view) {
    case 'files':
      return (
        <div class="empty">
          <Icon name="folder" />
          <h2>{route.folder === '/' ? 'Nothing here yet' : 'This folder is empty'}</h2>
          <p class="soft">
            {route.folder === '/'
              ? 'Drop files anywhere, or let an agent write to workspace://… Every file is scanned for viruses before anyone can read it.'
              : 'It appears in the list when it has a file. Drop files anywhere to put them here.'}
          </p>
          <button type="button" class="btn solid" onClick={chooseFiles}>
            <Icon name="upload" className="i16" />
            Upload files
          </button>
        </div>
      )
    case 'search':
      return (
        <EmptyView
          icon="search"
          title={`No name contains ${quoted(route.text)}`}
          text="Names are searched in the whole workspace, without the case of letters."
        />
      )
    case 'sessions':
      return (
        <EmptyView
          icon="session"
          title="No session has files"
          text="An agent that writes workspace://notes.md in a session puts it into the folder of that session."
        />
      )
    case 'trash':
      return (
        <EmptyView
          icon="trash"
          title="The trash is empty"
          text="Deleted and replaced files are kept here for a time."
        />
      )
    case 'blocked':
      return (
        <EmptyView
          icon="shieldCheck"
          title="Nothing is blocked"
          text="Infected files, and files that cannot be scanned, are listed here."
        />
      )
    case 'recent':
      return (
        <EmptyView
          icon="clock"
          title="Nothing here yet"
          text="The newest files of the workspace are listed here."
        />
      )
  }
}

function EmptyView({
  icon,
  title,
  text,
}: {
  icon: Parameters<typeof Icon>[0]['name']
  title: string
  text: string
}) {
  return (
    <div class="empty">
      <Icon name={icon} />
      <h2>{title}</h2>
      <p class="soft">{text}</p>
    </div>
  )
}
