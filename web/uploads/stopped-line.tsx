import { Icon } from '../parts/icon.tsx'
import { chooseAgain } from './choose.ts'
import { discard, resumable, resume, type Interrupted } from './interrupted.ts'

/** An upload that a reload has stopped. */
export function StoppedLine({ upload }: { upload: Interrupted }) {
  const { path, sentBytes, sizeBytes } = upload
  const percent = sizeBytes === 0 ? 0 : Math.floor((100 * sentBytes) / sizeBytes)
  return (
    <div class="job">
      <span class="thumb plain">
        <Icon name="history" className="i20" />
      </span>
      <div>
        <div class="small cut strong">
          <bdi>{path}</bdi>
        </div>
        <div class="tiny wait">Stopped at {percent} % when the page was closed</div>
      </div>
      <div class="btns">
        <button
          type="button"
          class="x"
          aria-label={`Give up ${path}`}
          onClick={() => void discard(upload)}
        >
          <Icon name="close" className="i16" />
        </button>
      </div>
      <div class="ask">
        {resumable.value.has(path) ? (
          <button type="button" class="btn" onClick={() => void resume(upload)}>
            Resume
          </button>
        ) : (
          <button type="button" class="btn" onClick={() => chooseAgain(upload)}>
            Choose the file again
          </button>
        )}
      </div>
    </div>
  )
}
