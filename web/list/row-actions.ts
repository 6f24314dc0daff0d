import { remove, restore } from '../state/actions.ts'
import { copyReferences } from '../state/clipboard.ts'
import { download, openInTab } from '../state/download.ts'
import { dialog, previewed, showsDetails, type MenuItem } from '../state/overlays.ts'
import { pins, togglePin } from '../state/pins.ts'
import { go } from '../state/route.ts'
import { isBlocked, type Row } from '../state/rows.ts'
import { focusRow, listing } from '../state/view.ts'
import { askToDeleteSession } from '../sessions/delete-session.ts'

/** Opens a folder, or the preview of a file. A file that is not served has only details. */
export function openRow(row: Row): void {
  focusRow(row)
  if (row.kind === 'folder') return go({ view: 'files', folder: row.path })
  if (isBlocked(row) || listing.value.route.view === 'trash') showsDetails.value = true
  else previewed.value = row.key
}

/** The menu of a row. */
export function actionsOf(row: Row): MenuItem[] {
  if (listing.value.route.view === 'trash' && row.kind === 'file') {
    return [
      { label: 'Restore', run: () => void restore([row]) },
      { label: 'Details', key: 'Shift+I', run: () => showDetails(row) },
      {
        label: 'Delete for good…',
        isDanger: true,
        run: () => (dialog.value = { kind: 'purge', rows: [row] }),
      },
    ]
  }
  if (listing.value.route.view === 'sessions') {
    return [
      { label: 'Open', key: 'Enter', run: () => openRow(row) },
      { label: 'Download as ZIP', key: 'Shift+D', run: () => void download([row]) },
      { label: 'Copy reference', key: 'Ctrl+C', run: () => void copyReferences([row]) },
      pinItem(row.path),
      {
        label: 'Delete the session’s files…',
        key: 'Delete',
        isDanger: true,
        run: () => askToDeleteSession([row]),
      },
    ]
  }
  const isServed = !isBlocked(row)
  return [
    ...(isServed ? [{ label: 'Open', key: 'Enter', run: () => openRow(row) }] : []),
    ...(row.kind === 'file' && isServed
      ? [{ label: 'Open in a new tab', run: () => void openInTab(row) }]
      : []),
    ...(isServed
      ? [
          {
            label: row.kind === 'folder' ? 'Download as ZIP' : 'Download',
            key: 'Shift+D',
            run: () => void download([row]),
          },
        ]
      : []),
    ...(isServed
      ? [
          { label: 'Rename…', key: 'F2', run: () => (dialog.value = { kind: 'rename', row }) },
          {
            label: 'Move to…',
            key: 'Shift+M',
            run: () => (dialog.value = { kind: 'move', rows: [row] }),
          },
          {
            label: 'Copy to…',
            key: 'Shift+C',
            run: () => (dialog.value = { kind: 'copy', rows: [row] }),
          },
          { label: 'Copy reference', key: 'Ctrl+C', run: () => void copyReferences([row]) },
        ]
      : []),
    ...(row.kind === 'folder' ? [pinItem(row.path)] : []),
    ...(row.kind === 'file'
      ? [{ label: 'Details', key: 'Shift+I', run: () => showDetails(row) }]
      : []),
    { label: 'Delete', key: 'Delete', isDanger: true, run: () => void remove([row]) },
  ]
}

function pinItem(folder: string): MenuItem {
  const label = pins.value.includes(folder) ? 'Take off the side' : 'Pin to the side'
  return { label, run: () => togglePin(folder) }
}

function showDetails(row: Row): void {
  focusRow(row)
  showsDetails.value = true
}
