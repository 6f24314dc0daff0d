import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { Icon } from '../parts/icon.tsx'
import { CofferError } from '../../shared/client/coffer.ts'
import { coffer } from '../state/client.ts'
import type { FileRow } from '../state/rows.ts'
import { wordsOf } from '../words/errors.ts'
import { hasPicture, kindOf } from '../words/kinds.ts'
import { AllPages } from './pdf.tsx'
import { Picture } from './picture.tsx'
import { pictureWidth } from './pictures.ts'
import { useLink } from './use-link.ts'

const textBytes = 64 * 1024

/** What a file shows. Markup is shown as text, and never rendered. */
export function Content({ row }: { row: FileRow }) {
  const { mimeType } = row.file
  if (/^(video|audio)\//.test(mimeType)) return <Media row={row} />
  if (!hasPicture(mimeType)) return <Text row={row} />
  const picture = (
    <Picture
      id={row.key}
      width={pictureWidth}
      label={row.name}
      className="shot"
      fallback={<KindOnly row={row} />}
      waiting={<Loading />}
    />
  )
  if (mimeType === 'application/pdf') return <AllPages row={row} first={picture} />
  return /officedocument|opendocument/.test(mimeType) ? (
    <OrText row={row}>{picture}</OrText>
  ) : (
    picture
  )
}

/** The picture of the first page, and the text of all pages on demand. */
function OrText({ row, children }: { row: FileRow; children: ComponentChildren }) {
  const [isText, setText] = useState(false)
  if (isText) return <Text row={row} as="text" />
  return (
    <div class="pages">
      {children}
      <button type="button" class="btn" onClick={() => setText(true)}>
        Text
      </button>
    </div>
  )
}

/** Streams from a link. When it has expired, the player goes on with another one where it was. */
function Media({ row }: { row: FileRow }) {
  const { address, error, renew } = useLink(row.key)
  const [at, setAt] = useState(0)
  if (error !== undefined) return <p role="alert">{wordsOf(error).detail}</p>
  if (address === undefined) return <KindOnly row={row} />
  // Without captions: the files of users have none.
  const Player = row.file.mimeType.startsWith('video/') ? 'video' : 'audio'
  return (
    <Player
      class="film"
      src={address}
      controls
      aria-label={row.name}
      onLoadedMetadata={({ currentTarget }) => at > 0 && (currentTarget.currentTime = at)}
      onError={({ currentTarget }) => {
        setAt(currentTarget.currentTime)
        renew()
      }}
    />
  )
}

/** The beginning of a file that the service reads as text, or of the text of a document. Other files have no preview. */
function Text({ row, as }: { row: FileRow; as?: 'text' }) {
  const [text, setText] = useState<string | null>()
  const [error, setError] = useState<unknown>()
  useEffect(() => {
    const stop = new AbortController()
    const read = async () => {
      const options = { as, bytes: textBytes, signal: stop.signal }
      const answer = await coffer.preview(row.key, options)
      const type = answer.headers.get('Content-Type') ?? ''
      setText(type.startsWith('text/plain') ? await answer.text() : null)
    }
    read().catch((failure: unknown) => {
      if (stop.signal.aborted) return
      if (!as && failure instanceof CofferError && failure.status === 415) setText(null)
      else setError(failure)
    })
    return () => stop.abort()
  }, [row.key])
  if (error !== undefined) return <p role="alert">{wordsOf(error).detail}</p>
  if (text === undefined) return <Loading />
  if (text === null) return <KindOnly row={row} />
  const isCut = as ? new Blob([text]).size > textBytes - 4 : row.file.sizeBytes > textBytes
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- The arrow keys scroll the text only while it has the focus.
    <div class="paper" tabIndex={0} role="document" aria-label={row.name}>
      <pre dir="auto">{text}</pre>
      {isCut && <p class="small soft">The beginning of the file. Download it to read all of it.</p>}
    </div>
  )
}

function Loading() {
  return (
    <div class="no-preview">
      <Icon name="spinner" className="spin" />
      <p>Loading…</p>
    </div>
  )
}

/** The kind of a file that has no preview. */
function KindOnly({ row }: { row: FileRow }) {
  const { icon, word } = kindOf(row.file.mimeType)
  return (
    <div class="no-preview">
      <Icon name={icon} className="huge" />
      <p>{word}</p>
    </div>
  )
}
