import { dropFolder } from '../drag/drag.ts'
import { Chips } from '../filter/chips.tsx'
import { Grid } from '../list/grid.tsx'
import { Icon } from '../parts/icon.tsx'
import { Menu } from '../parts/menu.tsx'
import { isScannerDown } from '../live/scanner.ts'
import { isOffline } from '../live/follow.ts'
import { dialog } from '../state/overlays.ts'
import { addressOf, currentFolder, nameOf, sessionOf } from '../state/route.ts'
import { selected } from '../state/selection.ts'
import { isStale, listing, readFromStart } from '../state/view.ts'
import { chooseFiles, chooseFolder } from '../uploads/choose.ts'
import { wordsOf } from '../words/errors.ts'
import { counted } from '../words/format.ts'
import { SessionHead } from '../sessions/session-head.tsx'
import { EmptyTrashButton } from '../trash/empty-trash-button.tsx'
import { Crumbs } from './crumbs.tsx'
import { Empty } from './empty.tsx'
import { LayoutChoice } from './layout-choice.tsx'
import { PinButton } from './pins.tsx'
import { SearchBox } from './search-box.tsx'
import { SelectionBar } from './selection-bar.tsx'
import { titleOf } from './view-title.ts'

/** The view in the middle: a head, the list, and a line with counts. */
export function Main() {
  const list = listing.value
  const folder = list.route.view === 'files' ? list.route.folder : undefined
  const session = folder === undefined ? undefined : sessionOf(folder)
  const canFilter = ['files', 'recent', 'search'].includes(list.route.view)
  const isEmpty = list.isComplete.value && list.count.value === 0
  const target = dropFolder.value
  return (
    <main class={`main${target !== undefined && target === currentFolder.value ? ' over' : ''}`}>
      <div class="top">
        <SearchBox />
        <a
          class="btn quiet icon narrow-only"
          href={addressOf({ view: 'recent' })}
          aria-label="Recent"
        >
          <Icon name="clock" />
        </a>
        <span class="grow" />
        <button
          type="button"
          class="btn quiet icon keys"
          aria-label="Keyboard shortcuts"
          onClick={() => (dialog.value = { kind: 'keys' })}
        >
          <Icon name="keyboard" />
        </button>
        <button type="button" class="btn wide-only" onClick={chooseFolder}>
          <Icon name="folderUp" className="i16" />
          Upload a folder
        </button>
        <button type="button" class="btn solid" onClick={chooseFiles}>
          <Icon name="upload" className="i16" />
          Upload
        </button>
      </div>
      {isOffline.value && (
        <p class="strip" role="status">
          <Icon name="offline" className="i16" />
          No connection. Uploads go on when it is back.
        </p>
      )}
      {list.error.value !== undefined && list.count.value > 0 && (
        <p class="strip" role="alert">
          {wordsOf(list.error.value).detail}
          <button type="button" class="btn small-btn" onClick={() => list.retry()}>
            Try again
          </button>
        </p>
      )}
      {isScannerDown.value && (
        <p class="strip" role="status">
          <Icon name="shieldAlert" className="i16" />
          The scanner does not answer. Files arrive, and wait to be scanned.
        </p>
      )}
      {isStale.value && (
        <p class="strip" role="status">
          This list has changed.
          <button type="button" class="btn small-btn" onClick={readFromStart}>
            Show it again
          </button>
        </p>
      )}
      <div class="head">
        <div class="headline">
          <Crumbs />
          {folder !== undefined && (
            <button
              type="button"
              class="btn quiet icon"
              aria-label="New folder"
              onClick={() => (dialog.value = { kind: 'new-folder' })}
            >
              <Icon name="folderPlus" className="i16" />
            </button>
          )}
          {folder !== undefined && folder !== '/' && <PinButton folder={folder} />}
          {list.route.view === 'trash' && <EmptyTrashButton />}
          <LayoutChoice />
        </div>
        {list.route.view === 'trash' && (
          <p class="small soft">
            Deleted and replaced files are kept for a time, and never block an upload: the oldest go
            first when room is needed.
          </p>
        )}
        {session !== undefined && <SessionHead session={session} />}
        {list.route.view === 'blocked' && (
          <p class="small soft">
            Files that are infected or cannot be scanned. Nobody is served them.
          </p>
        )}
        {selected.value.size > 1 ? <SelectionBar /> : canFilter && <Chips />}
      </div>
      {isEmpty || (list.error.value && list.count.value === 0) ? (
        <Empty />
      ) : (
        <Grid label={`Files in ${titleOf(list.route)}`} />
      )}
      <footer class="foot num">
        <span role="status" dir="auto">
          {summary()}
        </span>
        <span class="grow" />
        {target !== undefined ? (
          <span>Drop to put into {nameOf(target) || 'Files'}</span>
        ) : (
          selected.value.size > 0 && <span dir="auto">{selected.value.size} selected</span>
        )}
      </footer>
      <Menu />
    </main>
  )
}

function summary(): string {
  const list = listing.value
  const rows = list.rows.value
  if (!list.isComplete.value) {
    if (rows.length === 0) return 'Loading…'
    const least = list.totalIsMinimum.value ? 'at least ' : ''
    return `${rows.length.toLocaleString()} of ${least}${list.count.value.toLocaleString()}`
  }
  if (list.route.view === 'sessions') return counted(rows.length, 'session')
  const folders = rows.filter(({ kind }) => kind === 'folder').length
  const files = counted(rows.length - folders, 'file')
  return folders > 0 ? `${files} and ${counted(folders, 'folder')}` : files
}
