import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { narrow } from '../list/use-box.ts'
import { Refusal } from '../parts/refusal.tsx'
import { openInTab } from '../state/download.ts'
import type { FileRow } from '../state/rows.ts'
import { useLink } from './use-link.ts'

/** The picture of the first page, and the whole document on demand. */
export function AllPages({ row, first }: { row: FileRow; first: ComponentChildren }) {
  const [isWhole, setWhole] = useState(false)
  if (isWhole) return <Viewer row={row} />
  // Browsers of phones show no PDF in a frame.
  const show = () => (narrow.matches ? void openInTab(row) : setWhole(true))
  return (
    <div class="pages">
      {first}
      <button type="button" class="btn" onClick={show}>
        All pages
      </button>
    </div>
  )
}

/**
 * The viewer of the browser. The frame has no `sandbox` attribute, with which Chromium shows no PDF: the policy in the answer of the
 * service guards it, and the origin of the storage in the cloud.
 */
function Viewer({ row }: { row: FileRow }) {
  const { address, error } = useLink(row.key)
  if (error !== undefined) return <Refusal error={error} />
  return <iframe class="pdf" src={address} title={`All pages of ${row.name}`} />
}
