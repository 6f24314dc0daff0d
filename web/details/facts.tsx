import type { FileView } from '../../shared/client/coffer.ts'
import { Icon } from '../parts/icon.tsx'
import { addressOf, parentOf, sessionsFolder } from '../state/route.ts'
import { count, instant, size } from '../words/format.ts'
import { kindOf } from '../words/kinds.ts'
import { origins } from '../words/origins.ts'

interface Props {
  file: FileView
  copy: (text: string, message: string) => void
}

/** The record of a file. */
export function Facts({ file, copy }: Props) {
  const folder = parentOf(file.path)
  return (
    <dl class="facts">
      <dt>Kind</dt>
      <dd>
        {kindOf(file.mimeType).word}
        <span class="faint tiny">{file.mimeType}</span>
      </dd>
      <dt>Size</dt>
      <dd class="num" title={`${count(file.sizeBytes)} bytes`}>
        <bdi>{size(file.sizeBytes)}</bdi>
      </dd>
      <dt>Made by</dt>
      <dd>
        {origins[file.origin]}
        {file.sessionId !== null && (
          <span class="faint">
            , session{' '}
            <a href={addressOf({ view: 'files', folder: `${sessionsFolder}${file.sessionId}/` })}>
              <bdi>{file.sessionId}</bdi>
            </a>
          </span>
        )}
      </dd>
      <dt>Place</dt>
      <dd>
        <a class="cut" href={addressOf({ view: 'files', folder })}>
          <bdi>{folder}</bdi>
        </a>
      </dd>
      <dt>Added</dt>
      <dd class="num">{instant(file.createdAt)}</dd>
      {file.modifiedAt !== file.createdAt && file.modifiedAt && (
        <>
          <dt>Changed</dt>
          <dd class="num">{instant(file.modifiedAt)}</dd>
        </>
      )}
      {file.checksum !== null && (
        <>
          <dt>SHA-256</dt>
          <dd>
            <span class="mono cut soft" dir="ltr">
              {file.checksum}
            </span>
            <Copy text={file.checksum} what="SHA-256" copy={copy} />
          </dd>
        </>
      )}
      <dt>Reference</dt>
      <dd>
        <span class="mono cut soft" dir="ltr">
          workspace://{file.id}
        </span>
        <Copy text={`workspace://${file.id}`} what="reference" copy={copy} />
      </dd>
    </dl>
  )
}

function Copy({ text, what, copy }: Pick<Props, 'copy'> & { text: string; what: string }) {
  return (
    <button
      type="button"
      class="x"
      aria-label={`Copy the ${what}`}
      onClick={() => copy(text, `The ${what} is copied`)}
    >
      <Icon name="copy" className="i14" />
    </button>
  )
}
