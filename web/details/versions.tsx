import { useEffect, useState } from 'preact/hooks'
import type { FileView } from '../../shared/client/coffer.ts'
import { coffer } from '../state/client.ts'
import { readNow } from '../live/follow.ts'
import { fail, show } from '../state/toasts.ts'
import { focusRow, refreshView } from '../state/view.ts'
import { fileRow } from '../state/rows.ts'
import { instant, size } from '../words/format.ts'

/** Files that the path has held before, while the trash keeps them. */
export function Versions({ id }: { id: string }) {
  const [versions, setVersions] = useState<FileView[]>([])
  useEffect(() => {
    const stop = new AbortController()
    coffer.versions(id, { limit: 20, signal: stop.signal }).then(
      ({ versions }) => setVersions(versions.filter((version) => version.id !== id)),
      () => undefined,
    )
    return () => stop.abort()
  }, [id])
  if (versions.length === 0) return null
  const bringBack = async (version: FileView) => {
    try {
      const file = await coffer.restoreVersion(id, version.id)
      show({ text: `“${file.name}” of ${instant(version.createdAt)} is back` })
      await refreshView()
      focusRow(fileRow(file))
      readNow()
    } catch (error) {
      fail(error)
    }
  }
  return (
    <section class="versions" aria-label="Earlier versions">
      <h3>Earlier versions</h3>
      {versions.map((version) => (
        <div key={version.id} class="version small">
          <span>
            <span class="num">{instant(version.createdAt)}</span>
            <span class="tiny faint">{size(version.sizeBytes)} · in the trash</span>
          </span>
          <button
            type="button"
            class="btn small-btn"
            aria-label={`Restore the version of ${instant(version.createdAt)}`}
            onClick={() => void bringBack(version)}
          >
            Restore
          </button>
        </div>
      ))}
    </section>
  )
}
