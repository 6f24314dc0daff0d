import { droppedFiles } from './dropped-files.ts'
import { meanShare, showFile } from './rows.ts'
import { coffer, uploadFiles, uploads } from './upload.ts'

const drop = element('drop', HTMLFormElement)
const rows = element('rows', HTMLUListElement)
const status = element('status', HTMLParagraphElement)
const total = element('total', HTMLProgressElement)
const pause = element('pause', HTMLButtonElement)

for (const id of ['folder', 'files']) {
  const input = element(id, HTMLInputElement)
  input.addEventListener('change', () => void upload([...(input.files ?? [])]))
}
drop.addEventListener('dragover', (event) => event.preventDefault())
drop.addEventListener('drop', (event) => {
  event.preventDefault()
  if (event.dataTransfer) void droppedFiles(event.dataTransfer).then(upload)
})
pause.addEventListener('click', () => {
  const isPaused = pause.getAttribute('aria-pressed') !== 'true'
  pause.setAttribute('aria-pressed', String(isPaused))
  for (const running of uploads) {
    if (isPaused) running.pause()
    else running.resume()
  }
  status.textContent = isPaused ? 'Paused.' : 'Uploading.'
})
showInterrupted()

async function upload(files: File[]): Promise<void> {
  pause.setAttribute('aria-pressed', 'false')
  pause.disabled = false
  status.textContent = `Uploading ${files.length} files.`
  const stored = await uploadFiles(files, (file, text, share) => {
    showFile(rows, file, text, share)
    total.value = meanShare()
  })
  status.textContent = `${stored} of ${files.length} files are stored.`
  pause.disabled = uploads.size === 0
  drop.reset()
  showInterrupted()
}

/** The uploads that a reload or a crash of the browser has interrupted. */
function showInterrupted(): void {
  const section = element('interrupted', HTMLElement)
  const items = coffer.interrupted().map(({ path, sizeBytes, sentBytes, discard }) => {
    const item = document.createElement('li')
    const button = document.createElement('button')
    button.type = 'button'
    button.textContent = `Discard ${path}`
    button.addEventListener('click', () => void discard().then(showInterrupted))
    item.append(`${path}, ${Math.floor((100 * sentBytes) / sizeBytes)} % `, button)
    return item
  })
  section.querySelector('ul')?.replaceChildren(...items)
  section.hidden = items.length === 0
}

function element<Type extends HTMLElement>(id: string, type: new () => Type): Type {
  const found = document.getElementById(id)
  if (!(found instanceof type)) throw new Error(`The page has no ${type.name} "${id}"`)
  return found
}
